"""What is typed is kept for who typed it, offered back, and gone once it is saved; who else is at a form."""

import datetime
import re
import uuid

import html5lib
import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from iomlaos.office.models import Page
from iomlaos.staff.autosave.models import AutosavedForm, EditingSession
from tests.helpers.admin import post
from tests.helpers.factories import make_figure, make_page, make_programme, make_vacancy
from tests.helpers.forms import errors, fill_form

MINUTE = datetime.timedelta(minutes=1)
DAY = datetime.timedelta(days=1)
ADD = "/admin/office/page/add/"
PASSWORD = "a-long-password-7"


@pytest.fixture
def signed_in(db):
    """A client of somebody of a role, by name."""

    def sign_in(name: str, role: str = "", **given) -> Client:
        person = User.objects.create_user(name, is_superuser=not role, **given)
        if role:
            person.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def dala(clock, signed_in, settings) -> Client:
    settings.SESSION_COOKIE_AGE = 30 * 60
    return signed_in("dala", password=PASSWORD)


@pytest.fixture
def souk(clock, signed_in) -> Client:
    return signed_in("souk", first_name="Souk", last_name="Vong")


def person_of(client: Client) -> str:
    return client.session["_auth_user_id"]


def change(row) -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def keep(client: Client, address: str, form: dict, *, here: bool = True, **given):
    """As the script sends it: what a form of this address holds."""
    kind, record = re.fullmatch(r"(/admin/\w+/\w+/)(?:(.+)/change|add)/", address).groups()
    sent = form | {"_person": person_of(client), "_record": record or "", "_words": "1"} | given
    if here:
        sent["_here"] = "1"
    return client.post(f"{kind}typed/", sent, HTTP_X_BACKGROUND_REQUEST="1")


def beat(client: Client, row, form: dict, *, here: bool = True, **given):
    kind = change(row).rpartition(f"{row.pk}/")[0]
    sent = {"_typed": form["_typed"], "_person": person_of(client), "_record": str(row.pk)} | given
    if here:
        sent["_here"] = "1"
    return client.post(f"{kind}typed/", sent, HTTP_X_BACKGROUND_REQUEST="1")


def enter(client: Client, row, **given) -> dict:
    """Open the form of a record, as a browser with its script does."""
    form = fill_form(client.get(change(row)), **given)
    beat(client, row, form)
    return form


def offers(client: Client, address: str) -> list[tuple[str, str]]:
    """What a form offers back: the words of it, and the way to take it up."""
    page = client.get(address)
    assert page.status_code == 200
    root = html5lib.parse(page.content.decode(), namespaceHTMLElements=False)
    found = [part for part in root.iter("section") if part.get("class") == "autosave-offer"]
    return [(" ".join("".join(part.itertext()).split()), part.find(".//a").get("href")) for part in found]


def take_up(client: Client, address: str):
    [(_, way)] = offers(client, address)
    return client.get(address + way)


def type_into(client: Client, address: str, **given) -> dict:
    """A form that is opened, typed into, kept, and left."""
    form = fill_form(client.get(address), **given)
    answer = keep(client, address, form)
    assert answer.status_code == 200
    assert answer.json()["kept"]
    return form


def test_what_was_typed_is_offered_back_and_taken_up_as_it_was(clock, dala):
    page = make_page(title_en="Before", lead_en="As it was.")
    clock.shift(3 * MINUTE)
    typed = "Half a sentence, “quoted” <b>& marked</b>,\r\n\r\nສະບາຍດີ \\ %"
    type_into(dala, change(page), lead_en=typed, body_en="<p>Rich <strong>tex</strong></p>")
    [(words, _)] = offers(dala, change(page))
    for part in ("1 June 2026", "12:03", "Lead, Text"):
        assert part in words
    again = take_up(dala, change(page))
    assert errors(again) == {}
    form = fill_form(again)
    assert form["lead_en"] == [typed]
    assert form["body_en"] == ["<p>Rich <strong>tex</strong></p>"]
    page.refresh_from_db()
    assert page.lead_en == "As it was."
    assert post(dala, page, form).status_code == 302
    page.refresh_from_db()
    assert page.lead_en == typed.replace("\r\n", "\n")
    assert offers(dala, change(page)) == []


