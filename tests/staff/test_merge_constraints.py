"""What two people, or a draft and the public page, made of fields that obey one rule of the database.

The rule is never met half: no form, preview or link fails of it, and staff are told in words.
"""

import datetime
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from iomlaos.publishing.models import Revision
from tests.helpers.admin import address_of, confirm, link_to, person, post, send, take
from tests.helpers.drafts import public_page, save_draft, schedule
from tests.helpers.factories import (
    make_document,
    make_document_version,
    make_figure,
    make_form,
    make_programme,
    make_vacancy,
    make_version,
    upload,
)
from tests.helpers.forms import errors, fill_form
from tests.helpers.pages import read
from tests.helpers.uploads import of_colour, pdf

pytestmark = pytest.mark.django_db

CLOSING = datetime.datetime(2026, 6, 30, 10, tzinfo=datetime.UTC)


def with_file():
    return make_document_version(document=make_document(), file=upload("a.pdf", pdf())).document


TIED = [
    pytest.param(
        with_file,
        {"versions-0-file-clear": "on", "versions-0-address": "https://www.iom.int/a"},
        {"versions-0-file": upload("mine.pdf", pdf(pages=2))},
        id="a file and an address",
    ),
    pytest.param(
        lambda: make_vacancy(closes_at=CLOSING),
        {"posted_on": "2026-06-25"},
        {"closing_date": "2026-06-20", "deadline_reason": "Sooner"},
        id="a posting and a closing",
    ),
]


@pytest.mark.parametrize(("make", "theirs", "mine"), TIED)
def test_fields_that_obey_one_rule_are_decided_together(clock, staff, make, theirs, mine):
    record = make()
    form = fill_form(staff.get(address_of(record)), **mine)
    assert send(person("dala", "Administrators"), record, **theirs).status_code == 302
    response = staff.post(address_of(record), form)
    assert response.status_code == 409
    assert len(response.context["choices"]) == 1
    again = post(staff, record, fill_form(response))
    assert again.status_code == 302, errors(again)
    assert not Revision.objects.of(record).waiting().exists()


def test_of_two_files_in_one_place_the_name_type_and_size_go_with_the_file_that_stays(clock, staff):
    document = with_file()
    form = fill_form(staff.get(address_of(document)), **{"versions-0-file": upload("mine.pdf", pdf(pages=2))})
    picture = upload("theirs.jpg", of_colour((40, 30)))
    send(person("dala", "Editors"), document, **{"versions-0-file": picture})
    response = staff.post(address_of(document), form)
    assert response.status_code == 409
    [choice] = response.context["choices"]
    words = {label: (theirs, mine) for label, _was, theirs, mine in choice.versions}
    assert words["Version: Filename"] == ("theirs.jpg", "mine.pdf")
    assert words["Version: File"][0].startswith("JPG (")
    assert not any("edia type" in label or "Pages" in label for label in words)
    assert post(staff, document, fill_form(response)).status_code == 302
    version = document.versions.get()
    assert (version.filename, version.media_type, version.pages) == ("mine.pdf", "application/pdf", 2)
    assert version.size == version.file.size


def test_a_draft_whose_address_was_taken_meanwhile_opens_and_says_so(clock, staff):
    programme = make_programme(title_en="Health", slug="health")
    send(staff, programme, "_draft", slug="wanted", title_en="Migration health")
    link = link_to(staff, programme)
    make_programme(slug="wanted")
    form = staff.get(address_of(programme))
    assert fill_form(form)["slug"] == ["wanted"]
    assert "Migration health" in staff.get(address_of(programme, "preview/page/")).content.decode()
    assert "Migration health" in Client().get(link).content.decode()
    step = confirm(staff, programme)
    assert step.status_code == 200
    assert "Programme with this Address of the page already exists." in step.content.decode()
    refused = staff.post(address_of(programme), fill_form(form, _draft="1"))
    assert errors(refused) == {"slug": ["Programme with this Address of the page already exists."]}
    assert send(staff, programme, "_draft", slug="free").status_code == 302
    confirm(staff, programme)
    assert "Migration health" in read(Client(), "/programmes/free/").text


@pytest.fixture
def programme_of_two(db):
    programme = make_programme(title_en="Health")
    for order, value in enumerate(["1", "2"]):
        make_figure(programme=programme, value=value, order=order, is_headline=value == "2")
    return programme


MOVED = {"figures-0-is_headline": "on", "figures-1-is_headline": None}


def speaks(programme) -> str:
    return programme.figures.get(is_headline=True).value


