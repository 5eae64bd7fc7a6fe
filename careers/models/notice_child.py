"""NoticeChild: the base of rows about a notice of either kind."""

import uuid

from django.db import models


class NoticeChild(models.Model):
    """Has one key for each kind. `default_related_name` names the reverse relations."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    vacancy = models.ForeignKey("careers.Vacancy", models.CASCADE, null=True, blank=True)
    procurement_notice = models.ForeignKey("careers.ProcurementNotice", models.CASCADE, null=True, blank=True)

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
