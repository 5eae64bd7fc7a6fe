"""Tasks about content: what is missing, outdated or broken."""

import datetime
from collections import defaultdict
from itertools import chain

from django.db import models
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from careers.models.application_form import ApplicationForm
from careers.models.notice import Notice
from iomlaos.dashboard.linkcheck.extract import links_of, public_querysets
from iomlaos.dashboard.models import CheckedLink
from iomlaos.dashboard.worklist.base import Task, TaskRow, join_notes, rows_for
from iomlaos.office.models import Office, Place, SiteNotice, StandardText
from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.models import Publishable, publishables
from programmes.models import Counterpart, Document, Donor, Figure

#: Fields that no public page shows.
NOT_ON_PAGES = {"withdrawal_reason"}


def to_do(at: datetime.datetime) -> list[Task]:
    add_file = _("Add a file or an address, and the title becomes a link.")
    return [
        _to_review(at),
        _broken_links(at),
        Task(
            "figures",
            _("Figures without a caption or a date"),
            _(
                "Say what each number counts, and as of when. Until it has a caption, its page says that the "
                "caption awaits confirmation."
            ),
            rows_for(
                Figure.objects.without_caption_or_date().select_related("programme"), _missing_of_figure
            ),
        ),
        Task(
            "documents", _("Documents on request"), add_file, rows_for(Document.objects.live(at).on_request())
        ),
        Task(
            "forms",
            _("Application forms on request"),
            add_file,
            rows_for(ApplicationForm.objects.live(at).on_request()),
        ),
        Task(
            "standard-texts",
            _("Standard texts to be confirmed"),
            _("Read the wording and, once the office agrees, tick “confirmed by the office”."),
            rows_for(StandardText.objects.unconfirmed()),
        ),
        Task(
            "open-questions",
            _("Open questions"),
            _("Find the answer, correct the text, and empty the note for staff."),
            rows_for(Document.objects.exclude(staff_note=""), lambda document: document.staff_note),
        ),
    ]


def _missing_of_figure(figure: Figure) -> str:
    caption = "" if figure.caption_en else _("no caption")
    date = "" if figure.information_date else _("no date")
    return join_notes(str(figure.programme or ""), caption, date)


def _to_review(at: datetime.datetime) -> Task:
    rows = []
    for model in publishables():
        due = model.objects.filter(review_due__lte=PartialDate.of(at).last_day)
        for record in due.exclude(state=Publishable.State.WITHDRAWN):
            note = _("to be reviewed by %(day)s") % {"day": formats.date_format(record.review_due)}
            rows.append(TaskRow.for_record(record, note, can_mark_reviewed=True))
    return Task(
        "to-review",
        _("To be reviewed"),
        _("Read the page. If it is still right, one click says so; if not, open the form and change it."),
        rows,
    )


def _broken_links(at: datetime.datetime) -> Task:
    """As the last check found them, without those that were corrected or withdrawn since."""
    broken = {link.address: link for link in CheckedLink.objects.broken()}
    keys: dict[str, set[str]] = defaultdict(set)
    for link in broken.values():
        for model, key in link.found_in:
            keys[model].add(key)
    rows = []
    for records in public_querysets(at) if keys else []:
        for record in records.filter(pk__in=keys[records.model._meta.label_lower]):
            for address in sorted(links_of(record) & broken.keys()):
                note = join_notes(address, broken[address].description)
                rows.append(TaskRow.for_record(record, note))
    return Task(
        "broken-links",
        _("Broken links"),
        _("Open the form, look for the address, and correct it or take the link out."),
        rows,
    )


def withdrawn() -> Task:
    records = (model.objects.filter(state=Publishable.State.WITHDRAWN) for model in publishables())
    return Task(
        "withdrawn",
        _("Withdrawn"),
        _("Their addresses say that they were taken down, and why. Publish them again, or leave them so."),
        rows_for(
            chain.from_iterable(rows.order_by("-updated_at") for rows in records),
            lambda record: record.withdrawal_reason or _("no reason is given"),
        ),
    )


def not_in_lao(at: datetime.datetime) -> list[Task]:
    """A task for each model, of the public records with a text in English only."""
    tasks = []
    for records in _translated_querysets(at):
        options = records.model._meta
        fields = translator.get_options_for_model(records.model).all_fields
        missing = models.Q()
        for name in fields.keys() - NOT_ON_PAGES:
            english, lao = (build_localized_fieldname(name, language) for language in ("en", "lo"))
            missing |= models.Q(**{f"{english}__gt": ""}) & ~models.Q(**{f"{lao}__gt": ""})
        tasks.append(
            Task(
                f"lao-{options.model_name}",
                capfirst(str(options.verbose_name_plural)),
                _("Something here is written in English and not in Lao."),
                rows_for(records.filter(missing)),
            )
        )
    return tasks


def _translated_querysets(at: datetime.datetime) -> list[models.QuerySet]:
    """What visitors can read now, and staff still edit: no closed notices."""
    notices = [model.objects.open(at) for model in publishables() if issubclass(model, Notice)]
    others = [model.objects.live(at) for model in publishables() if not issubclass(model, Notice)]
    return [
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
