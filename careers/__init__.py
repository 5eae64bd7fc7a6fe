"""Vacancies, procurement notices and application forms."""
