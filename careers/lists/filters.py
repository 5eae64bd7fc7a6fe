"""Filters of the open lists, as forms of the query string.

Only declared values filter, so that there are few addresses: other values and parameters are ignored.
"""

import datetime
from functools import cached_property
from operator import attrgetter
from typing import ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from careers.models.notice_queryset import NoticeQuerySet
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import SCALES, Vacancy, VacancyQuerySet
from iomlaos.delivery.pagination import find_keyset_query
from iomlaos.delivery.validity import cached_per_version
from iomlaos.office.models import Place

#: The value of `candidates` that lists the internal positions, which are left out otherwise.
INTERNAL = "internal"


def closing_choices() -> list[tuple[str, str]]:
    return [
        (str(days), ngettext("%(days)d day", "%(days)d days", days) % {"days": days}) for days in (3, 7, 30)
    ]


@cached_per_version
def _stations(at: datetime.datetime) -> dict[bool, list[Place]]:
    """The duty stations of the open positions that are internal (True), and of the others (False)."""
    vacancies = Vacancy.objects.open(at).order_by()
    return {
        is_internal: sorted(
            Place.objects.filter(pk__in=rows.values("duty_station")), key=attrgetter("sort_key")
        )
        for is_internal, rows in ((True, vacancies.internal()), (False, vacancies.external()))
    }


class NoticeFilterForm(forms.Form):
    """An open list as its address says. A subclass has `notices`: what the list is about, open or not."""

    closing = forms.ChoiceField(label=_("Closing within"), choices=closing_choices, required=False)
    #: The lookups of choices that filter by one.
    lookups: ClassVar[dict[str, str]] = {}

    def __init__(self, data: QueryDict, at: datetime.datetime) -> None:
        super().__init__(data)
        self.at = at

    @classmethod
    def find_canonical_query(cls, query: QueryDict, at: datetime.datetime) -> str:
        filters = cls(query, at)
        after = find_keyset_query(query, lambda: filters.narrow(filters.notices.open(at)), "closes_at")
        return f"{filters.query}{after}".rstrip("&")

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The filters that are set, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def query(self) -> str:
        """The chosen values as the beginning of a query string, each followed by an ampersand."""
        return "".join(f"{name}={value}&" for name, value in self.chosen.items())

    def narrow(self, notices: NoticeQuerySet) -> NoticeQuerySet:
        if days := self.chosen.get("closing"):
            notices = notices.closing_within(int(days), self.at)
        return notices.filter(
            **{self.lookups[name]: value for name, value in self.chosen.items() if name in self.lookups}
        )


class VacancyFilterForm(NoticeFilterForm):
    station = forms.ChoiceField(label=_("Location"), required=False)
    grade = forms.ChoiceField(
        label=_("Grade"),
        choices=lambda: [(letters.lower(), f"{letters}: {scale.name}") for letters, scale in SCALES.items()],
        required=False,
    )
    contract = forms.ChoiceField(label=_("Contract"), choices=Vacancy.Contract.choices, required=False)
    candidates = forms.ChoiceField(choices=[(INTERNAL, INTERNAL)], required=False, widget=forms.HiddenInput)
    field_order = ["station", "grade", "contract", "closing"]
    lookups = {"station": "duty_station__slug", "contract": "contract"}

    def __init__(self, data: QueryDict, at: datetime.datetime) -> None:
        super().__init__(data, at)
        stations = _stations(at)[self.is_internal]
        self.fields["station"].choices = [(station.slug, station.name) for station in stations]

    @property
    def is_internal(self) -> bool:
        return self.data.get("candidates") == INTERNAL

    @property
    def notices(self) -> VacancyQuerySet:
        """The internal positions, or all others."""
        return Vacancy.objects.internal() if self.is_internal else Vacancy.objects.external()

    def narrow(self, vacancies: VacancyQuerySet) -> VacancyQuerySet:
        vacancies, letters = super().narrow(vacancies), self.chosen.get("grade")
        return vacancies.on_scale(letters) if letters else vacancies


class ProcurementFilterForm(NoticeFilterForm):
    method = forms.ChoiceField(label=_("Method"), choices=ProcurementNotice.Method.choices, required=False)
    field_order = ["method", "closing"]
    lookups = {"method": "method"}

    @property
    def notices(self) -> NoticeQuerySet:
        return ProcurementNotice.objects.all()
