"""What the seed has loaded."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SeededRecord(models.Model):
    """A record of the fixtures that was loaded, with a hash of each field as the seed last wrote it.

    A field with another hash was changed by staff, and so was one without a hash that has been filled in.
    What staff had made under the same key has no hashes.
    """

    is_content = False

    model = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    object_key = models.CharField(max_length=40)
    hashes = models.JSONField(default=dict)
    loaded_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Meta:
        verbose_name = _("seeded record")
        verbose_name_plural = _("seeded records")
        constraints = [models.UniqueConstraint(fields=["model", "key"], name="seededrecord_loaded_once")]

    def __str__(self) -> str:
        return f"{self.model}: {self.key}"
