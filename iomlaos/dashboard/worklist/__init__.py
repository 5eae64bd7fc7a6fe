"""The work list: what the office has to do, read from the content itself.

The admin's front page shows each member of staff their part; `content_health` prints all of it.
"""

import datetime
from collections.abc import Iterable
from dataclasses import replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from iomlaos.dashboard.worklist import content, notices
from iomlaos.dashboard.worklist.base import Task, TaskGroup, TaskRow
from iomlaos.dashboard.worklist.drafts import DraftTasks

__all__ = ["Task", "TaskGroup", "TaskRow", "shared_tasks", "tasks_for"]


def shared_tasks(at: datetime.datetime) -> list[TaskGroup]:
    """All tasks of the office; groups and tasks without a row are left out."""
    drafts = DraftTasks(at)
    waiting = TaskGroup("people", _("Waiting for somebody"), [drafts.returned(), drafts.submitted()])
    urgent, *others = _groups(at, drafts)
    return _without_empty([urgent, waiting, *others])


def tasks_for(request: HttpRequest) -> list[TaskGroup]:
    """What the signed-in user may see, their own first."""
    drafts, user = DraftTasks(request.at), request.user
    own_tasks = [drafts.returned(user), drafts.submitted(user), drafts.own_submissions(user)]
    own = TaskGroup("own", _("For you"), own_tasks, is_open=True)
    return _without_empty(
        replace(group, tasks=[task.visible_to(request) for task in group.tasks])
        for group in [own, *_groups(request.at, drafts)]
    )


def _groups(at: datetime.datetime, drafts: DraftTasks) -> list[TaskGroup]:
    # Urgent is what was promised to the public and did not happen.
    urgent = [drafts.failed_schedules(), notices.results_overdue(at)]
    return [
        TaskGroup("urgent", _("Urgent"), urgent, is_open=True, is_urgent=True),
        TaskGroup("coming", _("Coming up"), [notices.closing(at), drafts.scheduled()], is_open=True),
        TaskGroup("to-do", _("To put in order"), [*notices.to_do(at), *content.to_do(at)]),
        TaskGroup("hidden", _("Not public"), [drafts.changes(), drafts.new_records(), content.withdrawn()]),
        TaskGroup("lao", _("Not yet in Lao"), content.not_in_lao(at), is_folded=True),
    ]


def _without_empty(groups: Iterable[TaskGroup]) -> list[TaskGroup]:
    filled = [replace(group, tasks=[task for task in group.tasks if task.rows]) for group in groups]
    return [group for group in filled if group.tasks]
