"""The work list: what the office has to do, read from the content itself.

The admin's front page shows it to each member of staff, narrowed to their part; `content_health`
prints all of it.
"""

import datetime
from dataclasses import replace

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext as _

from . import content, notices
from .drafts import Drafts, withdrawn
from .tasks import Part, Row, Task

__all__ = ["Part", "Row", "Task", "of_everybody", "of_staff"]


def of_everybody(at: datetime.datetime) -> list[Part]:
    """All that there is to do; parts and tasks without a row are left out."""
    drafts = Drafts(at)
    waiting = Part("people", _("Waiting for somebody"), [drafts.returned_to(), drafts.handed_in()])
    return _with_rows([_urgent(at, drafts), waiting, *_others(at, drafts)])


def of_staff(site: AdminSite, request: HttpRequest) -> list[Part]:
    """What this member of staff may see, their own first."""
    drafts, user = Drafts(request.at), request.user
    own = Part(
        "own",
        _("For you"),
        [drafts.returned_to(user), drafts.handed_in(user), drafts.own_waiting(user)],
        is_open=True,
    )
    parts = [own, _urgent(request.at, drafts), *_others(request.at, drafts)]
    return _with_rows(
        [replace(part, tasks=[task.seen_by(site, request) for task in part.tasks]) for part in parts]
    )


def _urgent(at: datetime.datetime, drafts: Drafts) -> Part:
    """What was promised to the public and did not happen."""
    return Part(
        "urgent", _("Urgent"), [drafts.held(), notices.results_overdue(at)], is_open=True, is_urgent=True
    )


def _others(at: datetime.datetime, drafts: Drafts) -> list[Part]:
    return [
        Part("coming", _("Coming up"), [notices.closing(at), drafts.scheduled()], is_open=True),
        Part(
            "to-do",
            _("To put in order"),
            [
                notices.without_outcome(at),
                notices.changed_without_reason(at),
                content.to_review(at),
                content.broken_links(at),
                content.bare_figures(),
                content.documents_on_request(at),
                content.forms_on_request(at),
                content.unconfirmed_texts(),
                content.open_questions(),
            ],
        ),
        Part("hidden", _("Not public"), [drafts.of_pages(), drafts.new(), withdrawn()]),
        Part("lao", _("Not yet in Lao"), content.in_english_alone(at), is_folded=True),
    ]


def _with_rows(parts: list[Part]) -> list[Part]:
    filled = [replace(part, tasks=[task for task in part.tasks if task.rows]) for part in parts]
    return [part for part in filled if part.tasks]
