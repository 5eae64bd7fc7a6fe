"""Which records the seed has loaded."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SeededRecord(models.Model):
    """One record that the seed has loaded once, and will never load again.

    What staff changed stays as they left it, and what they deleted does not come back.
    """

    model = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    loaded_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Meta:
        verbose_name = _("seeded record")
        verbose_name_plural = _("seeded records")
        constraints = [models.UniqueConstraint(fields=["model", "key"], name="seedentry_loaded_once")]

    def __str__(self) -> str:
        return f"{self.model}: {self.key}"
