"""Links to the preview of a draft, for people without an account."""

import datetime
import hashlib
import secrets
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.models.workflow import GenericRecordModel, GenericRecordQuerySet


class ReviewLinkQuerySet(GenericRecordQuerySet):
    def usable(self, at: datetime.datetime) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=at)

    def by_key(self, key: str) -> Self:
        return self.filter(key_hash=_hash(key))

    def end(self, record: models.Model, at: datetime.datetime) -> None:
        """Revoke the links of a record that is published, deleted or no longer public."""
        self.of(record).filter(revoked_at=None).update(revoked_at=at)

    def make(self, record: models.Model, *, for_whom: str, by: Any, at: datetime.datetime, days: int) -> str:
        """Create a link. Returns its key, which is not stored."""
        key, ends = secrets.token_urlsafe(32), at + datetime.timedelta(days=days)
        self.add(record, by=by, for_whom=for_whom, key_hash=_hash(key), at=at, expires_at=ends)
        return key


class ReviewLink(GenericRecordModel):
    """A link to the preview of a draft for people without an account: a ministry, a donor."""

    for_whom = models.CharField(max_length=150)
    key_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by_name = models.CharField(max_length=150, blank=True)

    objects = ReviewLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link for a review outside")
        verbose_name_plural = _("links for reviews outside")
        ordering = ["-at"]
        indexes = [models.Index(fields=["model", "object_key"], name="reviewlink_of_record")]


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
