"""Tasks about notices: results overdue, outcomes missing, closing soon."""

import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from careers.models.notice import notice_models
from iomlaos.dashboard.worklist.base import Task, TaskRow, rows_for

#: Days.
CLOSING_WITHIN = 7


def results_overdue(at: datetime.datetime) -> Task:
    return Task(
        "results-overdue",
        _("Results overdue"),
        _("The page promised a result by a day that has passed. Say what came of it, or set a new day."),
        [
            TaskRow.for_record(
                notice, _("promised by %(day)s") % {"day": date_format(notice.results_expected_by)}
            )
            for model in notice_models()
            for notice in model.objects.results_overdue(at)
        ],
    )


def without_outcome(at: datetime.datetime) -> Task:
    return Task(
        "without-outcome",
        _("Closed without an outcome"),
        _("Say what came of it: under review, filled or awarded, cancelled, advertised again."),
        [row for model in notice_models() for row in rows_for(model.objects.without_outcome(at))],
    )


def changed_without_reason(at: datetime.datetime) -> Task:
    return Task(
        "deadline-without-reason",
        _("Deadline changed without a reason"),
        _("The page says that no reason was given. Give it under “Changes of deadline”."),
        [
            row
            for model in notice_models()
            for row in rows_for(model.objects.live(at).changed_without_reason())
        ],
    )


def closing(at: datetime.datetime) -> Task:
    rows = [
        TaskRow.for_record(notice, notice.deadline, at=notice.closes_at)
        for model in notice_models()
        for notice in model.objects.open(at).closing_within(CLOSING_WITHIN, at)
    ]
    return Task(
        "closing",
        _("Closes in the next 7 days"),
        _("If it needs more time, extend it before it closes, with the reason."),
        sorted(rows, key=lambda row: row.at),
    )
