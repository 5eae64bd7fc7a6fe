"""Filters of the lists of notices."""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db import models
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from careers.models.notice_queryset import NoticeQuerySet
from careers.models.vacancy import SCALES
from iomlaos.staff.filters import StatusFilter


class CallbackFilter(SimpleListFilter):
    """Choices by value: a label, and the queryset method that public pages and the work list use too."""

    callbacks: dict[str, tuple[str | Promise, Callable[[NoticeQuerySet, datetime.datetime], NoticeQuerySet]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        return [(value, label) for value, (label, _callback) in self.callbacks.items()]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        if self.value() not in self.callbacks:
            return queryset
        _label, callback = self.callbacks[self.value()]
        notices = callback(queryset.model.objects.all(), request.at)
        return queryset.filter(pk__in=notices.order_by().values("pk"))


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
        if value in ("open", "closed"):
            notices = getattr(model.objects, value)(request.at)
            return models.Q(pk__in=notices.order_by().values("pk"))
        if value == "todo":
            submitted = super().condition(request, model, "review")
            return submitted | models.Q(
                pk__in=model.objects.needing_action(request.at).order_by().values("pk")
            )
        return super().condition(request, model, value)


class FollowUpFilter(CallbackFilter):
    title, parameter_name = _("needs action"), "to-say"
    callbacks = {
        "outcome": (_("Closed without an outcome"), NoticeQuerySet.without_outcome),
        "result": (_("Results overdue"), NoticeQuerySet.results_overdue),
        "reason": (_("Deadline changed without a reason"), NoticeQuerySet.changed_without_reason),
    }


class GradeScaleFilter(CallbackFilter):
    title, parameter_name = _("scale of the grade"), "scale"
    callbacks = {
        letters: (
            format_lazy("{}: {}", letters, scale.name),
            lambda vacancies, at, letters=letters: vacancies.on_scale(letters),
        )
        for letters, scale in SCALES.items()
    }
