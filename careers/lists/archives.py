"""The lists of closed notices: of all years, or of one."""

import datetime
from collections.abc import Callable

from django.http import QueryDict

from careers.models.notice_queryset import NoticeQuerySet
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.delivery.pagination import find_keyset_query
from iomlaos.delivery.validity import cached_per_version

#: Nobody needs many at once, and years lead to older ones.
PAGE_SIZE = 10


class Archive:
    """Closed notices of one kind, the last to close first. `section` is the entry of the main menu."""

    def __init__(
        self, template: str, section: str, find: Callable[[datetime.datetime], NoticeQuerySet]
    ) -> None:
        self.template, self.section, self.find = template, section, find
        #: The years in which notices closed, by the moment.
        self.years = cached_per_version(lambda at: find(at).closing_years())

    def notices(self, at: datetime.datetime, year: int | None) -> NoticeQuerySet:
        return self.find(at) if year is None else self.find(at).closing_in(year)


def find_archive_query(
    query: QueryDict, at: datetime.datetime, archive: Archive, year: int | None = None
) -> str:
    return find_keyset_query(query, lambda: archive.notices(at, year), "closes_at")


CLOSED_JOBS = Archive("closed_list", "jobs", Vacancy.objects.closed)
CLOSED_TENDERS = Archive("procurement_closed_list", "tenders", ProcurementNotice.objects.closed)
#: Awarded tenders, with supplier and value where the office gives them.
AWARDS = Archive(
    "award_list", "tenders", lambda at: ProcurementNotice.objects.awarded(at).prefetch_related("awards")
)
