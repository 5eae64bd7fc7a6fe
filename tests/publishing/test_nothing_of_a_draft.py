"""Nothing of a draft wherever a visitor looks or guesses; once it is published, all of it.

The whole site is walked before a draft is made and after: every answer must be the same, so that no list
names it, no number counts it and no order tells of it. What is hidden is then asked for by every address
that the site has, filled with its slugs, names and keys. Notices with all that hangs on them, and who
refers to them, are in tests/careers/test_drafts_stay_hidden.py.
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

from careers.models import ProcurementNotice
from iomlaos.office.models import Page, Place
from iomlaos.publishing.models import Picture, Publishable, Revision, publishables
from iomlaos.publishing.snapshots import owned_relations
from programmes.models import Counterpart, Document, Donor, Figure, Programme, Project
from tests.factories import (
    make_bidding_document,
    make_counterpart,
    make_document,
    make_donor,
    make_edition,
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
from tests.helpers.site_walk import (
    NOBODY,
    Answer,
    make_notice,
    signed_pdf,
    swapped,
    walk,
    words,
)
from tests.staff.filled import errors, filled
from tests.staff.test_drafts import EVERY, address_of, waiting
from tests.staff.test_steps import take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
SIGN = "qxa"
YEAR = 2071


@pytest.fixture(autouse=True)
def _clock(settings) -> Iterator[None]:
    settings.RELIEFWEB_SOURCE = 1255
    settings.ALERTS = True
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff", password="a-long-password-7"))
    return client


# --- What is hidden -------------------------------------------------------------------------------


def signed(model: type[models.Model], **given) -> dict:
    """A word of the sign in every field, its address too."""
    return {"slug": f"{SIGN}-slug"} | words(model, SIGN) | given


def text_with(picture: Picture) -> str:
    return f"<p>{SIGN}body</p>{picture.figure}"


def make_all(**state) -> list[Publishable]:
    """One of every kind with all that it owns, and donors, counterparts and places that nobody else names.

    Of the programmes, projects and documents some hang on others that are hidden, some on what is live.
    """
    live, of_live = Programme.objects.first(), Project.objects.first()
    picture = make_picture(alternative_text=f"{SIGN}picture")
    around = {
        "donors": [make_donor(**signed(Donor, slug=f"{SIGN}-donor")), Donor.objects.first()],
        "places": [
            make_place(**signed(Place, slug=f"{SIGN}-where", iso_code=""), latitude=18, longitude=103)
        ],
    }
    ministry = make_counterpart(**signed(Counterpart, slug=f"{SIGN}-ministry"))
    programme = make_programme(
        **signed(Programme, body_en=text_with(picture)), **around, counterparts=[ministry], **state
    )
    make_figure(programme=programme, is_headline=True, **words(Figure, SIGN))
    project = make_project(**signed(Project), **around, partners=[ministry], programme=programme, **state)
    second = signed(Project, slug=f"{SIGN}-second")
    others = [make_project(**second, **around, partners=[ministry], programme=live, **state)]
    document = make_document(**signed(Document), programme=programme, projects=[project, of_live], **state)
    make_edition(document=document, file=upload("a.pdf", signed_pdf(SIGN)))
    second = signed(Document, slug=f"{SIGN}-second")
    others.append(make_document(**second, programme=live, projects=[project, of_live], kind="tool", **state))
    make_edition(document=others[-1], address=f"https://www.example.org/{SIGN}elsewhere")
    page = make_page(**signed(Page), **state)
    vacancy = make_notice(make_vacancy, SIGN, "open", YEAR, **state)
    tender = make_notice(make_procurement_notice, SIGN, "open", YEAR + 1, **state)
    # No two notices share an address.
    ProcurementNotice.objects.filter(pk=tender.pk).update(slug=f"{SIGN}-tender")
    tender.refresh_from_db()
    rows = [programme, project, document, page, vacancy, tender, vacancy.form]
    for row in rows[:4]:
        make_former_address(row, f"{SIGN}-former")
    return [*rows, *others]


# --- Where one can ask ----------------------------------------------------------------------------


def routes(patterns: list | None = None, before: str = "") -> Iterator[str]:
    """Every address of the site as its views are told of it, but those of the admin."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if route.startswith("admin/"):
            continue
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern.url_patterns, route)


