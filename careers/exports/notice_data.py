"""Helpers shared by feeds, calendars, JSON-LD and ReliefWeb."""

import datetime
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from careers.models.notice import Notice
from careers.models.vacancy import Vacancy
from iomlaos.media.richtext import strip_images
from iomlaos.office.models import Office, Place

#: When this site began to name things by tag URIs (RFC 4151). Names are for good: never change it.
NAMING_SINCE = 2026
#: What neither XML 1.0 nor iCalendar can hold, however it is escaped, and nobody can read.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: The prefecture of the capital, which is a town as well as a province.
CAPITAL = "LA-VT"


def absolute(path: str) -> str:
    """The full address of a page of this site."""
    return f"{settings.SITE_URL}{path}"


def host() -> str:
    """The site's host name, by which what it sends out is told from what other sites send."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def org_name(notice: Notice) -> str:
    """The kind and the key of a notice: this stays when its address changes."""
    return f"{notice._meta.model_name}:{notice.pk}"


def tag_uri(name: str) -> str:
    return f"tag:{host()},{NAMING_SINCE}:{name}"


def plain(text: str) -> str:
    """A text without the signs that would make a whole feed unreadable; lines end in one way."""
    return FORBIDDEN.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def export_title(notice: Notice) -> str:
    """On one line."""
    return " ".join(plain(notice.title).split())


def organization(office: Office | None) -> str:
    """Who speaks: the organization's full name, or the host where nothing is said of the office."""
    return plain(office.name) if office else host()


def closing_line(notice: Notice, at: datetime.datetime) -> str:
    deadline = {"deadline": notice.deadline}
    return (
        _("Closes: %(deadline)s") % deadline if notice.is_open(at) else _("Closed: %(deadline)s") % deadline
    )


def notice_facts(notice: Notice) -> list[tuple[str, str]]:
    """What is known of a notice in brief, apart from its deadline: a word and a value each."""
    if isinstance(notice, Vacancy):
        grade = f"{notice.grade} ({notice.grade_scale_name})" if notice.grade_scale_name else notice.grade
        who = " · ".join(filter(None, [notice.get_eligibility_display(), notice.get_tier_display()]))
        known = [
            (_("Duty station"), str(notice.duty_station or "")),
            (_("Organizational unit"), notice.organizational_unit),
            (_("Grade"), grade),
            (_("Appointment"), notice.appointment),
            (_("Estimated start"), notice.starts),
            (_("Who may apply"), who),
        ]
    else:
        known = [
            (_("Method"), notice.get_method_display()),
            (_("Questions until"), notice.questions_deadline),
            (_("Pre-bid meeting"), notice.pre_bid_meeting),
            (_("Place of delivery"), notice.delivery_place),
            (_("Currency of offers"), notice.currency),
        ]
    known.append((_("Reference"), notice.reference))
    return [(word, plain(value)) for word, value in known if value]


def locality(place: Place | None) -> str:
    """The town in which a place lies, where that is known: a province or an area is not a town."""
    if place is None or not (place.kind == Place.Kind.TOWN or place.iso_code == CAPITAL):
        return ""
    return plain(place.name)


def full_text(vacancy: Vacancy, at: datetime.datetime) -> str:
    """All that a vacancy says, in HTML without tables and pictures, links in full. Never empty."""
    lines = [
        ("", closing_line(vacancy, at)),
        *((f"{word}: ", value) for word, value in notice_facts(vacancy)),
    ]
    parts = [f"<ul>{format_html_join('', '<li>{}{}</li>', lines)}</ul>", vacancy.body]
    parts += [f"<h2>{heading}</h2>{text}" for _anchor, heading, text in vacancy.sections]
    return _in_full(_tables_as_lists(strip_images(plain("".join(parts)))))


def _in_full(html: str) -> str:
    return html.replace('href="/', f'href="{settings.SITE_URL}/')


def _tables_as_lists(html: str) -> str:
    """A line for each row: elsewhere the cells of a table are run together."""
    return re.sub(r"<table\b.*?</table>", lambda table: f"<ul>{_rows(table[0])}</ul>", html, flags=re.DOTALL)


def _rows(table: str) -> str:
    return "".join(
        f"<li>{' · '.join(_words(cell) for cell in _inside('t[hd]', row))}</li>"
        for row in _inside("tr", table)
    )


def _inside(tag: str, html: str) -> list[str]:
    return re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", html, flags=re.DOTALL)


def _words(cell: str) -> str:
    """What a cell says, with its emphasis and links, without its blocks."""
    return " ".join(re.sub(r"</?(?!(?:a|strong|em)\b)[a-z][^>]*>", " ", cell).split())
