"""The numbers of notices, for their short addresses."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticeNumber(models.Model):
    """One sequence for all kinds of notices. No row is deleted, so that no key is given twice."""

    is_content = False

    class Meta:
        default_permissions = ()
        verbose_name = _("number of a notice")
        verbose_name_plural = _("numbers of notices")

    def __str__(self) -> str:
        return str(self.pk)
