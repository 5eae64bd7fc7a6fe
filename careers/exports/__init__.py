"""Notices in other formats: feeds, iCalendar, JSON-LD, ReliefWeb, sharing."""
