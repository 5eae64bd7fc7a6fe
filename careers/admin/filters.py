"""Filters of the lists of notices."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db import models
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from careers.models.notice import NoticeQuerySet
from careers.models.vacancy import SCALES


class CallbackFilter(SimpleListFilter):
    """Choices, each with what the public pages and the work list ask, too."""

    choices_asked: dict[str, tuple[str | Promise, Callable[[NoticeQuerySet, Any], NoticeQuerySet]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        return [(value, label) for value, (label, _ask) in self.choices_asked.items()]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        if self.value() not in self.choices_asked:
            return queryset
        _label, ask = self.choices_asked[self.value()]
        return queryset.filter(pk__in=ask(queryset.model.objects.all(), request.at).order_by().values("pk"))


class DeadlineFilter(CallbackFilter):
    title, parameter_name = _("deadline"), "deadline"
    choices_asked = {
        "open": (_("Open now"), lambda notices, at: notices.open(at)),
        "closed": (_("Closed"), lambda notices, at: notices.closed(at)),
    }


class FollowUpFilter(CallbackFilter):
    title, parameter_name = _("what is still to be said"), "to-say"
    choices_asked = {
        "outcome": (_("Closed without an outcome"), lambda notices, at: notices.without_outcome(at)),
        "result": (_("Results overdue"), lambda notices, at: notices.results_overdue(at)),
        "reason": (
            _("Deadline changed without a reason"),
            lambda notices, at: notices.live(at).changed_without_reason(),
        ),
    }


class GradeScaleFilter(CallbackFilter):
    title, parameter_name = _("scale of the grade"), "scale"
    choices_asked = {
        letters: (
            format_lazy("{}: {}", letters, scale.name),
            lambda notices, at, letters=letters: notices.on_scale(letters),
        )
        for letters, scale in SCALES.items()
    }
