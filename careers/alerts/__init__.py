"""Alerts by e-mail: the pages where visitors ask for them, and how messages are made and sent."""
