"""What the office has still to complete, read from the content itself."""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.admin import AdminSite
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from careers.models import ApplicationForm, Opportunity, opportunities
from iomlaos.office.models import StandardText
from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.models import publishables
from programmes.models import Counterpart, Document, Donor, Figure, Project

#: Of each kind; the others follow as these are done.
SHOWN = 20
# Not the second half of HIV/AIDS.
ABBREVIATION = re.compile(r"(?<![/\w])[A-Z]{4,}\b")
IN_BRACKETS = re.compile(r"\(([A-Z]{4,})\)")


@dataclass(frozen=True)
class Task:
    """One kind of thing to complete: what is missing, what to do, and where."""

    title: str
    advice: str
    rows: list[models.Model]

    @property
    def links(self) -> Iterator[tuple[str, str]]:
        for row in self.rows[:SHOWN]:
            name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
            yield str(row), reverse(name, args=[row.pk])

    @property
    def others(self) -> int:
        """How many more there are than are shown."""
        return max(0, len(self.rows) - SHOWN)


def open_tasks(site: AdminSite, request: HttpRequest) -> list[Task]:
    """The tasks with the rows that this member of staff may see; those without a row are left out."""
    at = request.at
    today = PartialDate.of(at).last_day
    tasks = [
        *notices_to_follow_up(at),
        Task(
            _("Figures without a caption"),
            _(
                "Say what each number counts, and as of when. Until then its page says that the caption "
                "awaits confirmation."
            ),
            list(Figure.objects.without_caption().select_related("programme")),
        ),
        Task(
            _("Documents on request"),
            _("Add a file or an address, and the title becomes a link."),
            list(Document.objects.live(at).on_request()),
        ),
        Task(
            _("Application forms on request"),
            _("Add a file or an address, and the title becomes a link."),
            list(ApplicationForm.objects.live(at).on_request()),
        ),
        Task(
            _("Standard texts to be confirmed"),
            _("Read the wording and, once the office agrees, tick “confirmed by the office”."),
            list(StandardText.objects.unconfirmed()),
        ),
        *abbreviations_to_spell_out(at),
        Task(
            _("To be reviewed"),
            _("Check that these are still true, then set a new date of review."),
            [row for model in publishables() for row in model.objects.filter(review_by__lte=today)],
        ),
    ]
    allowed = [Task(task.title, task.advice, _visible(task.rows, site, request)) for task in tasks]
    return [task for task in allowed if task.rows]


def _visible(rows: Iterable[models.Model], site: AdminSite, request: HttpRequest) -> list[models.Model]:
    return [row for row in rows if site.get_model_admin(type(row)).has_view_permission(request, row)]


def notices_to_follow_up(at: datetime.datetime) -> list[Task]:
    """What applicants and bidders wait for. Of both kinds, as the filters of their lists find it."""
    notices = [kind.objects for kind in opportunities()]
    return [
        Task(
            _("Results overdue"),
            _("The page promised a result by a day that has passed. Say what came of it, or set a new day."),
            [row for kind in notices for row in kind.results_overdue(at)],
        ),
        Task(
            _("Closed without an outcome"),
            _("Say what came of it: under review, filled or awarded, cancelled, advertised again."),
            [row for kind in notices for row in kind.without_outcome(at)],
        ),
        Task(
            _("Deadline changed without a reason"),
            _("The page says that no reason was given. Give it under “Changes of deadline”."),
            [row for kind in notices for row in kind.live(at).changed_without_reason()],
        ),
    ]


def abbreviations_to_spell_out(at: datetime.datetime) -> list[Task]:
    """Capital letters that no public text explains, as in "Full Name (FN)", and no record has as its own."""
    known = set()
    for model, name in ((Donor, "abbreviation"), (Counterpart, "abbreviation"), (Project, "acronym")):
        known.update(model.objects.values_list(name, flat=True))
    used: dict[str, list[models.Model]] = {}
    for model in publishables():
        # What is closed is a record, which nobody writes again.
        is_notice = issubclass(model, Opportunity)
        for row in model.objects.open(at) if is_notice else model.objects.live(at):
            text = " ".join(_texts(row))
            known.add(str(row))
            known.update(IN_BRACKETS.findall(text))
            for letters in set(ABBREVIATION.findall(text)):
                used.setdefault(letters, []).append(row)
    return [
        Task(
            _("What does %(abbreviation)s stand for?") % {"abbreviation": letters},
            _("No text spells it out. Write it in full where it first stands."),
            rows,
        )
        for letters, rows in sorted(used.items())
        if letters not in known
    ]


def _texts(row: models.Model) -> Iterator[str]:
    """The English texts of a row, without tags."""
    for field in row._meta.get_fields():
        if getattr(field, "language", None) == "en" and isinstance(
            field, models.CharField | models.TextField
        ):
            yield strip_tags(getattr(row, field.name) or "")