def test_what_was_typed_is_shown_with_its_words_marked_before_it_is_taken_up(dala):
    programme = make_programme(summary_en="As it was.")
    make_figure(programme=programme, value="11", caption_en="people")
    # What is not valid is named, and not shown.
    typed = {"title_en": "", "summary_en": "As it will be.", "figures-0-value_en": "12"}
    type_into(dala, change(programme), **typed)
    offer = dala.get(change(programme)).context
    assert offer["offer_fields"] == ["Title", "Summary", "Figures"]
    assert [change.label for change in offer["offer_changes"]] == ["Summary", "Figure: Figure"]
    [(words, _)] = offers(dala, change(programme))
    assert "As it was. will be." in words


def test_a_new_thing_is_offered_where_one_is_added_and_forms_do_not_eat_each_other(dala):
    for title in ("One", "Two"):
        type_into(dala, ADD, title_en=title)
    latest = fill_form(take_up(dala, ADD), slug="a-page")
    assert dala.post(ADD, latest).status_code == 302
    other = fill_form(take_up(dala, ADD))
    assert {latest["title_en"][0], other["title_en"][0]} == {"One", "Two"}
    assert Page.objects.count() == 1


def test_what_is_typed_later_replaces_what_was_typed_before_also_once_it_was_taken_up(dala):
    form = fill_form(dala.get(ADD))
    for title in ("One", "One two"):
        assert keep(dala, ADD, form | {"title_en": [title]}).json()["kept"] == "12:00"
    form = fill_form(take_up(dala, ADD))
    assert form["title_en"] == ["One two"]
    assert keep(dala, ADD, form | {"title_en": ["One two three"], "slug": ["a-page"]}).json()["kept"]
    form = fill_form(take_up(dala, ADD))
    assert form["title_en"] == ["One two three"]
    assert dala.post(ADD, form).status_code == 302
    assert offers(dala, ADD) == []


def test_what_is_not_in_order_is_offered_as_it_was_typed_and_refused_only_when_it_is_sent(dala):
    vacancy = make_vacancy(state="draft")
    type_into(dala, change(vacancy), title_en="", closing_date="31 Februa", grade="x" * 99)
    again = take_up(dala, change(vacancy))
    assert errors(again) == {}
    form = fill_form(again)
    assert (form["title_en"], form["closing_date"], form["grade"]) == ([""], ["31 Februa"], ["x" * 99])
    assert list(errors(dala.post(change(vacancy), form))) == ["title_en", "closing_date", "grade"]


def test_rows_that_were_added_and_removed_come_back_too(dala):
    programme = make_programme()
    for value in ("1", "2"):
        make_figure(programme=programme, value=value)
    first, second = programme.figures.all()
    added = {
        "figures-TOTAL_FORMS": "3",
        "figures-2-value_en": "3 and a ha",
        "figures-2-id": "",
        "figures-2-order": "3",
    }
    type_into(
        dala, change(programme), **added, **{"figures-0-DELETE": "on", "figures-1-value_en": "22", "figures-1-id": str(second.pk)}
    )  # fmt: skip
    [(words, _)] = offers(dala, change(programme))
    assert "in: Figures." in words
    form = fill_form(take_up(dala, change(programme)))
    assert (form["figures-0-DELETE"], form["figures-1-value_en"], form["figures-2-value_en"]) == (
        ["on"],
        ["22"],
        ["3 and a ha"],
    )
    assert programme.figures.count() == 2
    assert post(dala, programme, form | {"figures-2-caption_en": ["caption"]}).status_code == 302
    assert sorted(programme.figures.values_list("value", flat=True)) == ["22", "3 and a ha"]
    assert not programme.figures.filter(pk=first.pk).exists()


def test_a_file_that_was_chosen_is_asked_for_again(dala):
    address = "/admin/programmes/document/add/"
    type_into(dala, address, title_en="A document", **{"_file:versions-0-file": "ແບບຟອມ.pdf"})
    assert "“ແບບຟອມ.pdf” was not kept. Choose a file again" in take_up(dala, address).content.decode()


