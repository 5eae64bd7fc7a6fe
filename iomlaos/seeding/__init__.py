"""Loads the fixtures into the database."""
