"""Filters of the lists of notices."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from careers.models.notice_queryset import NoticeQuerySet
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


class FollowUpFilter(SimpleListFilter):
    title, parameter_name = _("needs action"), "to-say"
    #: By value: a label, and the rule, which the work list uses too.
    rules = {
        "outcome": (_("Closed without an outcome"), NoticeQuerySet.without_outcome),
        "result": (_("Results overdue"), NoticeQuerySet.results_overdue),
        "reason": (_("Deadline changed without a reason"), NoticeQuerySet.changed_without_reason),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        return [(value, label) for value, (label, _rule) in self.rules.items()]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        if self.value() not in self.rules:
            return queryset
        _label, rule = self.rules[self.value()]
        notices = rule(queryset.model.objects.all(), request.at)
        return queryset.filter(pk__in=notices.order_by().values("pk"))


class GradeScaleFilter(SimpleListFilter):
    title, parameter_name = _("scale of the grade"), "scale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        return [(letters, f"{letters}: {scale.name}") for letters, scale in SCALES.items()]

    def queryset(self, request: HttpRequest, vacancies: VacancyQuerySet) -> VacancyQuerySet:
        return vacancies.on_scale(self.value()) if self.value() in SCALES else vacancies
