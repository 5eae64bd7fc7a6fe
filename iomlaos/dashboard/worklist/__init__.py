"""The work list: what the office has to do, read from the content itself.

The admin's front page shows it to each member of staff, narrowed to their part; `content_health`
prints all of it.
"""

import datetime
from dataclasses import replace

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext as _

from iomlaos.dashboard.worklist import content, notices
from iomlaos.dashboard.worklist.base import Task, TaskGroup, TaskItem
from iomlaos.dashboard.worklist.drafts import DraftTasks, withdrawn

__all__ = ["TaskGroup", "TaskItem", "Task", "shared_tasks", "tasks_for"]


def shared_tasks(at: datetime.datetime) -> list[TaskGroup]:
    """All that there is to do; parts and tasks without a row are left out."""
    drafts = DraftTasks(at)
    waiting = TaskGroup("people", _("Waiting for somebody"), [drafts.returned_to(), drafts.handed_in()])
    return _with_rows([_urgent(at, drafts), waiting, *_others(at, drafts)])


def tasks_for(site: AdminSite, request: HttpRequest) -> list[TaskGroup]:
    """What this member of staff may see, their own first."""
    drafts, user = DraftTasks(request.at), request.user
    own = TaskGroup(
        "own",
        _("For you"),
        [drafts.returned_to(user), drafts.handed_in(user), drafts.own_waiting(user)],
        is_open=True,
    )
    parts = [own, _urgent(request.at, drafts), *_others(request.at, drafts)]
    return _with_rows(
        [replace(part, tasks=[task.seen_by(site, request) for task in part.tasks]) for part in parts]
    )


def _urgent(at: datetime.datetime, drafts: DraftTasks) -> TaskGroup:
    """What was promised to the public and did not happen."""
    return TaskGroup(
        "urgent",
        _("Urgent"),
        [drafts.failed_schedules(), notices.results_overdue(at)],
        is_open=True,
        is_urgent=True,
    )


def _others(at: datetime.datetime, drafts: DraftTasks) -> list[TaskGroup]:
    return [
        TaskGroup("coming", _("Coming up"), [notices.closing(at), drafts.scheduled()], is_open=True),
        TaskGroup(
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
        TaskGroup("hidden", _("Not public"), [drafts.of_pages(), drafts.new(), withdrawn()]),
        TaskGroup("lao", _("Not yet in Lao"), content.in_english_alone(at), is_folded=True),
    ]


def _with_rows(parts: list[TaskGroup]) -> list[TaskGroup]:
    filled = [replace(part, tasks=[task for task in part.tasks if task.rows]) for part in parts]
    return [part for part in filled if part.tasks]