def names_of(rows: list[Publishable]) -> set[str]:
    """Slugs, keys and words by which somebody may ask."""
    found = {
        f"{SIGN}-{end}"
        for end in ("slug", "second", "tender", "former", "donor", "ministry", "where", "form")
    }
    return found | {SIGN} | {str(row.pk) for row in rows}


def owned_by(rows: list[Publishable]) -> list[models.Model]:
    return [
        each
        for row in rows
        for relation in owned_relations(type(row))
        for each in getattr(row, relation.get_accessor_name()).all()
    ]


def keys_of(rows: list[Publishable]) -> set[uuid.UUID]:
    """The keys of all that they own, and of their drafts and states."""
    revisions = Revision.objects.filter(object_key__in=[str(row.pk) for row in rows])
    drafted = [data for draft in revisions.waiting() for data in draft.data["owned"].values()]
    found = {each.pk for each in revisions} | {uuid.UUID(key) for owned in drafted for key in owned}
    return found | {each.pk for each in owned_by(rows) if isinstance(each.pk, uuid.UUID)}


def filled_in(route: str, names: set[str], keys: set[uuid.UUID], pictures: list[Picture]) -> Iterator[str]:
    """The addresses of a route with every name and key that fits."""
    values = {
        "slug": names,
        "str": names | {picture.key for picture in pictures} | {str(key) for key in keys},
        "uuid": {str(key) for key in keys},
        "int": {str(YEAR), str(YEAR + 1), *(str(size.width) for row in pictures for size in row.sizes.all())},
    }
    by_name = {"name": {"a.pdf"}, "language": {"lo"}}
    if "pictures/" in route:
        by_name["key"] = {picture.key for picture in pictures}
    parts = re.findall(r"<(\w+):(\w+)>", route)
    for chosen in product(*(sorted(by_name.get(name, values[kind])) for kind, name in parts)):
        address = route
        for value in chosen:
            address = re.sub("<.*?>", quote(value), address, count=1)
        yield f"/{address}"


def every_way(rows: list[Publishable], pictures: list[Picture]) -> set[str]:
    names, keys = names_of(rows), keys_of(rows)
    asked = {each.get_absolute_url() for each in owned_by(rows) if getattr(each, "file", None)}
    for route in routes():
        if "<" in route:
            asked.update(filled_in(route, names, keys, pictures))
    told = {
        words(type(row), SIGN).get(name, "") for row in rows for name in ("title_en", "title_lo", "reference")
    }
    asked.update(f"/careers/check/?q={quote(question)}" for question in names | told)
    asked.update(f"/documents/?programme={name}&kind=tool" for name in names)
    return asked | {f"/careers/?station={name}" for name in names}


def answers_that_differ(before: dict[str, Answer], after: dict[str, Answer]) -> dict[str, str]:
    """Address by address, the first words that are not the same."""
    differ = {}
    for address in before.keys() | after.keys():
        one, other = before.get(address), after.get(address)
        if one != other:
            lines = set(other.text.splitlines() if other else []) ^ set(one.text.splitlines() if one else [])
            differ[address] = " | ".join(sorted(lines))[:300]
    return differ


def assert_nobody_is_told(client: Client, asked: set[str]) -> None:
    """Every guess is answered as one at what never was."""
    assert len(asked) > 200
    of_nobody_at = functools.cache(lambda address: Answer.to(client, address))
    for address in asked:
        answer = Answer.to(client, address)
        if SIGN in address and "/files/" not in address:
            of_nobody = of_nobody_at(swapped(address, SIGN, NOBODY))
            assert answer.status == of_nobody.status, address
            assert answer.text == swapped(of_nobody.text, NOBODY, SIGN), address
        else:
            assert SIGN not in answer.text.replace(quote(address), "").casefold(), address
            assert answer.status == 404 or "?" in address or "/alerts/" in address, address


