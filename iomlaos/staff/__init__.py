"""What every admin page builds on."""
