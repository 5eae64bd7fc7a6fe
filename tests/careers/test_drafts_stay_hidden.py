"""Nothing of a notice that is not public, wherever one looks; of its public twin, everything.

Each notice has a sign of its own, which stands in every word of it and of all that hangs on it. The
whole site is walked, and what is hidden is asked for by name.
"""

import datetime
import functools
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, urljoin

import pytest
import time_machine
from django.db import models
from django.http import HttpResponse
from django.test import Client

from careers.models import (
    Amendment,
    ApplicationForm,
    Award,
    Clarification,
    DeadlineChange,
    Opportunity,
    ProcurementDocument,
    ProcurementNotice,
    Subscription,
    Vacancy,
)
from iomlaos.office.models import Place
from iomlaos.publishing.dates import PartialDateField
from iomlaos.publishing.richtext import RichTextField
from tests.factories import (
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
from tests.uploads import pdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
HIDING = {
    "draft": {"state": "draft"},
    "withdrawn": {"state": "withdrawn"},
    "later": {"state": "published", "publish_from": NOW + DAY},
}
PUBLIC = {"state": "published", "publish_from": NOW - 9 * DAY}
RECKONED = ("ETag", "Content-Length")
#: The sign of what never was: a hidden notice answers as it does.
NOBODY = "qxz"


@dataclass(frozen=True)
class Notice:
    """A notice with a sign of its own; the year of its closing is its own as well."""

    sign: str
    row: Opportunity
    year: int
    closes: str
    state: str

    @property
    def kind(self) -> str:
        return "vacancies" if isinstance(self.row, Vacancy) else "procurement"


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
    return pdf(change=lambda writer: writer.add_metadata({"/Title": f"{sign}file"}))


def make_notice(make, sign: str, closes: str, year: int, **state) -> Opportunity:
    """Every field filled, everything that can hang on it, and an address that it once had."""
    model = {make_vacancy: Vacancy, make_procurement_notice: ProcurementNotice}[make]
    values = words(model, sign) | {"slug": f"{sign}-slug", "closes_at": moment(year, 6)} | state
    values |= {"posted_on": moment(year, 2).date(), "results_expected_by": moment(year, 7).date()}
    values |= {"review_by": moment(year, 8).date(), "as_of": f"{year}-03"}
    if model is Vacancy:
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
    make_amendment(notice, **words(Amendment, sign), made_at=NOW - DAY)
    change = words(DeadlineChange, sign)
    notice.deadline_changes.create(
        before=moment(year, 5), after=moment(year, 6), changed_at=NOW - DAY, **change
    )
    if model is ProcurementNotice:
        make_clarification(notice=notice, **words(Clarification, sign), answered_at=NOW - DAY)
        document = words(ProcurementDocument, sign)
        make_bidding_document(notice=notice, **document)
        make_bidding_document(
            notice=notice, file=upload("terms.pdf", signed_pdf(sign)), **document | {"address": ""}
        )
        make_award(notice=notice, **words(Award, sign), value=year, awarded_on=moment(year, 7).date())
    return notice


def moment(year: int, month: int) -> datetime.datetime:
    return datetime.datetime(year, month, 11, 10, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _clock(settings) -> Iterator[None]:
    settings.RELIEFWEB_SOURCE = 1255
    settings.ALERTS = True
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def signs() -> Iterator[str]:
    return iter([f"qx{letter}" for letter in "abcdefghijklmnopqrstuvwxy"])


@pytest.fixture
def notices(signs, db) -> list[Notice]:
    """Of each kind, open and closed: a public one, a draft, a withdrawn one and one to be published later."""
    found = []
    for make in (make_vacancy, make_procurement_notice):
        for closes, first_year in (("open", 2071), ("closed", 1971)):
            for state, values in {"public": PUBLIC, **HIDING}.items():
                sign = next(signs)
                year = first_year + len(found)
                found.append(
                    Notice(sign, make_notice(make, sign, closes, year, **values), year, closes, state)
                )
    return found


@pytest.fixture
def hidden(notices) -> list[Notice]:
    return [notice for notice in notices if notice.state != "public"]


@pytest.fixture
def twins(notices) -> list[Notice]:
    return [notice for notice in notices if notice.state == "public"]


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


def traces(answer: Answer, notice: Notice) -> list[str]:
    """Where its sign or its year stands in an answer, with what stands around it."""
    found = re.finditer(rf"{notice.sign}|(?<![\d.,-]){notice.year}(?!\d)", answer.text, re.IGNORECASE)
    return [answer.text[max(0, each.start() - 40) : each.end() + 40] for each in found]


# --- What is shown ------------------------------------------------------------------------------


def test_a_walk_through_the_whole_site_finds_no_word_of_what_is_hidden(client, notices, hidden):
    walked = walk(client)
    assert {answer.status for answer in walked.values()} <= {200, 301, 302}
    found = [
        (address, notice.state, there)
        for address, answer in walked.items()
        for notice in hidden
        if (there := traces(answer, notice))
    ]
    assert found == []
    # The walk was long enough to meet both twins of each kind on all their ways.
    for address in (
        "/careers/vacancies/qxa-slug/", "/careers/vacancies/qxa-slug/feed.atom",
        "/careers/vacancies/qxa-slug/deadline.ics", "/careers/alerts/notice/qxa-slug/", "/n/qxa-slug",
        "/careers/vacancies/qxe-slug/", "/careers/procurement/qxi-slug/", "/careers/procurement/qxm-slug/",
        "/careers/?station=qxa-place", "/careers/closed/1975/", "/careers/procurement/closed/1983/",
        "/careers/procurement/awards/1983/", "/careers/feed.atom", "/careers/calendar.ics",
    ):  # fmt: skip
        assert address in walked


@pytest.mark.parametrize(
    ("kind", "hold_words"),
    [
        ("vacancies", [Vacancy, Place, ApplicationForm, Amendment, DeadlineChange]),
        (
            "procurement",
            [ProcurementNotice, Amendment, DeadlineChange, Clarification, ProcurementDocument, Award],
        ),
    ],
)
def test_every_word_of_a_public_twin_is_found_somewhere(client, twins, kind, hold_words):
    text = "\n".join(answer.text for answer in walk(client).values())
    signs = [twin.sign for twin in twins if twin.kind == kind]
    assert all(f"{sign}file" in text for sign in signs)
    assert all(str(twin.year) in text for twin in twins)
    # What is for the time of application stands on the open one, what came of it on the closed one.
    missing = [
        f"{model.__name__}.{name}"
        for model in hold_words
        for name in words(model, "")
        if not name.endswith("_lo")
        and not name.startswith("withdrawal_reason")
        and not any(re.sub("<.*?>", "", words(model, sign)[name]) in text for sign in signs)
    ]
    assert missing == []


def ways_to(notice: Notice) -> list[str]:
    """Where somebody would look who knows of it, or guesses."""
    sign = notice.sign
    page = f"/careers/{notice.kind}/{sign}-slug/"
    found = [
        page, f"{page}feed.atom", f"{page}deadline.ics", page.replace("slug", "former"),
        f"/n/{sign}-slug", f"/n/{sign}-slug/", f"/n/{sign}-former", f"/n/{sign}-slug".upper().replace("/N/", "/n/"),
        f"/careers/alerts/notice/{sign}-slug/", f"/careers/?station={sign}-place",
    ]  # fmt: skip
    asked = [
        notice.row.title, notice.row.title_lo, notice.row.reference, f"{notice.row.reference} {notice.row.title}",
        f"http://testserver{page}", f"/n/{sign}-slug", f"/n/{sign}-former", notice.row.title.split()[0], sign,
    ]  # fmt: skip
    found += [f"/careers/check/?q={quote(text)}" for text in asked]
    return found


@pytest.fixture
def ask(client):
    """The answer to an address, and to the same address of a notice that never was, told in its words."""
    # Nothing changes meanwhile: each question about nobody is asked once.
    of_nobody_at = functools.cache(lambda address: Answer.to(client, address))

    def both(address: str, sign: str) -> tuple[Answer, Answer]:
        answer, of_nobody = Answer.to(client, address), of_nobody_at(swapped(address, sign, NOBODY))
        return answer, Answer(address, of_nobody.status, swapped(of_nobody.text, NOBODY, sign))

    return both


def swapped(text: str, sign: str, other: str) -> str:
    return text.replace(sign, other).replace(sign.upper(), other.upper())


def test_who_asks_for_a_hidden_notice_is_answered_as_for_one_that_never_was(ask, hidden):
    for notice in hidden:
        for address in ways_to(notice):
            answer, of_nobody = ask(address, notice.sign)
            if notice.state == "withdrawn" and of_nobody.status == 404:
                # Its address says that it was taken down, and why, and no more.
                assert answer.status == 410
                text = answer.text.replace(address, "").replace(notice.row.withdrawal_reason, "")
                assert traces(Answer(address, 410, text), notice) == [], address
            else:
                assert answer == of_nobody


def test_who_asks_for_a_public_twin_the_same_ways_is_answered(ask, twins):
    for notice in twins:
        for address in ways_to(notice):
            answer, of_nobody = ask(address, notice.sign)
            assert answer.status in (200, 301, 302)
            if notice.kind == "vacancies" and notice.closes == "open" or "station" not in address:
                assert answer.text != of_nobody.text, address


def test_files_of_hidden_notices_are_not_served_and_those_of_twins_are(client, notices):
    for notice in notices:
        for address in files_of(notice.row):
            assert client.get(address).status_code == (200 if notice.state == "public" else 404)


def files_of(row: Opportunity) -> list[str]:
    files = row.form.versions.all() if isinstance(row, Vacancy) else row.documents.exclude(file="")
    assert files
    return [file.get_absolute_url() for file in files]


def test_numbers_and_years_of_hidden_notices_lead_nowhere(client, notices):
    for notice in notices:
        for folder in ("/n/", "/careers/vacancies/", "/careers/procurement/", "/careers/alerts/notice/"):
            assert client.get(f"{folder}{notice.row.pk}/").status_code == 404
        archive = "/careers/closed/" if notice.kind == "vacancies" else "/careers/procurement/closed/"
        is_archived = notice.state == "public" and notice.closes == "closed"
        assert client.get(f"{archive}{notice.year}/").status_code == (200 if is_archived else 404)
        if notice.kind == "procurement":
            awards = f"/careers/procurement/awards/{notice.year}/"
            assert client.get(awards).status_code == (200 if is_archived else 404)


def test_nobody_can_ask_for_alerts_about_a_hidden_notice(client, notices):
    origin = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    for notice in notices:
        address = f"/careers/alerts/notice/{notice.sign}-slug/"
        response = client.post(address, {"email": f"{notice.sign}@example.com"}, headers=origin)
        # Those that closed, closed years ago: of them nothing more is told.
        is_followed = notice.state == "public" and notice.closes != "closed"
        refused = 410 if notice.state == "withdrawn" else 404
        assert response.status_code == (200 if is_followed else refused)
        assert Subscription.objects.filter(email__startswith=notice.sign).exists() is is_followed


# --- What public notices refer to ---------------------------------------------------------------


def test_a_public_notice_says_nothing_of_a_hidden_form_or_successor_that_it_names(client, notices, hidden):
    make_of = {"vacancies": make_vacancy, "procurement": make_procurement_notice}
    for notice in notices:
        make_of[notice.kind](
            slug=f"again-{notice.year}", title_en="Stores", closes_at=NOW - DAY,
            outcome="re-advertised", readvertised_as=notice.row,
        )  # fmt: skip
        if notice.kind == "vacancies":
            form = {"form": notice.row.form, "form_version": notice.row.form_version}
            text = "<p>What the work is, and who does it with whom.</p>" * 12
            email = "posts@example.org"
            make_vacancy(
                slug=f"form-{notice.year}", title_en="Driver", body_en=text, submission_email=email, **form
            )
    slugs = [*Vacancy.objects.filter(slug__regex="^(again|form)-").values_list("slug", flat=True)]
    slugs += ProcurementNotice.objects.filter(slug__startswith="again-").values_list("slug", flat=True)
    checks = [Answer.to(client, f"/careers/check/?q=/n/{slug}") for slug in slugs]
    answers = [*walk(client).values(), *checks]
    # The slugs hold years, which are signs elsewhere.
    found = {
        (answer.address, notice.state)
        for answer in answers
        for notice in hidden
        if notice.sign in answer.text.casefold()
    }
    assert found == set()
    shown = {answer.address: answer.text for answer in answers}
    for notice in notices:
        if notice.state == "public":
            own = f"/careers/{notice.kind}/"
            assert notice.row.title in shown[f"{own}again-{notice.year}/"]
            assert notice.row.title in shown[f"/careers/check/?q=/n/again-{notice.year}"]
            if notice.kind == "vacancies":
                assert notice.row.form.title in shown[f"{own}form-{notice.year}/"]


def test_questions_without_an_answer_and_awards_before_the_decision_stay_hidden(client):
    tender = make_procurement_notice(slug="tents", closes_at=NOW - DAY, outcome="under-review")
    question = make_clarification(notice=tender, question_en="qxaquestion", answer_en="")
    make_award(notice=tender, supplier="qxasupplier", lot="qxalot")
    assert [answer.address for answer in walk(client).values() if "qxa" in answer.text] == []
    question.answer = "qxaanswer"
    question.save()
    tender.outcome = "awarded"
    tender.save()
    page = Answer.to(client, "/careers/procurement/tents/").text
    assert all(f"qxa{word}" in page for word in ("question", "answer", "supplier", "lot"))