def test_what_was_taken_up_is_in_conflict_with_what_a_colleague_saved_meanwhile(dala, souk):
    page = make_page(title_en="Before", lead_en="Before")
    type_into(dala, change(page), lead_en="Typed by Dala")
    theirs = fill_form(souk.get(change(page)), lead_en="Saved by Souk", title_en="By Souk")
    assert post(souk, page, theirs).status_code == 302
    form = fill_form(take_up(dala, change(page)))
    answer = dala.post(change(page), form)
    assert answer.status_code == 409
    assert "Saved by Souk" in answer.content.decode()
    # It was not saved: it is still kept.
    assert len(offers(dala, change(page))) == 1
    assert post(dala, page, fill_form(answer)).status_code == 302
    page.refresh_from_db()
    assert (page.lead_en, page.title_en) == ("Typed by Dala", "By Souk")
    assert offers(dala, change(page)) == []


def test_a_row_that_was_typed_into_and_deleted_by_a_colleague_is_a_conflict(dala, souk):
    programme = make_programme()
    figure = make_figure(programme=programme, value="1")
    type_into(dala, change(programme), **{"figures-0-value_en": "one more"})
    gone = fill_form(souk.get(change(programme)), **{"figures-0-DELETE": "on"})
    assert post(souk, programme, gone).status_code == 302
    form = fill_form(take_up(dala, change(programme)))
    assert form["figures-0-value_en"] == ["one more"]
    answer = dala.post(change(programme), form)
    assert answer.status_code == 409
    assert post(dala, programme, fill_form(answer)).status_code == 302
    assert programme.figures.get(pk=figure.pk).value == "one more"


def test_a_save_ends_it_by_whatever_button(dala):
    for number, button in enumerate(("_draft", "_publish", "_submit")):
        form = type_into(dala, ADD, title_en="A page", slug=f"page-{number}")
        assert dala.post(ADD, form | {button: "1"}).status_code == 302
        assert not AutosavedForm.objects.exclude(data="").exists()
    assert offers(dala, ADD) == []


def test_a_refused_save_keeps_it_and_the_form_goes_on_as_the_same(dala):
    form = type_into(dala, ADD, title_en="A page", slug="no address")
    refused = dala.post(ADD, form)
    assert list(errors(refused)) == ["slug"]
    assert fill_form(refused)["_typed"] == form["_typed"]
    assert len(offers(dala, ADD)) == 1
    assert dala.post(ADD, fill_form(refused, slug="an-address")).status_code == 302
    assert offers(dala, ADD) == []


