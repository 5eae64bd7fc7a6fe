"""Visitors see nothing of a draft wherever they look or guess; once it is published, all of it.

The site is walked before a draft is made and after: every answer must be the same. Then every address
of the site is asked for with the draft's slugs, names and keys. Withdrawn and scheduled notices are in
tests/careers/test_drafts_stay_hidden.py.
"""

import datetime
import functools
import re
import uuid
from collections.abc import Iterator
from itertools import product
from urllib.parse import quote

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import models
from django.test import Client
from django.urls import URLPattern, get_resolver

from careers.models.procurement import ProcurementNotice
from iomlaos.media.models import Image
from iomlaos.office.models import Page, Place
from iomlaos.publishing.models import Publishable, Revision, publishables
from iomlaos.publishing.serialization import child_relations
from programmes.models import Counterpart, Document, Donor, Figure, Programme, Project
from tests.helpers.admin import address_of, confirm, waiting
from tests.helpers.factories import (
    make_award,
    make_bidding_document,
    make_contact_point,
    make_counterpart,
    make_document,
    make_document_version,
    make_donor,
    make_figure,
    make_form,
    make_former_address,
    make_page,
    make_picture,
    make_place,
    make_procurement_notice,
    make_programme,
    make_project,
    make_vacancy,
    make_version,
    upload,
)
from tests.helpers.forms import errors, fill_form
from tests.helpers.hidden_traces import (
    LONG_TEXT,
    NOBODY,
    Answer,
    make_notice,
    moment,
    signed_pdf,
    swapped,
    walk,
    words,
)

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
SIGN = "qxa"
YEAR = 2071


@pytest.fixture(autouse=True)
def _clock(settings) -> Iterator[None]:
    settings.RELIEFWEB_SOURCE = 1255
    settings.ALERTS_ENABLED = True
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff", password="a-long-password-7"))
    return client


@pytest.fixture
def live() -> list[Publishable]:
    """A small site: one of every kind, with rows of its own."""
    make_contact_point()
    for number, address in enumerate(("about", "privacy", "accessibility", "how-to-apply")):
        make_page(slug=address, title_en=f"Page {number}")
    around = {"donors": [make_donor(slug="plain-donor")], "places": [make_place(latitude=18, longitude=103)]}
    programme = make_programme(slug="plain-programme", counterparts=[make_counterpart()], **around)
    make_figure(programme=programme)
    project = make_project(slug="plain-project", programme=programme, starts="2018", **around)
    document = make_document(slug="plain-document", programme=programme, projects=[project])
    make_document_version(document=document)
    form = make_form(slug="plain-form")
    make_version(form=form)
    vacancy = make_vacancy(slug="plain-vacancy", form=form, duty_station=make_place())
    tender = make_procurement_notice(slug="plain-tender")
    make_bidding_document(notice=tender)
    past = {"closes_at": moment(2025, 3)}
    make_vacancy(slug="plain-closed", **past, outcome="filled")
    make_award(notice=make_procurement_notice(slug="plain-awarded", **past, outcome="awarded"))
    return [programme, project, document, make_page(slug="plain-page"), vacancy, tender, form]


def signed(model: type[models.Model], end: str = "slug", **given) -> dict:
    """The sign in every text field, and in the address."""
    return {"slug": f"{SIGN}-{end}"} | words(model, SIGN) | given


def text_with(picture: Image) -> str:
    return f"<p>{SIGN}body</p>{LONG_TEXT}{picture.figure}"


def make_around() -> dict[str, models.Model]:
    """A donor, a counterpart and a place that nobody else names."""
    place = signed(Place, "where", iso_code="", latitude=18, longitude=103)
    return {
        "donor": make_donor(**signed(Donor, "donor")),
        "ministry": make_counterpart(**signed(Counterpart, "ministry")),
        "place": make_place(**place),
    }