def test_another_figure_speaks_for_a_programme_in_a_draft(clock, staff, programme_of_two):
    assert send(staff, programme_of_two, "_draft", **MOVED).status_code == 302
    form = fill_form(staff.get(address_of(programme_of_two)))
    assert form["figures-0-is_headline"] == ["on"]
    assert "figures-1-is_headline" not in form
    assert staff.get(address_of(programme_of_two, "preview/page/")).status_code == 200
    assert speaks(programme_of_two) == "2"
    assert confirm(staff, programme_of_two).status_code == 302
    assert speaks(programme_of_two) == "1"


def test_another_figure_speaks_for_a_programme_after_a_colleague_saved_something_else(
    clock, staff, programme_of_two
):
    form = fill_form(staff.get(address_of(programme_of_two)), **MOVED)
    send(person("dala", "Editors"), programme_of_two, title_en="Theirs")
    response = staff.post(address_of(programme_of_two), form)
    assert response.status_code == 409
    assert post(staff, programme_of_two, fill_form(response)).status_code == 302
    assert speaks(programme_of_two) == "1"


def test_of_two_figures_that_are_each_to_speak_the_draft_opens_and_no_figure_is_lost(
    clock, staff, programme_of_two
):
    make_figure(programme=programme_of_two, value="3", order=3)
    send(staff, programme_of_two, "_draft", **MOVED)
    programme_of_two.figures.filter(value="2").update(is_headline=False)
    programme_of_two.figures.filter(value="3").update(is_headline=True)
    response = staff.get(address_of(programme_of_two))
    form = fill_form(response)
    assert [form[f"figures-{number}-value_en"] for number in range(3)] == [["1"], ["2"], ["3"]]
    assert staff.get(address_of(programme_of_two, "preview/page/")).status_code == 200


def test_two_versions_swap_their_languages(clock, staff):
    document = make_document()
    for language in ("en", "lo"):
        make_document_version(document=document, language=language, address=f"https://www.iom.int/{language}")
    form = fill_form(staff.get(address_of(document)))
    languages = {f"versions-{number}-language": form[f"versions-{1 - number}-language"] for number in (0, 1)}
    assert send(staff, document, "_draft", **languages).status_code == 302
    assert staff.get(address_of(document)).status_code == 200
    assert confirm(staff, document).status_code == 302
    assert dict(document.versions.values_list("language", "address")) == {
        "en": "https://www.iom.int/lo",
        "lo": "https://www.iom.int/en",
    }


def test_the_same_version_added_by_two_is_shown_twice_and_refused_until_one_is_changed(clock, staff):
    document = make_document(title_en="Factsheet")
    added = {
        "versions-TOTAL_FORMS": "1",
        "versions-0-language": "en",
        "versions-0-document": str(document.pk),
    }
    send(staff, document, "_draft", **added, **{"versions-0-address": "https://www.iom.int/mine"})
    make_document_version(document=document, address="https://www.iom.int/theirs")
    form = fill_form(staff.get(address_of(document)))
    assert {*form["versions-0-address"], *form["versions-1-address"]} == {
        "https://www.iom.int/mine", "https://www.iom.int/theirs",
    }  # fmt: skip
    refused = send(staff, document, "_draft", title_en="Another title")
    assert errors(refused) == {"dated": ["Two of these have the same language and date."]}
    step = confirm(staff, document)
    # PostgreSQL names the constraint, SQLite the columns.
    told = "Two of its rows cannot stand together|There is one of this language without a date already"
    assert re.search(told, step.content.decode())


def test_a_draft_that_takes_away_a_version_which_a_vacancy_names_meanwhile_says_which(clock, staff):
    version = make_version(form=make_form(title_en="Personal History Form"))
    send(staff, version.form, "_draft", **{"versions-0-DELETE": "on"})
    make_vacancy(title_en="Driver", form=version.form, form_version=version)
    assert staff.get(address_of(version.form)).status_code == 200
    step = confirm(staff, version.form)
    assert "It removes what is used by: Driver." in step.content.decode()
    version.refresh_from_db()


def test_an_earlier_state_leaves_a_figure_with_the_programme_that_has_it_now(clock, staff, programme_of_two):
    send(staff, programme_of_two, title_en="Later")
    state = Revision.objects.of(programme_of_two).states().last()
    other, figure = make_programme(), programme_of_two.figures.get(value="1")
    figure.programme = other
    figure.save()
    page = staff.get(f"{address_of(programme_of_two)}?version={state.pk}")
    assert post(staff, programme_of_two, fill_form(page)).status_code == 302
    assert other.figures.get() == figure
    assert [each.value for each in programme_of_two.figures.all()] == ["2"]