def test_a_save_that_fails_keeps_it(dala):
    page = make_page()
    form = type_into(dala, change(page), lead_en="Typed")
    dala.raise_request_exception = False

    def locked(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "publishing_revision"'):
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(locked):
        assert dala.post(change(page), form).status_code == 503
    assert fill_form(take_up(dala, change(page)))["lead_en"] == ["Typed"]


def test_a_database_that_is_locked_is_said_so_that_the_script_tries_again(dala):
    form = fill_form(dala.get(ADD), title_en="A page")

    def locked(execute, sql, params, many, context):
        if "autosavedform" in sql and not sql.startswith("SELECT"):
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(locked):
        assert keep(dala, ADD, form).status_code == 503
    assert keep(dala, ADD, form).status_code == 200


def test_words_that_arrive_after_the_save_are_not_offered(dala):
    form = fill_form(dala.get(ADD), title_en="A page", slug="a-page")
    assert dala.post(ADD, form).status_code == 302
    assert keep(dala, ADD, form).json()["ended"]
    assert offers(dala, ADD) == []


def test_what_differs_in_nothing_from_what_is_there_is_not_offered(dala):
    page = make_page()
    type_into(dala, change(page))
    assert offers(dala, change(page)) == []
    type_into(dala, change(page), lead_en="Control")
    assert len(offers(dala, change(page))) == 1


def test_it_can_be_thrown_away(dala):
    page = make_page()
    for address in (ADD, change(page)):
        type_into(dala, address, title_en="Rubbish")
        [part] = re.findall(r'action="(\S+/throw-away/)"', dala.get(address).content.decode())
        assert dala.get(part).status_code == 404
        assert len(offers(dala, address)) == 1
        assert dala.post(part).headers["Location"] == address
        assert offers(dala, address) == []


def test_nobody_else_can_see_take_up_throw_away_or_end_it(dala, souk):
    page = make_page(lead_en="Before")
    form = type_into(dala, change(page), lead_en="A secret of Dala")
    [(_, way)] = offers(dala, change(page))
    assert offers(souk, change(page)) == []
    assert "A secret" not in souk.get(change(page) + way).content.decode()
    key = way.removeprefix("?typed=")
    assert souk.post(f"/admin/office/page/typed/{key}/throw-away/").status_code == 404
    theirs = fill_form(souk.get(change(page)), lead_en="Souk", _typed=key)
    assert post(souk, page, theirs).status_code == 302
    assert keep(souk, change(page), form, _person=person_of(souk)).json()["ended"]
    assert fill_form(take_up(dala, change(page)))["lead_en"] == ["A secret of Dala"]
    listed = souk.get("/admin/").content.decode()
    assert "typedtext" not in listed
    person = User.objects.get(username="dala")
    assert "A secret" not in souk.get(f"/admin/auth/user/{person.pk}/delete/").content.decode()


def test_the_words_of_one_are_not_taken_for_another_who_signed_in_since(dala, souk):
    form = fill_form(dala.get(ADD), title_en="Typed by Dala")
    assert keep(souk, ADD, form, _person=person_of(dala)).status_code == 403
    assert offers(souk, ADD) == []


def test_a_text_belongs_to_its_record_alone(dala):
    one, other = make_page(title_en="One"), make_page(title_en="Other")
    type_into(dala, change(one), title_en="Typed")
    [(_, way)] = offers(dala, change(one))
    for address in (change(other), ADD, "/admin/programmes/programme/add/"):
        assert offers(dala, address) == []
        assert "Typed" not in dala.get(address + way).content.decode()


def test_only_who_may_see_a_record_may_keep_words_for_it(clock, signed_in):
    page = make_page()
    hr = signed_in("hr", "HR")
    form = {"_typed": str(uuid.uuid4()), "title_en": "x"}
    assert keep(hr, change(page), form).status_code == 403
    assert keep(hr, ADD, form).status_code == 403
    assert keep(signed_in("editor", "Editors"), change(page), form).status_code == 200
    assert keep(signed_in("two", "Editors"), "/admin/office/page/999999/change/", form).status_code == 404


def test_a_form_that_is_only_read_keeps_nothing(clock, signed_in):
    page = make_page(state="published")
    text = signed_in("writer", "Contributors").get(change(page)).content.decode()
    assert "_typed" not in text
    assert "_typed" in signed_in("editor", "Editors").get(change(page)).content.decode()
    assert not EditingSession.objects.exists()


def test_the_script_keeps_no_session_open_and_is_told_when_it_is_over(clock, dala):
    form = fill_form(dala.get(ADD), title_en="Typed")
    sent = form | {"_person": person_of(dala), "_words": "1"}
    for minutes, status in ((20, 200), (11, 403)):
        clock.shift(minutes * MINUTE)
        answer = dala.post("/admin/office/page/typed/", sent, HTTP_X_BACKGROUND_REQUEST="1")
        assert answer.status_code == status
    assert answer.content == b"{}"
    assert dala.get(ADD).status_code == 302


def test_what_was_kept_before_the_session_ended_is_offered_after_signing_in_again(clock, dala):
    page = make_page(lead_en="Before")
    form = type_into(dala, change(page), lead_en="Typed")
    clock.shift(31 * MINUTE)
    door = dala.post(change(page), form).headers["Location"]
    assert dala.get(door).status_code == 200
    entry = {"username": "dala", "password": PASSWORD, "next": change(page)}
    assert dala.post(door, entry).headers["Location"] == change(page)
    form = fill_form(take_up(dala, change(page)))
    assert form["lead_en"] == ["Typed"]
    assert post(dala, page, form).status_code == 302
    page.refresh_from_db()
    assert page.lead_en == "Typed"


def test_after_ninety_days_it_is_forgotten(clock, dala):
    type_into(dala, ADD, title_en="Old")
    clock.shift(89 * DAY)
    call_command("clean_uploads", verbosity=0)
    dala.force_login(User.objects.get())
    type_into(dala, ADD, title_en="Younger")
    assert len(offers(dala, ADD)) == 1
    clock.shift(2 * DAY)
    call_command("clean_uploads", dry_run=True, verbosity=0)
    assert AutosavedForm.objects.count() == 2
    call_command("clean_uploads", verbosity=0)
    dala.force_login(User.objects.get())
    assert fill_form(take_up(dala, ADD))["title_en"] == ["Younger"]


def test_a_person_has_a_hundred_of_them_at_most(clock, dala):
    form = fill_form(dala.get(ADD))
    earlier = [
        AutosavedForm(
            id=uuid.uuid4(), by=User.objects.get(), model="office.page", data=f'[["title_en", ["{number}"]]]',
            typed_at=timezone.now() - number * MINUTE,
        )
        for number in range(1, 102)
    ]  # fmt: skip
    AutosavedForm.objects.bulk_create(earlier)
    assert keep(dala, ADD, form | {"title_en": "Latest"}).status_code == 200
    left = set(AutosavedForm.objects.values_list("pk", flat=True))
    assert left == {uuid.UUID(form["_typed"][0]), *(text.pk for text in earlier[:99])}


def test_nul_and_nonsense_are_kept_or_refused_and_nothing_breaks(dala):
    form = fill_form(dala.get(ADD), title_en="a\0b")
    assert keep(dala, ADD, form).status_code == 200
    assert "title_en" in fill_form(take_up(dala, ADD))
    for given in ({"_typed": "nonsense"}, {"_typed": []}):
        assert keep(dala, ADD, form | given).status_code == 400
    assert dala.get(f"{ADD}?typed=nonsense").status_code == 200
    assert dala.get("/admin/office/page/typed/").status_code == 404


# --- Who else is here --------------------------------------------------------------------------


def also_here(client: Client, row) -> str:
    page = html5lib.parse(client.get(change(row)).content.decode(), namespaceHTMLElements=False)
    return page.find(".//p[@id='other-editors']").text or ""


def test_two_people_at_one_record_see_each_other(clock, dala, souk):
    page, other = make_page(), make_page()
    form = enter(souk, page)
    clock.shift(MINUTE / 2)
    seen = also_here(dala, page)
    assert "Souk Vong" in seen
    assert "12:00" in seen
    assert also_here(dala, other) == ""
    enter(dala, page)
    assert "dala" in beat(souk, page, form).json()["others"]


def test_who_saves_leaves_or_signs_out_is_seen_no_more(clock, dala, souk):
    page = make_page()
    mine = enter(souk, page)

    def is_seen() -> bool:
        return bool(beat(souk, page, mine).json()["others"])

    form = enter(dala, page, lead_en="Saved")
    assert is_seen()
    assert dala.post(change(page), form).status_code == 302
    assert not is_seen()
    form = enter(dala, page)
    assert is_seen()
    beat(dala, page, form, here=False)
    assert not is_seen()
    enter(dala, page)
    assert is_seen()
    dala.post("/admin/logout/")
    assert not is_seen()


def test_who_was_there_in_the_last_minute_is_seen(clock, dala, souk):
    page = make_page()
    enter(dala, page)
    clock.shift(MINUTE)
    assert "12:00" in also_here(souk, page)
    clock.shift(datetime.timedelta(seconds=1))
    assert not also_here(souk, page)


def test_it_is_stored_for_a_day_at_most(clock, dala):
    page, other = make_page(), make_page()
    enter(dala, page)
    clock.shift(DAY + MINUTE)
    dala.force_login(User.objects.get())
    enter(dala, other)
    assert EditingSession.objects.get().object_key == str(other.pk)


def test_only_who_may_see_the_record_hears_who_is_at_it(clock, dala, signed_in):
    page = make_page()
    form = enter(dala, page)
    assert beat(signed_in("hr", "HR"), page, form).status_code == 403
    answer = beat(signed_in("editor", "Editors"), page, {"_typed": str(uuid.uuid4())})
    assert "dala" in answer.json()["others"]


def test_many_colleagues_cost_no_more_queries_than_one(clock, dala, signed_in, count_queries):
    page = make_page()
    enter(dala, page)
    enter(signed_in("first"), page)
    one = count_queries(lambda: dala.get(change(page)))
    for number in range(3):
        enter(signed_in(f"more-{number}"), page)
    assert count_queries(lambda: dala.get(change(page))) == one
