"""The ground floor: what it means for a text, a notice or a file to be public."""
