"""Exceptions that the middleware turns into responses: 301 and 410."""

from django.db import models


class PermanentlyMoved(Exception):
    """The object has another address now: answer 301."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


class GoneError(Exception):
    """The object was withdrawn, or its time is over: answer 410, with the reason that staff gave."""

    def __init__(self, record: models.Model, reason: str = "") -> None:
        super().__init__(record)
        self.record = record
        self.reason = reason
