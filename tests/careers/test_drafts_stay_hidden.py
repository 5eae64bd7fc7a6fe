"""Nothing of a notice that is not public, wherever one looks; of its public twin, everything.

Each notice has a sign of its own, which stands in every word of it and of all that hangs on it. The
whole site is walked, and what is hidden is asked for by name.
"""

import datetime
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
import time_machine

from careers.alerts.models import Subscription
from careers.models.amendment import Amendment
from careers.models.application_form import ApplicationForm
from careers.models.deadline_change import DeadlineChange
from careers.models.notice import Notice
from careers.models.procurement import Award, Clarification, ProcurementDocument, ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.office.models import Place
from tests.helpers.factories import (
    make_award,
    make_clarification,
    make_office,
    make_page,
    make_procurement_notice,
    make_vacancy,
)
from tests.helpers.hidden_traces import NOBODY, Answer, make_notice, swapped, walk, words

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
HIDING = {
    "draft": {"state": "draft"},
    "withdrawn": {"state": "withdrawn"},
    "later": {"state": "published", "publish_from": NOW + DAY},
}
PUBLIC = {"state": "published", "publish_from": NOW - 9 * DAY}


@dataclass(frozen=True)
class Notice:
    """A notice with a sign of its own; the year of its closing is its own as well."""

    sign: str
    row: Notice
    year: int
    closes: str
    state: str

    @property
    def kind(self) -> str:
        return "vacancies" if isinstance(self.row, Vacancy) else "procurement"


@pytest.fixture(autouse=True)
def _site(settings, db) -> Iterator[None]:
    settings.RELIEFWEB_SOURCE = 1255
    settings.ALERTS_ENABLED = True
    make_office()
    for slug in ("about", "accessibility", "privacy", "how-to-apply"):
        make_page(slug=slug)
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


def traces(answer: Answer, notice: Notice) -> list[str]:
    """Where its sign or its year stands in an answer, with what stands around it."""
    found = re.finditer(rf"{notice.sign}|(?<![\w.,-]){notice.year}(?!\w)", answer.text, re.IGNORECASE)
    return [answer.text[max(0, each.start() - 40) : each.end() + 40] for each in found]


# --- What is shown ------------------------------------------------------------------------------


MODELS_WITH_WORDS = {
    "vacancies": [Vacancy, Place, ApplicationForm, Amendment, DeadlineChange],
    "procurement": [ProcurementNotice, Amendment, DeadlineChange, Clarification, ProcurementDocument, Award],
}