def found_on(client: Client) -> set[str]:
    return {address for address, answer in walk(client).items() if SIGN in answer.text.casefold()}


# --- What is asked --------------------------------------------------------------------------------

LISTS = {
    "/", "/sitemap.xml", "/programmes/", "/projects/", "/documents/", "/donors/", "/careers/", "/careers/forms/",
    "/careers/procurement/", "/careers/feed.atom", "/careers/vacancies/feed.atom",
    "/careers/procurement/feed.atom", "/careers/calendar.ics", "/careers/reliefweb.xml",
}  # fmt: skip
PAGES = {
    f"/programmes/{SIGN}-slug/", f"/projects/{SIGN}-slug/", f"/projects/{SIGN}-second/", f"/{SIGN}-slug/",
    f"/donors/{SIGN}-donor/", f"/careers/vacancies/{SIGN}-slug/", f"/careers/procurement/{SIGN}-tender/",
    f"/n/{SIGN}-slug", f"/n/{SIGN}-tender", f"/documents/?programme={SIGN}-slug",
}  # fmt: skip


def test_a_new_draft_of_every_kind_and_all_that_hangs_on_it_changes_no_answer_of_the_site(client):
    before = walk(client)
    rows = make_all(state="draft")
    assert {type(row) for row in rows} == set(publishables())
    assert answers_that_differ(before, walk(client)) == {}
    pictures = list(Picture.objects.all())
    asked = every_way(rows, pictures)
    assert_nobody_is_told(client, asked)

    # The same rows, once they are published.
    for row in rows:
        row.state = "published"
        row.save()
    found = found_on(client)
    assert found >= LISTS | PAGES
    files = {address for address in found if "/files/" in address}
    assert files <= asked
    assert {address.split("/files/")[0] for address in files} == {
        "/documents", "/careers/forms", "/careers/procurement",
    }  # fmt: skip
    live = Programme.objects.exclude(slug__startswith=SIGN).first()
    donor = Donor.objects.exclude(slug__startswith=SIGN).first()
    assert {live.get_absolute_url(), donor.get_absolute_url()} <= found
    for picture in pictures:
        assert client.get(f"/pictures/{picture.key}/{picture.width}.webp").status_code == 200


def test_what_is_live_says_nothing_of_a_draft_that_it_hangs_on(client):
    rows = make_all(state="draft")
    programme, project = rows[:2]
    donor = Donor.objects.get(slug=f"{SIGN}-donor")
    beside = make_project(slug="beside", programme=programme, donors=[donor])
    sheet = make_document(slug="sheet", programme=programme, projects=[project, beside])
    make_edition(document=sheet)
    of_project = make_programme(slug="around")
    project.programme = of_project
    project.save()
    # The donor is public through the live project, and so may be read of there.
    ends = "-slug|-second|-tender|-where|-ministry|title|summary|body|value|picture"
    told = re.compile(f"{SIGN}({ends})")
    walked = walk(client)
    assert walked.keys() >= {
        "/projects/beside/",
        "/documents/",
        "/programmes/around/",
        f"/donors/{SIGN}-donor/",
    }
    assert {
        address: told.search(answer.text)[0] for address, answer in walked.items() if told.search(answer.text)
    } == {}

    for row in rows:
        row.state = "published"
        row.save()
    for address, word in (
        ("/projects/beside/", programme.title),
        ("/documents/", programme.title),
        ("/programmes/around/", project.title),
        (f"/donors/{SIGN}-donor/", programme.title),
    ):
        assert word in Answer.to(client, address).text, address


# --- A draft of what is live ------------------------------------------------------------------------


def live_of_every_kind() -> list[Publishable]:
    """Each with rows of its own, in plain words."""
    made = {make: make(slug=f"plain-{number}") for number, make in enumerate(EVERY)}
    make_figure(programme=made[make_programme])
    make_edition(document=made[make_document])
    make_version(form=made[make_form])
    make_bidding_document(notice=made[make_procurement_notice])
    return list(made.values())


