"""Walk the whole public site, and rows of which every word bears a sign, to find traces of what is hidden."""

import datetime
import re
from collections import deque
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from careers.models.amendment import Amendment
from careers.models.application_form import ApplicationForm
from careers.models.deadline_change import DeadlineChange
from careers.models.notice import Notice
from careers.models.procurement import Award, Clarification, ProcurementDocument, ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.media.richtext import RichTextField
from iomlaos.office.models import Place
from iomlaos.publishing.dates import PartialDateField
from tests.helpers.factories import (
    make_amendment,
    make_award,
    make_bidding_document,
    make_clarification,
    make_form,
    make_former_address,
    make_place,
    make_procurement_notice,
    make_vacancy,
    make_version,
    upload,
)
from tests.helpers.uploads import pdf

DAY = datetime.timedelta(days=1)
#: Headers that depend on the body, or are of one request.
RECKONED = ("ETag", "Content-Length", "X-Request-ID")
#: The sign of what never was: a hidden record is answered as it is.
NOBODY = "qxz"


# --- A notice of which every word is its own ----------------------------------------------------


def words(model: type[models.Model], sign: str) -> dict[str, str]:
    """A word for every field of a model that holds text, in each language: a new field is not forgotten."""
    names = {field.name for field in model._meta.concrete_fields}
    return {
        field.name: word(field, sign)
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.SlugField | PartialDateField)
        and field.editable
        and not field.choices
        and f"{field.name}_en" not in names
    }


def word(field: models.Field, sign: str) -> str:
    own = sign + field.name.replace("_", "")
    if isinstance(field, models.EmailField):
        return f"{own}@example.org"
    if isinstance(field, models.URLField):
        return f"https://www.example.org/{own}"
    if isinstance(field, RichTextField):
        return f"<p>{own}</p>"
    if field.max_length and field.max_length < len(own):
        return {"grade": f"G{sign}", "iso_code": sign}.get(field.name, sign.upper())
    # Two words, so that it can be told from others by its title.
    return f"{own} of {sign}" if field.name.startswith("title") else own


def signed_pdf(sign: str) -> bytes:
    return pdf(change=lambda document: document.docinfo.__setitem__("/Title", f"{sign}file"))


#: ReliefWeb takes no text shorter than 400 characters.
LONG_TEXT = f"<p>{'A notice has a text. ' * 20}</p>"


def make_notice(make, sign: str, closes: str, year: int, **state) -> Notice:
    """Every field filled, everything that can hang on it, and an address that it once had."""
    model = {make_vacancy: Vacancy, make_procurement_notice: ProcurementNotice}[make]
    values = words(model, sign) | {"slug": f"{sign}-slug", "closes_at": moment(year, 6)} | state
    values |= {"posted_on": moment(year, 2).date(), "results_expected_by": moment(year, 7).date()}
    values |= {"review_due": moment(year, 8).date(), "information_date": f"{year}-03"}
    if model is Vacancy:
        values["body_en"] += LONG_TEXT
        values["duty_station"] = make_place(slug=f"{sign}-place", **words(Place, sign))
        values["form"] = make_form(slug=f"{sign}-form", **words(ApplicationForm, sign), **state)
        values["form_version"] = make_version(
            form=values["form"], file=upload("form.pdf", signed_pdf(sign)), dated=str(year)
        )
    else:
        values |= {"clarifications_until": moment(year, 4), "pre_bid_at": moment(year, 3)}
    if closes == "closed":
        values["outcome"] = "filled" if model is Vacancy else "awarded"
    notice = make(**values)
    make_former_address(notice, f"{sign}-former")
    make_amendment(notice, **words(Amendment, sign), first_published_at=timezone.now() - DAY)
    change = words(DeadlineChange, sign)
    notice.deadline_changes.create(
        before=moment(year, 5), after=moment(year, 6), changed_at=timezone.now() - DAY, **change
    )
    if model is ProcurementNotice:
        make_clarification(
            notice=notice, **words(Clarification, sign), first_published_at=timezone.now() - DAY
        )
        document = words(ProcurementDocument, sign)
        make_bidding_document(notice=notice, **document)
        make_bidding_document(
            notice=notice, file=upload("terms.pdf", signed_pdf(sign)), **document | {"address": ""}
        )
        notice.document_changes.create(
            kind="removed", title=f"{sign}removed", changed_at=timezone.now() - DAY
        )
        make_award(notice=notice, **words(Award, sign), value=year, awarded_on=moment(year, 7).date())
    return notice


def moment(year: int, month: int) -> datetime.datetime:
    return datetime.datetime(year, month, 11, 10, tzinfo=datetime.UTC)


# --- The walk -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    address: str
    status: int
    text: str

    @classmethod
    def to(cls, client: Client, address: str) -> "Answer":
        """Its headers, but for those that are reckoned from the body, and its body, as one text."""
        response = client.get(address)
        told = {name: value for name, value in response.headers.items() if name not in RECKONED}
        headers = "\n".join(f"{name}: {value}" for name, value in told.items())
        return cls(address, response.status_code, f"{headers}\n\n{body_of(response)}")

    @property
    def onward(self) -> set[str]:
        """Every address of this site that it names, and every choice of its forms."""
        named = re.findall(r'(?:href|src|action)="([^"#]+)', self.text)
        named += re.findall(r"http://testserver(/[^\s\"'<>&\\]*)", self.text)
        if location := re.search("^Location: (.+)$", self.text, re.MULTILINE):
            named.append(location[1])
        for name, options in re.findall(r'<select [^>]*name="(\w+)">(.*?)</select>', self.text, re.DOTALL):
            named += [f"?{name}={value}" for value in re.findall(r'value="([^"]+)"', options)]
        whole = {urljoin(f"http://testserver{self.address}", unescape(name)) for name in named}
        return {
            address.removeprefix("http://testserver").partition("#")[0] or "/"
            for address in whole
            if address.startswith("http://testserver/")
        }


def body_of(response: HttpResponse) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    is_file = response["Content-Type"].startswith(("application/pdf", "image/"))
    text = content.decode("latin-1" if is_file else "utf-8")
    # The lines of a calendar are folded.
    return text.replace("\r\n ", "") if "calendar" in response["Content-Type"] else text


STARTS = ["/", "/sitemap.xml", "/robots.txt", "/careers/check/", "/careers/alerts/", "/careers/reliefweb.xml"]
STARTS += ["/careers/vacancies/feed.atom", "/careers/procurement/feed.atom", "/careers/procurement/awards/"]


def walk(client: Client) -> dict[str, Answer]:
    """Every answer of the public site that can be reached."""
    walked: dict[str, Answer] = {}
    ahead = deque(STARTS)
    while ahead:
        address = ahead.popleft()
        if address in walked or address.startswith(("/static/", "/admin/")):
            continue
        walked[address] = Answer.to(client, address)
        ahead.extend(walked[address].onward)
    return walked


def swapped(text: str, sign: str, other: str) -> str:
    return text.replace(sign, other).replace(sign.upper(), other.upper())
