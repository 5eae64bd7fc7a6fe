"""Tasks about content: what is missing, outdated or broken."""

import datetime
from dataclasses import replace

from django.db import models
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from careers.models.application_form import ApplicationForm
from careers.models.notice import Notice
from iomlaos.dashboard.linkcheck.extract import links_of, sources
from iomlaos.dashboard.models import CheckedLink
from iomlaos.dashboard.worklist.base import Task, TaskItem, all_q, sentence
from iomlaos.office.models import Office, Place, SiteNotice, StandardText
from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.models import Publishable, publishables
from programmes.models import Counterpart, Document, Donor, Figure

#: Texts that no page shows while it is public.
NOT_ON_PAGES = {"withdrawal_reason"}


def to_review(at: datetime.datetime) -> Task:
    today = PartialDate.of(at).last_day
    rows = []
    for model in publishables():
        due = model.objects.filter(review_due__lte=today).exclude(state=Publishable.State.WITHDRAWN)
        for record in due:
            words = _("to be reviewed by %(day)s") % {"day": formats.date_format(record.review_due)}
            rows.append(replace(TaskItem.of(record, words), is_to_confirm=True))
    return Task(
        "to-review",
        _("To be reviewed"),
        _("Read the page. If it is still right, one click says so; if not, open the form and change it."),
        rows,
    )


def bare_figures() -> Task:
    rows = []
    for figure in Figure.objects.without_caption_or_date().select_related("programme"):
        lacks = sentence(
            "" if figure.caption_en else _("no caption"), "" if figure.information_date else _("no date")
        )
        rows.append(TaskItem.of(figure, sentence(str(figure.programme or ""), lacks)))
    return Task(
        "figures",
        _("Figures without a caption or a date"),
        _(
            "Say what each number counts, and as of when. Until it has a caption, its page says that the "
            "caption awaits confirmation."
        ),
        rows,
    )


def documents_on_request(at: datetime.datetime) -> Task:
    return Task(
        "documents",
        _("Documents on request"),
        _("Add a file or an address, and the title becomes a link."),
        all_q(Document.objects.live(at).on_request()),
    )


def forms_on_request(at: datetime.datetime) -> Task:
    return Task(
        "forms",
        _("Application forms on request"),
        _("Add a file or an address, and the title becomes a link."),
        all_q(ApplicationForm.objects.live(at).on_request()),
    )


def open_questions() -> Task:
    documents = Document.objects.exclude(staff_note="")
    return Task(
        "open-questions",
        _("Open questions"),
        _("Find the answer, correct the text, and empty the note for staff."),
        [TaskItem.of(document, document.staff_note) for document in documents],
    )


def unconfirmed_texts() -> Task:
    return Task(
        "standard-texts",
        _("Standard texts to be confirmed"),
        _("Read the wording and, once the office agrees, tick “confirmed by the office”."),
        all_q(StandardText.objects.unconfirmed()),
    )


# --- Links ------------------------------------------------------------------------------------


def broken_links(at: datetime.datetime) -> Task:
    """As the last check found them, but for those that were mended or taken down since."""
    broken = {link.address: link for link in CheckedLink.objects.broken()}
    keys: dict[str, set[str]] = {}
    for link in broken.values():
        for model, key in link.stands_in:
            keys.setdefault(model, set()).add(key)
    rows = []
    for records in sources(at) if keys else []:
        for record in records.filter(pk__in=keys.get(records.model._meta.label_lower, ())):
            for address in sorted(links_of(record) & broken.keys()):
                rows.append(TaskItem.of(record, sentence(address, broken[address].in_words)))
    return Task(
        "broken-links",
        _("Broken links"),
        _("Open the form, look for the address, and correct it or take the link out."),
        rows,
    )


# --- Lao --------------------------------------------------------------------------------------


def in_english_alone(at: datetime.datetime) -> list[Task]:
    """By kind, what is public in English and not whole in Lao."""
    tasks = []
    for rows in _translated(at):
        model = rows.model
        names = [
            name for name in translator.get_options_for_model(model).all_fields if name not in NOT_ON_PAGES
        ]
        lacks = models.Q()
        for name in names:
            english, lao = (build_localized_fieldname(name, language) for language in ("en", "lo"))
            lacks |= models.Q(**{f"{english}__gt": ""}) & ~models.Q(**{f"{lao}__gt": ""})
        tasks.append(
            Task(
                f"lao-{model._meta.model_name}",
                capfirst(str(model._meta.verbose_name_plural)),
                _("Something here is written in English and not in Lao."),
                all_q(rows.filter(lacks)),
            )
        )
    return tasks


def _translated(at: datetime.datetime) -> list[models.QuerySet]:
    """What visitors can read now and staff still write, each kind with texts in two languages."""
    kinds = publishables()
    notices = [model.objects.open(at) for model in kinds if issubclass(model, Notice)]
    others = [model.objects.live(at) for model in kinds if not issubclass(model, Notice)]
    return [
        *others,
        *notices,
        Figure.objects.shown(at).select_related("programme"),
        Donor.objects.shown(at),
        Counterpart.objects.shown(at),
        Office.objects.all(),
        SiteNotice.objects.shown(at),
        StandardText.objects.all(),
        Place.objects.all(),
    ]
