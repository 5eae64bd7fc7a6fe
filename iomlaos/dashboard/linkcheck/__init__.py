"""Checks the links on public pages."""