# --- What becomes one by itself ------------------------------------------------------------------


def test_a_scheduled_change_comes_true_though_something_else_was_corrected_meanwhile(clock, staff):
    record = make_vacancy(title_en="As it was", closes_at=CLOSING)
    schedule(staff, record, "2026-06-05T12:00", title_en="As it will be")
    clock.shift(datetime.timedelta(days=1))
    later = {"closing_date": "2026-07-10", "closing_hour": "", "deadline_reason": "Heavy rain."}
    assert take(staff, record, "deadline", **later).status_code == 302
    assert "As it was" in public_page(record)
    clock.shift(datetime.timedelta(days=4))
    page = public_page(record)
    for words in ("As it will be", "10 July 2026", "Heavy rain."):
        assert words in page
    record.refresh_from_db()
    assert record.information_date.iso == "2026-06-01"


def test_notes_for_the_page_of_two_people_both_stay_and_none_stands_twice(clock, staff):
    programme = make_programme(title_en="Health")
    form = fill_form(staff.get(address_of(programme)), title_en="Mine")
    colleague = person("dala", "Editors")
    save_draft(colleague, programme, summary_en="Theirs")
    confirm(colleague, programme, note="Theirs", note_public="on")
    response = staff.post(address_of(programme), form)
    assert response.status_code == 409
    staff.post(address_of(programme), fill_form(response))
    confirm(staff, programme, note="Mine", note_public="on")
    programme.refresh_from_db()
    assert [note["en"] for note in programme.changelog] == ["Mine", "Theirs"]


def test_a_note_of_a_scheduled_change_stays_beside_one_that_was_published_meanwhile(clock, staff):
    programme = make_programme(title_en="Health")
    save_draft(staff, programme, title_en="Later")
    confirm(staff, programme, moment="2026-06-01T13:00", note="Of the change", note_public="on")
    programme.changelog = [{"on": "2026-05-31", "en": "Of the page"}]
    programme.save()
    clock.shift(7200)
    assert "Later" in public_page(programme)
    programme.refresh_from_db()
    assert [note["en"] for note in programme.changelog] == ["Of the change", "Of the page"]


def test_a_note_of_a_scheduled_change_stays_on_the_page_once_a_later_draft_is_published(clock, staff):
    programme = make_programme(title_en="Health")
    save_draft(staff, programme, title_en="Scheduled")
    confirm(staff, programme, moment="2026-06-01T13:00", note="Of the change", note_public="on")
    assert send(staff, programme, "_draft").status_code == 302
    assert not Revision.objects.of(programme).drafts().exists()
    save_draft(staff, programme, summary_en="Later.")
    clock.shift(7200)
    assert "Of the change" in public_page(programme)
    staff.force_login(User.objects.get(username="staff"))
    assert confirm(staff, programme).status_code == 302
    page = public_page(programme)
    assert "Later." in page
    assert "1 June 2026: Of the change" in page


def test_a_note_of_a_scheduled_change_has_the_day_on_which_it_becomes_public(clock, staff):
    programme = make_programme(title_en="Health")
    save_draft(staff, programme, title_en="Scheduled")
    confirm(
        staff, programme, moment="2026-06-03T13:00", note="Of the change", note_public="on", note_lo="ລາວ"
    )
    assert take(staff, programme, "change-time", date="2 June 2026", hour="09:00").status_code == 302
    clock.move_to(datetime.datetime(2026, 6, 2, 3, tzinfo=datetime.UTC))
    assert "2 June 2026: Of the change" in public_page(programme)
    programme.refresh_from_db()
    assert programme.changelog == [{"on": "2026-06-02", "en": "Of the change", "lo": "ລາວ"}]


def test_a_note_of_a_schedule_that_ends_is_asked_for_again(clock, staff):
    replaced, cancelled = make_programme(), make_programme()
    for programme in (replaced, cancelled):
        save_draft(staff, programme, title_en="Scheduled")
        confirm(staff, programme, moment="2026-06-03T13:00", note="Of the change", note_public="on")
    take(staff, cancelled, "cancel-schedule")
    for programme in (replaced, cancelled):
        form = fill_form(staff.get(address_of(programme, "publish/")))
        assert form["note"] == ["Of the change"]
        assert ("note_public" in form) is (programme == replaced)
        assert confirm(staff, programme, note="Another", note_public="on").status_code == 302
        programme.refresh_from_db()
        assert programme.changelog == [{"on": "2026-06-01", "en": "Another"}]
