"""What the open lists can be narrowed to: declared values alone, so that addresses are few.

A value that is not among the choices, and a name that is no filter, are ignored.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from careers.models.notice import NoticeQuerySet
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import SCALES, Vacancy
from iomlaos.office.models import Place

#: Days, for "closing within".
CLOSING_WITHIN = (3, 7, 30)


@dataclass(frozen=True)
class FilterGroup:
    """One question of a list: its choices as (value, label), and the chosen value or nothing."""

    name: str
    label: str
    choices: list[tuple[str, str]]
    chosen: str
    narrow: Callable[[NoticeQuerySet, str], NoticeQuerySet]


@dataclass(frozen=True)
class NoticeFilterSet:
    """The questions of a list, as an address answers them."""

    filters: list[FilterGroup]

    def __iter__(self) -> Iterable[FilterGroup]:
        return iter(self.filters)

    @property
    def are_chosen(self) -> bool:
        return any(each.chosen for each in self.filters)

    @property
    def query(self) -> str:
        """The chosen values as the beginning of a query, each followed by an ampersand."""
        return "".join(f"{each.name}={each.chosen}&" for each in self.filters if each.chosen)

    def narrow(self, rows: NoticeQuerySet) -> NoticeQuerySet:
        for each in self.filters:
            if each.chosen:
                rows = each.narrow(rows, each.chosen)
        return rows


def _filter(asked: QueryDict, name: str, label: str, choices: Iterable, narrow: Callable) -> FilterGroup:
    choices = [(str(value), str(words)) for value, words in choices]
    chosen = asked.get(name, "")
    return FilterGroup(name, label, choices, chosen if chosen in dict(choices) else "", narrow)


def _closing(asked: QueryDict, at: datetime.datetime) -> FilterGroup:
    within = [
        (days, ngettext("%(days)d day", "%(days)d days", days) % {"days": days}) for days in CLOSING_WITHIN
    ]
    return _filter(
        asked, "closing", _("Closing within"), within, lambda rows, days: rows.closing_within(int(days), at)
    )


def vacancy_filters(asked: QueryDict, at: datetime.datetime) -> NoticeFilterSet:
    """Duty station (those of open positions), scale, kind of contract, closing within."""
    of_open = Vacancy.objects.open(at).order_by().exclude(duty_station=None)
    stations = Place.objects.filter(pk__in=of_open.values("duty_station"))
    return NoticeFilterSet(
        [
            _filter(
                asked,
                "station",
                _("Duty station"),
                [(place.slug, place.name) for place in stations],
                lambda rows, slug: rows.filter(duty_station__slug=slug),
            ),
            _filter(
                asked,
                "grade",
                _("Grade"),
                [(letters.lower(), f"{letters}: {scale.name}") for letters, scale in SCALES.items()],
                lambda rows, letters: rows.on_scale(letters),
            ),
            _filter(
                asked,
                "contract",
                _("Contract"),
                Vacancy.Contract.choices,
                lambda rows, contract: rows.filter(contract=contract),
            ),
            _closing(asked, at),
        ]
    )


def procurement_filters(asked: QueryDict, at: datetime.datetime) -> NoticeFilterSet:
    """Method, closing within."""
    return NoticeFilterSet(
        [
            _filter(
                asked,
                "method",
                _("Method"),
                ProcurementNotice.Method.choices,
                lambda rows, method: rows.filter(method=method),
            ),
            _closing(asked, at),
        ]
    )
