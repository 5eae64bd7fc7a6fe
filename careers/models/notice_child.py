"""Rows that belong to one vacancy or to one procurement notice."""

import uuid

from django.db import models


def notice_key(model: str, related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        f"careers.{model}", models.CASCADE, null=True, blank=True, related_name=related_name
    )


class NoticeChild(models.Model):
    """The base of such rows. They declare the keys `vacancy` and `procurement_notice`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(vacancy__isnull=True, procurement_notice__isnull=False)
                | models.Q(vacancy__isnull=False, procurement_notice__isnull=True),
                name="%(class)s_is_of_one_notice",
            )
        ]

    @property
    def notice(self) -> models.Model:
        return self.vacancy or self.procurement_notice