def make_drafts(live: list[Publishable], **state) -> list[Publishable]:
    """One of every kind with all that it owns; some hang on each other, some on what is live."""
    of_live, project_of_live = live[:2]
    around = make_around()
    shared = {"donors": [around["donor"], *of_live.donors.all()], "places": [around["place"]]} | state
    partners = {"partners": [around["ministry"]]}
    body = text_with(make_picture(alternative_text=f"{SIGN}picture"))
    programme = make_programme(**signed(Programme, body_en=body), counterparts=[around["ministry"]], **shared)
    make_figure(programme=programme, is_headline=True, **words(Figure, SIGN))
    project = make_project(**signed(Project), **partners, programme=programme, **shared)
    second = make_project(**signed(Project, "second"), **partners, programme=of_live, **shared)
    projects = {"projects": [project, project_of_live]}
    document = make_document(**signed(Document), programme=programme, **projects, **state)
    make_document_version(document=document, file=upload("a.pdf", signed_pdf(SIGN)))
    other = make_document(**signed(Document, "second"), programme=of_live, kind="tool", **projects, **state)
    make_document_version(document=other, address=f"https://www.example.org/{SIGN}elsewhere")
    page = make_page(**signed(Page), **state)
    vacancy = make_notice(make_vacancy, SIGN, "open", YEAR, **state)
    tender = make_notice(make_procurement_notice, SIGN, "open", YEAR + 1, **state)
    # No two notices share an address.
    ProcurementNotice.objects.filter(pk=tender.pk).update(slug=f"{SIGN}-tender")
    tender.refresh_from_db()
    for row in (programme, project, document, page):
        make_former_address(row, f"{SIGN}-former")
    return [programme, project, document, page, vacancy, tender, vacancy.form, second, other]


# --- Where one can ask ----------------------------------------------------------------------------


