"""“When you have time”: what is missing, open, or linked to nowhere."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from careers.models.application_form import ApplicationForm
from careers.models.notice import Notice
from iomlaos.dashboard.linkcheck.extract import links_of, public_querysets
from iomlaos.dashboard.models import CheckedLink
from iomlaos.dashboard.worklist.base import Block, Row, join_notes
from iomlaos.office.models import Office, Place, SiteNotice, StandardText
from iomlaos.publishing.models import Revision, publishables
from iomlaos.publishing.serialization import child_relations, owner_fields, owner_of
from iomlaos.translations.queries import find_states, has_text_in, translated_fields
from iomlaos.translations.states import State
from programmes.models import Counterpart, Document, Donor, Figure


@dataclass(frozen=True)
class LaterTask:
    """Records with something missing. `count` is set where they were counted without being read."""

    name: str
    title: str
    querysets: tuple[models.QuerySet, ...]
    note: Callable[[Any], str] = lambda record: ""
    count: int = 0

    @property
    def url(self) -> str:
        return reverse("admin:worklist", args=[self.name])

    def block(self) -> Block:
        rows = [Row.for_record(record, self.note(record)) for rows in self.querysets for record in rows]
        return Block(self.name, self.title, rows)


@dataclass(frozen=True)
class TranslationTask(LaterTask):
    """Records and child rows with texts in one state, which their notes name."""

    state: str = ""

    def block(self) -> Block:
        records = [record for rows in self.querysets for record in rows]
        rows = [
            # Child rows are changed with their owner.
            Row.for_record(record if _has_admin(record) else owner_of(record), self._note(record, states))
            for record, states in zip(records, find_states(records), strict=True)
        ]
        return Block(self.name, self.title, rows)

    def _note(self, record: models.Model, states: dict[str, State]) -> str:
        labels = [
            str(record._meta.get_field(name).verbose_name)
            for name, state in states.items()
            if state == self.state
        ]
        return join_notes(capfirst(record._meta.verbose_name), ", ".join(labels))


def later_tasks(at: datetime.datetime, kinds: Collection[type[models.Model]]) -> list[LaterTask]:
    """Those about models whose records the reader may change."""
    return [
        replace(task, querysets=querysets)
        for task in [*_missing(at), *_translation_tasks(at)]
        if (querysets := tuple(rows for rows in task.querysets if _is_changeable(rows.model, kinds)))
    ]


def _missing(at: datetime.datetime) -> list[LaterTask]:
    documents, forms = Document.objects.live(at), ApplicationForm.objects.live(at)
    return [
        LaterTask(
            "figures",
            _("Figures without a caption or a date"),
            (Figure.objects.without_caption_or_date().select_related("programme"),),
            _missing_of_figure,
        ),
        LaterTask("documents", _("Documents without a file"), (documents.filter(versions=None),)),
        LaterTask("forms", _("Application forms without a file"), (forms.filter(versions=None),)),
        LaterTask(
            "contacts",
            _("Contact details to complete"),
            (Office.objects.with_missing_contacts().prefetch_related("contact_points"),),
            lambda office: join_notes(*office.missing_contacts),
        ),
        LaterTask(
            "standard-texts",
            _("Standard texts to confirm"),
            (StandardText.objects.filter(is_confirmed=False),),
        ),
        LaterTask(
            "open-questions",
            _("Open questions"),
            (Document.objects.exclude(staff_note=""),),
            lambda document: document.staff_note,
        ),
        LaterTask(
            "lao-questions",
            _("Questions about Lao"),
            (Office.objects.exclude(staff_note=""),),
            lambda office: office.staff_note,
        ),
    ]


def _has_admin(model: Any) -> bool:
    return admin.site.is_registered(model if isinstance(model, type) else type(model))


def _is_changeable(model: type[models.Model], kinds: Collection[type[models.Model]]) -> bool:
    owners = [] if _has_admin(model) else owner_fields().get(model, ())
    return model in kinds or any(field.related_model in kinds for field in owners)


def counted(tasks: list[LaterTask]) -> list[LaterTask]:
    """The tasks with something to do, counted in one query."""
    names = [
        rows.order_by().values_list(models.Value(task.name, output_field=models.CharField()))
        for task in tasks
        for rows in task.querysets
    ]
    counts = Counter(name for (name,) in names[0].union(*names[1:], all=True)) if names else Counter()
    return [replace(task, count=counts[task.name]) for task in tasks if counts[task.name]]


def _missing_of_figure(figure: Figure) -> str:
    caption = "" if figure.caption_en else _("no caption")
    date = "" if figure.information_date else _("no date")
    return join_notes(str(figure.programme or ""), caption, date)


# --- Lao ------------------------------------------------------------------------------------------


def _translation_tasks(at: datetime.datetime) -> list[LaterTask]:
    translated = [*_translated_querysets(at)]
    return [
        TranslationTask(
            name,
            title,
            tuple(rows.filter(has_text_in(rows.model, state)) for rows in translated),
            state=state,
        )
        for name, title, state in (
            ("lao-outdated", _("Outdated in Lao"), State.OUTDATED),
            ("lao-to-review", _("Lao to review"), State.AWAITING_REVIEW),
            ("lao", _("Not yet in Lao"), State.UNTRANSLATED),
        )
    ]


def _translated_querysets(at: datetime.datetime) -> Iterator[models.QuerySet]:
    """What visitors can read now, and staff still edit: no closed notices."""
    notices = [model.objects.open(at) for model in publishables() if issubclass(model, Notice)]
    others = [model.objects.live(at) for model in publishables() if not issubclass(model, Notice)]
    records = [
        *others,
        *notices,
        Figure.objects.public(at).select_related("programme"),
        Donor.objects.public(at),
        Counterpart.objects.public(at),
        Office.objects.all(),
        SiteNotice.objects.public(at),
        StandardText.objects.all(),
        Place.objects.all(),
    ]
    own = {rows.model for rows in records}
    for rows in records:
        yield rows
        for relation in child_relations(rows.model):
            child, owner = relation.related_model, relation.field.name
            if translated_fields(child) and child not in own:
                yield child.objects.filter(**{f"{owner}__in": rows.order_by()}).select_related(owner)


# --- Links ----------------------------------------------------------------------------------------


def broken_links(at: datetime.datetime, kinds: Collection[type[models.Model]]) -> LaterTask:
    """As the last check found them, but for records that were saved since. Two queries."""
    links = list(CheckedLink.objects.broken())
    holders = {(model, key) for link in links for model, key in link.found_in}
    saves = Revision.objects.filter(
        kind=Revision.Kind.STATE,
        model__in={model for model, _key in holders},
        object_key__in={key for _model, key in holders},
        at__gt=min((link.checked_at for link in links), default=at),
    )
    saved = {
        (model, key): when
        for model, key, when in saves.order_by("at").values_list("model", "object_key", "at")
    }
    labels = {model._meta.label_lower for model in kinds}
    count = sum(
        model in labels and saved.get((model, key), link.checked_at) <= link.checked_at
        for link in links
        for model, key in link.found_in
    )
    return LaterTask("broken-links", _("Broken links"), (), count=count)


def broken_links_block(at: datetime.datetime, kinds: Collection[type[models.Model]]) -> Block:
    """The records that hold one now, without those that were corrected or withdrawn since the check."""
    broken = {link.address: link for link in CheckedLink.objects.broken()}
    keys: dict[str, set[str]] = defaultdict(set)
    for link in broken.values():
        for model, key in link.found_in:
            keys[model].add(key)
    rows = []
    for records in public_querysets(at) if keys else []:
        if records.model not in kinds:
            continue
        for record in records.filter(pk__in=keys[records.model._meta.label_lower]):
            for address in sorted(links_of(record) & broken.keys()):
                rows.append(Row.for_record(record, join_notes(address, broken[address].description)))
    return Block("broken-links", _("Broken links"), rows)
