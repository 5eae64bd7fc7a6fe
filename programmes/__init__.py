"""What the office does: programmes, projects, donors, counterparts, figures and documents."""