def routes(patterns: list | None = None, before: str = "") -> Iterator[str]:
    """Every route of the site that takes a value, but those of the admin."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if route.startswith("admin/"):
            continue
        if not isinstance(pattern, URLPattern):
            yield from routes(pattern.url_patterns, route)
        elif "<" in route:
            yield f"/{route}"


def names_of(rows: list[Publishable]) -> list[str]:
    """Slugs, keys and words by which somebody may ask."""
    ends = ("slug", "second", "tender", "former", "donor", "ministry", "where", "place", "form")
    return [SIGN, *(f"{SIGN}-{end}" for end in ends), *{str(row.pk) for row in rows}]


def owned_by(rows: list[Publishable]) -> list[models.Model]:
    return [
        each
        for row in rows
        for relation in child_relations(type(row))
        for each in getattr(row, relation.get_accessor_name()).all()
    ]


def keys_of(rows: list[Publishable]) -> set[str]:
    """The keys of all that they own, and of their drafts and earlier states."""
    revisions = Revision.objects.filter(object_key__in=[str(row.pk) for row in rows])
    drafted = {
        key for draft in revisions.waiting() for owned in draft.data["owned"].values() for key in owned
    }
    found = {str(each.pk) for each in revisions} | drafted
    return found | {str(each.pk) for each in owned_by(rows) if isinstance(each.pk, uuid.UUID)}


def guesses(rows: list[Publishable], pictures: list[Image]) -> Iterator[tuple[str, list[str]]]:
    """Each route with every name and key that fits; the filters of lists; files by their own address."""
    names, keys = names_of(rows), keys_of(rows)
    values = {
        "slug": names,
        "str": [*names, *keys],
        "uuid": [*keys],
        "int": [str(YEAR), str(YEAR + 1)],
        "key": [picture.key for picture in pictures],
        "width": [str(size.width) for picture in pictures for size in picture.renditions.all()],
        "name": ["a.pdf"],
        "language": ["lo"],
    }
    for route in routes():
        # A word of a kind stands in all the places of its kind.
        kinds = [name if name in values else kind for kind, name in re.findall(r"<(\w+):(\w+)>", route)]
        for chosen in product(*(values[kind] for kind in dict.fromkeys(kinds))):
            by_kind = dict(zip(dict.fromkeys(kinds), chosen, strict=True))
            yield route, [by_kind[kind] for kind in kinds]
    for each in owned_by(rows):
        if getattr(each, "file", None):
            yield each.get_absolute_url(), []
    for name in names:
        yield "/documents/?programme=<slug:name>&kind=tool", [name]
        yield "/careers/?station=<slug:name>", [name]


def filled_in(route: str, values: list[str]) -> str:
    for value in values:
        route = re.sub("<.*?>", quote(value), route, count=1)
    return route


def questions(rows: list[Publishable]) -> set[str]:
    """What somebody types who asks whether a notice is genuine."""
    told = {
        words(type(row), SIGN).get(name) for row in rows for name in ("title_en", "title_lo", "reference")
    }
    return {*filter(None, told), SIGN, f"{SIGN}-slug"}


def assert_guesses_are_answered_as_for_nobody(client: Client, rows: list[Publishable]) -> set[str]:
    """Returns the addresses that were asked for."""

    @functools.cache
    def of_nobody(route: str, values: tuple[str, ...]) -> Answer:
        return Answer.to(client, filled_in(route, values))

    asked = set()
    for route, values in guesses(rows, list(Image.objects.all())):
        address = filled_in(route, values)
        asked.add(address)
        answer = Answer.to(client, address)
        signs = [value for value in values if SIGN in value]
        if signs:
            nobody = tuple(f"{NOBODY}-slug" if value in signs else value for value in values)
            expected = of_nobody(route, nobody)
            assert answer.status == expected.status, address
            assert answer.text.replace(signs[0], f"{NOBODY}-slug") == expected.text, address
        else:
            assert SIGN not in answer.text.replace(quote(address), "").casefold(), address
            assert answer.status == 404 or "?" in address or "/alerts/" in address, address
    for question in questions(rows):
        at = "/careers/check/?q=" + quote(question)
        of_other = of_nobody(swapped(at, SIGN, NOBODY), ())
        assert Answer.to(client, at).text == swapped(of_other.text, NOBODY, SIGN), at
    assert len(asked) > 200
    return asked


def answers_that_differ(before: dict[str, Answer], after: dict[str, Answer]) -> dict[str, str]:
    """Address by address, the first words that are not the same."""
    differ = {}
    for address in before.keys() | after.keys():
        one, other = before.get(address), after.get(address)
        if one != other:
            lines = set(other.text.splitlines() if other else []) ^ set(one.text.splitlines() if one else [])
            differ[address] = " | ".join(sorted(lines))[:300]
    return differ


def assert_each_shows_it(client: Client, addresses: set[str]) -> None:
    silent = {at for at in addresses if SIGN not in Answer.to(client, at).text.casefold()}
    assert silent == set()


def assert_picture_is_served(client: Client, picture: Image) -> None:
    assert client.get(f"/pictures/{picture.key}/{picture.width}.webp").status_code == 200


# --- What is asked --------------------------------------------------------------------------------

LISTS = {
    "/", "/sitemap.xml", "/programmes/", "/projects/", "/documents/", "/donors/", "/careers/", "/careers/forms/",
    "/careers/procurement/", "/careers/feed.atom", "/careers/vacancies/feed.atom",
    "/careers/procurement/feed.atom", "/careers/calendar.ics", "/careers/reliefweb.xml",
    "/programmes/plain-programme/", "/donors/plain-donor/",
}  # fmt: skip
PAGES = {
    f"/programmes/{SIGN}-slug/", f"/projects/{SIGN}-slug/", f"/{SIGN}-slug/", f"/donors/{SIGN}-donor/",
    f"/careers/vacancies/{SIGN}-slug/", f"/careers/procurement/{SIGN}-tender/", f"/n/{SIGN}-slug", f"/n/{SIGN}-tender",
}  # fmt: skip


@pytest.mark.one_database
def test_a_new_draft_of_every_kind_changes_no_answer_of_the_site(client, live):
    before = walk(client)
    assert before.keys() >= LISTS
    rows = make_drafts(live, state="draft")
    assert {type(row) for row in rows} == set(publishables())
    assert answers_that_differ(before, walk(client)) == {}
    asked = assert_guesses_are_answered_as_for_nobody(client, rows)

    # The control: the same rows, once they are published.
    for row in rows:
        row.state = "published"
        row.save()
    assert_each_shows_it(client, LISTS | PAGES | {f"/projects/{SIGN}-second/"})
    files = {each.get_absolute_url() for each in owned_by(rows) if getattr(each, "file", None)}
    assert {address.split("/files/")[0] for address in files} == {
        "/documents", "/careers/forms", "/careers/procurement",
    }  # fmt: skip
    assert files <= asked
    assert_each_shows_it(client, files)
    assert_picture_is_served(client, Image.objects.get())


def test_live_pages_say_nothing_of_a_draft_that_they_hang_on(client, live):
    rows = make_drafts(live, state="draft")
    programme, project = rows[:2]
    donor = Donor.objects.get(slug=f"{SIGN}-donor")
    beside = make_project(slug="beside", programme=programme, donors=[donor])
    sheet = make_document(slug="sheet", programme=programme, projects=[project, beside])
    make_document_version(document=sheet)
    project.programme = make_programme(slug="around")
    project.save()
    # The donor is public through the live project.
    told = re.compile(f"{SIGN}(-slug|-second|-tender|-where|-ministry|title|summary|body|value|picture)")
    names = {
        "/projects/beside/": programme.title,
        "/documents/": programme.title,
        "/programmes/around/": project.title,
        f"/donors/{SIGN}-donor/": programme.title,
    }
    texts = {address: Answer.to(client, address).text for address in LISTS | names.keys()}
    assert [address for address, text in texts.items() if told.search(text)] == []

    for row in rows:
        row.state = "published"
        row.save()
    for address, name in names.items():
        assert name in Answer.to(client, address).text, address


# --- A draft of what is live ------------------------------------------------------------------------


def publish(staff: Client, row: Publishable) -> None:
    assert confirm(staff, row).status_code == 302


def signed_form(page, row: Publishable) -> dict:
    """The form of a row with the sign in all that can be typed, in its owned rows too."""
    owned = {relation.get_accessor_name(): relation.related_model for relation in child_relations(type(row))}
    form = fill_form(page)
    for name in form:
        prefix, _, field = name.rpartition("-")
        model = owned.get(prefix.partition("-")[0]) if prefix else type(row)
        if model and field in words(model, SIGN) and not field.startswith("withdrawal_reason"):
            form[name] = [words(model, SIGN)[field]]
    end = "tender" if isinstance(row, ProcurementNotice) else "slug"
    return form | {"slug": [f"{SIGN}-{end}"], "_draft": ["1"]}


def save_as_draft(staff: Client, row: Publishable, **given) -> None:
    page = staff.get(address_of(row))
    many = {field.name for field in row._meta.many_to_many}
    given = {name: value for name, value in given.items() if name in fill_form(page) or name in many}
    response = staff.post(address_of(row), signed_form(page, row) | given)
    assert response.status_code == 302, errors(response)
    assert SIGN in str(waiting(row).data)


@pytest.mark.one_database
def test_a_draft_of_live_things_of_every_kind_changes_no_answer_of_the_site(client, staff, live):
    around = make_around()
    picture = make_picture(alternative_text=f"{SIGN}picture")
    ministry = [str(around["ministry"].pk)]
    many = {"donors": [str(around["donor"].pk)], "places": [str(around["place"].pk)]}
    many |= {"counterparts": ministry, "partners": ministry}
    before = walk(client)
    for row in live:
        save_as_draft(staff, row, body_en=[text_with(picture)], grade=["G5"], **many)
    assert answers_that_differ(before, walk(client)) == {}
    assert_guesses_are_answered_as_for_nobody(client, live)

    for row in live:
        publish(staff, row)
    renamed = {"/programmes/plain-programme/", "/donors/plain-donor/"}
    assert_each_shows_it(client, (LISTS | PAGES) - renamed)
    assert_picture_is_served(client, picture)


def test_a_file_of_a_draft_is_served_to_nobody_until_it_is_published(client, staff):
    for make, owned, folder in (
        (make_form, "versions", "/careers/forms/files/"),
        (make_procurement_notice, "documents", "/careers/procurement/files/"),
        (make_document, "versions", "/documents/files/"),
    ):
        row = make()
        form = fill_form(staff.get(address_of(row)), _draft="1", **{f"{owned}-TOTAL_FORMS": "1"})
        form |= {f"{owned}-0-language": ["en"], f"{owned}-0-title_en": [f"{SIGN} terms"]}
        response = staff.post(address_of(row), form | {f"{owned}-0-file": upload("a.pdf", signed_pdf(SIGN))})
        assert response.status_code == 302, errors(response)
        (key,) = waiting(row).data["owned"][owned]
        page = row.get_absolute_url().partition("#")[0]
        assert client.get(f"{folder}{key}/a.pdf").status_code == 404
        assert key not in Answer.to(client, page).text
        publish(staff, row)
        address = getattr(row, owned).get().get_absolute_url()
        assert address.startswith(f"{folder}{key}/")
        assert SIGN in Answer.to(client, address).text
        assert address in Answer.to(client, page).text
