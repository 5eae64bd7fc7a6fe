"""Exceptions that RedirectAndGoneMiddleware turns into responses: 301 and 410."""

from django.db import models


class PermanentlyMoved(Exception):
    """The object has a new address: answer 301."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


class GoneError(Exception):
    """The object was withdrawn, or is public no more: answer 410, with the reason that staff gave."""

    def __init__(self, record: models.Model, *, is_withdrawn: bool, reason: str = "") -> None:
        super().__init__(record)
        self.record = record
        self.is_withdrawn = is_withdrawn
        self.reason = reason
