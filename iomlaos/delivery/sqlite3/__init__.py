"""Django's database backend for SQLite, with one change."""
