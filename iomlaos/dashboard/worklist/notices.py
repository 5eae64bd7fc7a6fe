"""Tasks about notices: results overdue, outcomes missing, closing soon."""

import datetime
from collections.abc import Callable, Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from careers.models.notice import Notice, notice_models
from careers.models.notice_queryset import NoticeQuerySet
from iomlaos.dashboard.worklist.base import Task, TaskRow, rows_for

#: Days.
CLOSING_WITHIN = 7


def _notices(select: Callable[[NoticeQuerySet], NoticeQuerySet]) -> Iterator[Notice]:
    """Selected notices of both kinds."""
    for model in notice_models():
        yield from select(model.objects.all())


def results_overdue(at: datetime.datetime) -> Task:
    return Task(
        "results-overdue",
        _("Results overdue"),
        _("The page promised a result by a day that has passed. Say what came of it, or set a new day."),
        rows_for(
            _notices(lambda notices: notices.results_overdue(at)),
            lambda notice: _("promised by %(day)s") % {"day": date_format(notice.results_expected_by)},
        ),
    )


def to_do(at: datetime.datetime) -> list[Task]:
    return [
        Task(
            "without-outcome",
            _("Closed without an outcome"),
            _("Say what came of it: under review, filled or awarded, cancelled, advertised again."),
            rows_for(_notices(lambda notices: notices.without_outcome(at))),
        ),
        Task(
            "deadline-without-reason",
            _("Deadline changed without a reason"),
            _(
                "The page says that no reason was given. Give it with “Correct the reasons of deadline "
                "changes”."
            ),
            rows_for(_notices(lambda notices: notices.changed_without_reason(at))),
        ),
    ]


def closing(at: datetime.datetime) -> Task:
    notices = _notices(lambda notices: notices.open(at).closing_within(CLOSING_WITHIN, at))
    rows = [TaskRow.for_record(notice, notice.deadline, at=notice.closes_at) for notice in notices]
    return Task(
        "closing",
        _("Closes in the next 7 days"),
        _("If it needs more time, extend it before it closes, with the reason."),
        sorted(rows, key=lambda row: row.at),
    )