def test_the_whole_site_holds_no_word_of_hidden_notices_and_every_word_of_public_ones(
    client, notices, hidden, twins
):
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
        "/careers/vacancies/qxa-slug/deadline.ics", "/careers/alerts/notice/qxa-slug/",
        "/careers/vacancies/qxe-slug/", "/careers/procurement/qxi-slug/", "/careers/procurement/qxm-slug/",
        "/careers/?station=qxa-place", "/careers/feed.atom", "/careers/calendar.ics",
    ):  # fmt: skip
        assert address in walked

    # Of a public one every word is found: what is for applicants on the open one, the outcome on the closed one.
    text = "\n".join(answer.text for answer in walked.values())
    assert all(str(twin.year) in text for twin in twins)
    for kind, models in MODELS_WITH_WORDS.items():
        signs = [twin.sign for twin in twins if twin.kind == kind]
        assert all(f"{sign}file" in text for sign in signs)
        assert kind == "vacancies" or any(f"{sign}removed" in text for sign in signs)
        missing = [
            f"{model.__name__}.{name}"
            for model in models
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


@pytest.mark.one_database
def test_who_asks_for_a_hidden_notice_is_answered_as_for_one_that_never_was(ask, notices):
    # Whether it is open changes nothing of who may read it.
    for notice in [notice for notice in notices if notice.closes == "open"]:
        for address in ways_to(notice):
            answer, of_nobody = ask(address, notice.sign)
            if notice.state == "public":
                assert answer.status in (200, 301, 302)
                if notice.kind == "vacancies" or "station" not in address:
                    assert answer.text != of_nobody.text, address
            elif notice.state == "withdrawn" and of_nobody.status == 404:
                # Its address says what was withdrawn, and why, and no more.
                assert answer.status == 410
                text = answer.text
                for said in (address, notice.row.title, notice.row.reference, notice.row.withdrawal_reason):
                    text = text.replace(said, "")
                assert traces(Answer(address, 410, text), notice) == [], address
            else:
                assert answer == of_nobody


def files_of(row: Notice) -> list[str]:
    files = row.form.versions.all() if isinstance(row, Vacancy) else row.documents.exclude(file="")
    assert files
    return [file.get_absolute_url() for file in files]


def test_files_keys_and_years_of_hidden_notices_lead_nowhere_nor_can_they_be_followed(client, notices):
    for notice in notices:
        for address in files_of(notice.row):
            assert client.get(address).status_code == (200 if notice.state == "public" else 404)
        for folder in ("/careers/vacancies/", "/careers/procurement/", "/careers/alerts/notice/"):
            assert client.get(f"{folder}{notice.row.pk}/").status_code == 404
        shown = {"public": 302, "withdrawn": 410 if notice.row.is_withdrawn(NOW) else 404}
        assert client.get(f"/n/{notice.row.number or 99999}").status_code == shown.get(notice.state, 404)
        archive = "/careers/closed/" if notice.kind == "vacancies" else "/careers/procurement/closed/"
        is_archived = notice.state == "public" and notice.closes == "closed"
        assert client.get(f"{archive}{notice.year}/").status_code == (200 if is_archived else 404)
        if notice.kind == "procurement":
            awards = f"/careers/procurement/awards/{notice.year}/"
            assert client.get(awards).status_code == (200 if is_archived else 404)
        origin = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
        address = f"/careers/alerts/notice/{notice.sign}-slug/"
        response = client.post(address, {"email": f"{notice.sign}@example.com"}, headers=origin)
        # Those that closed, closed years ago: of them nothing more is told.
        is_followed = notice.state == "public" and notice.closes != "closed"
        refused = 410 if notice.state == "withdrawn" else 404
        assert response.status_code == (200 if is_followed else refused)
        assert Subscription.objects.filter(email__startswith=notice.sign).exists() is is_followed


# --- What public notices refer to ---------------------------------------------------------------


LISTS = [
    "/", "/careers/", "/careers/closed/", "/careers/procurement/", "/careers/procurement/closed/", "/careers/forms/",
    "/careers/feed.atom", "/careers/calendar.ics", "/careers/reliefweb.xml",
]  # fmt: skip


def test_a_public_notice_says_nothing_of_a_hidden_form_or_successor_that_it_names(client, notices):
    text = "<p>What the work is, and who does it with whom.</p>" * 12
    make_of = {"vacancies": make_vacancy, "procurement": make_procurement_notice}
    named = [notice for notice in notices if notice.closes == "open"]
    pages = {}
    for notice in named:
        own = f"/careers/{notice.kind}/"
        make_of[notice.kind](
            slug=f"again-{notice.year}", title_en="Stores", closes_at=NOW - DAY,
            outcome="re-advertised", readvertised_as=notice.row,
        )  # fmt: skip
        pages[f"{own}again-{notice.year}/"] = notice.row.title
        pages[f"/careers/check/?q=/n/again-{notice.year}"] = notice.row.title
        if notice.kind == "vacancies":
            make_vacancy(
                slug=f"form-{notice.year}", title_en="Driver", body_en=text, submission_email="posts@example.org",
                form=notice.row.form, form_version=notice.row.form_version,
            )  # fmt: skip
            pages[f"{own}form-{notice.year}/"] = notice.row.form.title
    exports = [f"{page}{name}" for page in pages if "?" not in page for name in ("feed.atom", "deadline.ics")]
    shown = {address: Answer.to(client, address).text for address in [*pages, *exports, *LISTS]}
    found = {
        (address, notice.state)
        for address, text in shown.items()
        for notice in named
        if notice.state != "public" and notice.sign in text.casefold()
    }
    assert found == set()
    for page, title in pages.items():
        is_public = any(str(notice.year) in page and notice.state == "public" for notice in named)
        assert (title in shown[page]) is is_public, page


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
