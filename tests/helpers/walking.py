"""Walking the public site, and rows whose every word carries a sign of their own."""

import datetime
import re
from collections import deque
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

from django.db import models
from django.http import HttpResponse
from django.test import Client

from iomlaos.publishing.dates import PartialDateField
from iomlaos.publishing.richtext import RichTextField
from tests.uploads import pdf

#: Headers that follow from the body.
FROM_THE_BODY = ("ETag", "Content-Length")
STARTS = [
    "/", "/sitemap.xml", "/robots.txt", "/careers/check/", "/careers/alerts/", "/careers/reliefweb.xml",
    "/careers/vacancies/feed.atom", "/careers/procurement/feed.atom", "/careers/procurement/awards/",
]  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a visitor gets at an address: the headers and the body as one text."""

    address: str
    status: int
    text: str

    @classmethod
    def to(cls, client: Client, address: str) -> "Answer":
        response = client.get(address)
        told = {name: value for name, value in response.headers.items() if name not in FROM_THE_BODY}
        headers = "\n".join(f"{name}: {value}" for name, value in told.items())
        return cls(address, response.status_code, f"{headers}\n\n{_body_of(response)}")

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


def _body_of(response: HttpResponse) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    is_file = response["Content-Type"].startswith(("application/pdf", "image/"))
    text = content.decode("latin-1" if is_file else "utf-8")
    # The lines of a calendar are folded.
    return text.replace("\r\n ", "") if "calendar" in response["Content-Type"] else text


def walk(client: Client) -> dict[str, Answer]:
    """Every answer of the public site that links lead to."""
    walked: dict[str, Answer] = {}
    ahead = deque(STARTS)
    while ahead:
        address = ahead.popleft()
        if address in walked or address.startswith(("/static/", "/admin/")):
            continue
        walked[address] = Answer.to(client, address)
        ahead.extend(walked[address].onward)
    return walked


# --- Words that carry a sign ----------------------------------------------------------------------


def words(model: type[models.Model], sign: str) -> dict[str, str]:
    """A word for every text field of a model, in each language: a new field is not forgotten."""
    names = {field.name for field in model._meta.concrete_fields}
    return {
        field.name: _word(field, sign)
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.SlugField | PartialDateField)
        and field.editable
        and not field.choices
        and f"{field.name}_en" not in names
    }


def _word(field: models.Field, sign: str) -> str:
    own = sign + field.name.replace("_", "")
    if isinstance(field, models.EmailField):
        return f"{own}@example.org"
    if isinstance(field, models.URLField):
        return f"https://www.example.org/{own}"
    if isinstance(field, RichTextField):
        return f"<p>{own}</p>"
    if field.max_length and field.max_length < len(own):
        return {"grade": f"G{sign}", "iso_code": sign}.get(field.name, sign.upper())
    # Two words, so that its title tells it from others.
    return f"{own} of {sign}" if field.name.startswith("title") else own


def signed_pdf(sign: str) -> bytes:
    return pdf(change=lambda writer: writer.add_metadata({"/Title": f"{sign}file"}))


def moment(year: int, month: int) -> datetime.datetime:
    return datetime.datetime(year, month, 11, 10, tzinfo=datetime.UTC)
