"""Uploaded files and images, and rich text."""
