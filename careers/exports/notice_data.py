"""Helpers shared by feeds, calendars, JSON-LD, ReliefWeb and alerts."""

import datetime
import re
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.html import format_html_join
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from careers.lists.overview import load_history
from careers.models.notice import Notice
from careers.models.notice_queryset import NoticeQuerySet
from careers.models.vacancy import Vacancy
from iomlaos.media.richtext import RichTextField
from iomlaos.media.richtext.images import strip_images
from iomlaos.media.richtext.rendering import localize_links
from iomlaos.office.models import Office, Place, needs_english
from iomlaos.translations.queries import use_english_where_outdated

#: Control characters that neither XML 1.0 nor iCalendar can hold, even escaped.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: The ISO code of the prefecture of the capital, which is a town as well as a province.
CAPITAL = "LA-VT"

# In HTML as our sanitizer writes it.
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
ROW = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL)
TAG_IN_CELL = re.compile(r"</?(?!(?:a|strong|em)\b)[a-z][^>]*>")


def for_export(notices: NoticeQuerySet) -> NoticeQuerySet:
    """Without the rich texts, which feeds and calendars leave out."""
    fields = notices.model._meta.concrete_fields
    notices = notices.defer(*(field.name for field in fields if isinstance(field, RichTextField)))
    return notices.select_related("duty_station") if notices.model is Vacancy else notices


def load_for_export(notices: list[Notice], at: datetime.datetime) -> None:
    """Load what `events` reads; of texts that are outdated in Lao, the English."""
    load_history(notices, at)
    use_english_where_outdated([*notices, *(row for notice in notices for row in notice.history_rows)])


def absolute_url(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def notice_url(notice: Notice) -> str:
    return absolute_url(notice.get_absolute_url())


def host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def entry_id(notice: Notice, name: str = "") -> str:
    """The identifier of a notice, or of what happened to it, in a feed of the active language.

    Readers show two entries of one identifier as one.
    """
    language = get_language()
    parts = [name, language if language != settings.LANGUAGE_CODE else ""]
    suffix = ":".join(filter(None, parts))
    return (derived_id(notice, suffix) if suffix else notice.uid).urn


def derived_id(notice: Notice, name: str) -> uuid.UUID:
    """The identifier of something that belongs to a notice: a change, a date.

    Never change how it is made: readers and calendars know entries by it.
    """
    return uuid.uuid5(notice.uid, name)


def clean_text(text: object) -> str:
    """Remove characters that would make a whole feed unreadable, and normalize line ends."""
    return FORBIDDEN.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def export_title(notice: Notice) -> str:
    """The title on one line, with a mark if others cannot apply: readers often see nothing else."""
    title = " ".join(clean_text(notice.title).split())
    return _("%(title)s (for IOM staff only)") % {"title": title} if notice.is_internal else title


def organization_name(office: Office | None) -> str:
    return clean_text(office.name) if office else host()


def closing_line(notice: Notice, at: datetime.datetime) -> str:
    text = _("Closes: %(deadline)s") if notice.is_open(at) else _("Closed: %(deadline)s")
    return text % {"deadline": notice.deadline}


def closing_lines(notice: Notice, at: datetime.datetime) -> list[str]:
    """The line of its deadline; until the office stands by its Lao texts, in English too."""
    lines = [closing_line(notice, at)]
    if needs_english(at):
        with override("en"):
            lines.append(closing_line(notice, at))
    return lines


def notice_facts(notice: Notice) -> list[str]:
    """What is known of a notice apart from its deadline, each as "Label: value"."""
    if isinstance(notice, Vacancy):
        grade = f"{notice.grade} ({notice.grade_scale_name})" if notice.grade_scale_name else notice.grade
        facts = [
            (_("Location"), notice.duty_station),
            (_("Unit"), notice.organizational_unit),
            (_("Grade"), grade),
            (_("Contract"), notice.appointment),
            (_("Starts"), notice.starts),
            (_("Who can apply"), " · ".join(notice.who_may_apply)),
        ]
    else:
        facts = [
            (_("Method"), notice.get_method_display()),
            (_("Questions until"), notice.questions_deadline),
            (_("Pre-bid meeting"), notice.pre_bid_meeting),
            (_("Place of delivery"), notice.delivery_place),
            (_("Currency of offers"), notice.currency),
        ]
    facts.append((_("Reference"), notice.reference))
    return [f"{label}: {clean_text(value)}" for label, value in facts if value]


def locality(place: Place | None) -> str:
    """The name of a place that is a town; empty for a province or an area."""
    is_town = place is not None and (place.kind == Place.Kind.TOWN or place.iso_code == CAPITAL)
    return clean_text(place.name) if is_town else ""


def full_text(vacancy: Vacancy, at: datetime.datetime) -> str:
    """The whole vacancy in HTML without tables and images, with absolute links. Never empty."""
    lines = ((line,) for line in [closing_line(vacancy, at), *notice_facts(vacancy)])
    parts = [f"<ul>{format_html_join('', '<li>{}</li>', lines)}</ul>", vacancy.body]
    parts += [f"<h2>{heading}</h2>{text}" for _anchor, heading, text in vacancy.sections]
    html = TABLE.sub(_table_as_list, strip_images(clean_text("".join(parts))))
    return localize_links(html).replace('href="/', f'href="{settings.SITE_URL}/')


def _table_as_list(table: re.Match[str]) -> str:
    """One line for each row. Sites that strip tables would run the cells together."""
    rows = (" · ".join(map(_cell_text, CELL.findall(row))) for row in ROW.findall(table[0]))
    return f"<ul>{''.join(f'<li>{row}</li>' for row in rows)}</ul>"


def _cell_text(cell: str) -> str:
    """The content of a cell on one line, with its links and emphasis."""
    return " ".join(TAG_IN_CELL.sub(" ", cell).split())