def signed_form(page, row: Publishable, **given) -> dict:
    """The form of a row with the sign in all that can be typed, in its owned rows too."""
    owned = {relation.get_accessor_name(): relation.related_model for relation in owned_relations(type(row))}
    form = filled(page)
    for name in form:
        prefix, _, field = name.rpartition("-")
        model = owned.get(prefix.partition("-")[0]) if prefix else type(row)
        if model and field in words(model, SIGN) and not field.startswith("withdrawal_reason"):
            form[name] = [words(model, SIGN)[field]]
    slug = f"{SIGN}-tender" if isinstance(row, ProcurementNotice) else f"{SIGN}-slug"
    return form | {"slug": [slug]} | given


def save_as_draft(staff: Client, row: Publishable, **given) -> None:
    page = staff.get(address_of(row))
    has = filled(page)
    given = {name: value for name, value in given.items() if name in has or name in MANY[type(row)]}
    response = staff.post(address_of(row), signed_form(page, row, _draft="1", **given))
    assert response.status_code == 302, errors(response)
    assert SIGN in str(waiting(row).data)


MANY = {
    model: [
        field.name for field in model._meta.many_to_many if field.related_model in (Donor, Counterpart, Place)
    ]
    for model in publishables()
}


def test_a_draft_of_every_kind_of_live_thing_changes_no_answer_of_the_site(client, staff):
    rows = live_of_every_kind()
    donor = make_donor(**signed(Donor, slug=f"{SIGN}-donor"))
    ministry = make_counterpart(**signed(Counterpart, slug=f"{SIGN}-ministry"))
    place = make_place(**signed(Place, slug=f"{SIGN}-where", iso_code=""), latitude=18, longitude=103)
    picture = make_picture(alternative_text=f"{SIGN}picture")
    keys = {"donors": donor, "counterparts": ministry, "partners": ministry, "places": place}
    before = walk(client)
    for row in rows:
        many = {name: [str(each.pk)] for name, each in keys.items()}
        save_as_draft(staff, row, body_en=[text_with(picture)], grade=["G5"], **many)
    assert answers_that_differ(before, walk(client)) == {}
    assert_nobody_is_told(client, every_way(rows, [picture]))

    for row in rows:
        assert take(staff, row, "publish").status_code == 302
    found = found_on(client)
    assert found >= LISTS
    assert found >= PAGES - {f"/projects/{SIGN}-second/", f"/documents/?programme={SIGN}-slug"}
    assert client.get(f"/pictures/{picture.key}/{picture.width}.webp").status_code == 200


@pytest.mark.parametrize(
    ("make", "owned", "folder"),
    [
        (make_form, "versions", "/careers/forms/files/"),
        (make_procurement_notice, "documents", "/careers/procurement/files/"),
        (make_document, "editions", "/documents/files/"),
    ],
)
def test_a_file_of_a_draft_of_what_is_live_is_fetched_by_nobody_until_it_is_published(
    client, staff, make, owned, folder
):
    row = make()
    form = filled(staff.get(address_of(row)), _draft="1", **{f"{owned}-TOTAL_FORMS": "1"})
    form |= {f"{owned}-0-language": ["en"], f"{owned}-0-title_en": [f"{SIGN} terms"]}
    response = staff.post(address_of(row), form | {f"{owned}-0-file": upload("a.pdf", signed_pdf(SIGN))})
    assert response.status_code == 302, errors(response)
    (key,) = waiting(row).data["owned"][owned]
    address = f"{folder}{key}/a.pdf"
    assert client.get(address).status_code == 404
    assert "a.pdf" not in Answer.to(client, row.get_absolute_url().partition("#")[0]).text
    assert take(staff, row, "publish").status_code == 302
    address = getattr(row, owned).get().get_absolute_url()
    assert address.startswith(f"{folder}{key}/")
    assert SIGN in Answer.to(client, address).text
    assert address in Answer.to(client, row.get_absolute_url().partition("#")[0]).text
