"""The version of the content. It changes in the transaction of every edit that a visitor could see."""

import secrets

from django.db import models


def random_word() -> str:
    return secrets.token_hex(8)


class ContentVersion(models.Model):
    """One row, which the triggers of `delivery.triggers` count up: they notice every edit, also by SQL.

    The word tells apart databases that have come to the same number: a restore makes a new one.
    """

    is_content = False

    number: models.BigIntegerField = models.BigIntegerField(default=1)
    word: models.CharField = models.CharField(max_length=16, default=random_word)

    class Meta:
        default_permissions = ()
        verbose_name = verbose_name_plural = "version of the content"

    def __str__(self) -> str:
        return f"{self.word}-{self.number}"

    @classmethod
    def renew(cls, using: str = "default") -> None:
        """Call this after the rows of another database took the place of these."""
        cls.objects.using(using).update_or_create(pk=1, defaults={"word": random_word()})


class CommandRun(models.Model):
    """The last run of a command that the server starts by itself: a timer, or the start."""

    is_content = False

    name: models.CharField = models.CharField(max_length=50, primary_key=True)
    started_at: models.DateTimeField = models.DateTimeField()
    finished_at: models.DateTimeField = models.DateTimeField()
    has_failed: models.BooleanField = models.BooleanField(default=False)
    #: The code and the fixtures that the start brought the database up to, as a hash.
    release: models.CharField = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = "run of a command"
        verbose_name_plural = "runs of commands"

    def __str__(self) -> str:
        return self.name
