"""Rows that belong to one notice of either kind."""

import uuid

from django.db import models

from careers.models.notice import Notice
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy


def notice_key(kind: type[Notice], related_name: str) -> models.ForeignKey:
    return models.ForeignKey(kind, models.CASCADE, null=True, blank=True, related_name=related_name)


class NoticeChild(models.Model):
    """Belongs to one vacancy or to one procurement notice."""

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
    def notice(self) -> Vacancy | ProcurementNotice:
        return self.vacancy or self.procurement_notice
