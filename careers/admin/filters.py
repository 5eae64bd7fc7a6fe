"""Filters of the lists of notices."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from careers.models.vacancy import SCALES, VacancyQuerySet
from iomlaos.staff.filters import StatusFilter


class NoticeStatusFilter(StatusFilter):
    """The main filter of a list of notices: also by the clock."""

    choices_offered = (
        ("todo", _("Needs action")),
        ("open", _("Open")),
        ("drafts", _("Drafts")),
        ("scheduled", _("Scheduled")),
        ("closed", _("Closed")),
        ("withdrawn", _("Withdrawn")),
    )

    def condition(self, request: HttpRequest, model: type[models.Model], value: str) -> models.Q:
        notices = model.objects.all()
        rules = {"open": notices.open, "closed": notices.closed, "todo": notices.needing_action}
        if value not in rules:
            return super().condition(request, model, value)
        found = models.Q(pk__in=rules[value](request.at).order_by().values("pk"))
        return found | super().condition(request, model, "review") if value == "todo" else found


class GradeScaleFilter(SimpleListFilter):
    title, parameter_name = _("scale of the grade"), "scale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        return [(letters, f"{letters}: {scale.name}") for letters, scale in SCALES.items()]

    def queryset(self, request: HttpRequest, vacancies: VacancyQuerySet) -> VacancyQuerySet:
        return vacancies.on_scale(self.value()) if self.value() in SCALES else vacancies
