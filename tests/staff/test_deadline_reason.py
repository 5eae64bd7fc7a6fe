"""A deadline that visitors have seen changes with a reason, in the admin as everywhere."""

import datetime

import pytest

from careers.models.notice import Notice
from careers.models.vacancy import Vacancy
from tests.helpers.admin import address_of, confirm, post, send, take, waiting
from tests.helpers.factories import change_deadline, make_procurement_notice, make_vacancy
from tests.helpers.forms import errors, fill_form
from tests.helpers.pages import read

DAY, SECOND = datetime.timedelta(days=1), datetime.timedelta(seconds=1)
OLD = Notice.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
NEW = Notice.closing_moment(datetime.date(2026, 6, 20))
LATER = {"closing_date": "2026-06-20", "closing_hour": ""}
OLD_IN_WORDS = "Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)"
NEW_IN_WORDS = "end of Saturday 20 June 2026, Vientiane time (UTC+7)"


@pytest.fixture
def notice(clock, db) -> Vacancy:
    """A live vacancy: what is asked of a deadline is the same for every kind of notice."""
    return make_vacancy(closes_at=OLD)


def is_unchanged(notice) -> bool:
    notice.refresh_from_db()
    return notice.closes_at == OLD and not notice.deadline_changes.exists()


def test_a_live_notice_asks_for_a_reason_and_shows_it_with_both_deadlines(staff, notice):
    response = send(staff, notice, **LATER, title_en="Another title")
    assert list(errors(response)) == ["deadline_reason"]
    assert OLD_IN_WORDS in errors(response)["deadline_reason"][0]
    again = fill_form(response, deadline_reason=" Heavy rain cut\r\nthe roads. ")
    assert (again["closing_date"], again["closing_hour"]) == (["2026-06-20"], [""])
    assert again["title_en"] == ["Another title"]
    assert is_unchanged(notice)
    response = post(staff, notice, again)
    assert response.status_code == 302, errors(response)
    change = notice.deadline_changes.get()
    assert (change.before, change.after, change.reason_en) == (OLD, NEW, "Heavy rain cut\nthe roads.")
    page = read(staff, notice.get_absolute_url())
    for words in (OLD_IN_WORDS, NEW_IN_WORDS, "Heavy rain cut the roads."):
        assert words in page
    assert fill_form(staff.get(address_of(notice)))["deadline_reason"] == [""]


def test_only_another_moment_asks_for_a_reason_and_space_is_none(staff, notice):
    form = fill_form(staff.get(address_of(notice)))
    for given, field in (
        ({"closing_hour": "17:01"}, "deadline_reason"),
        ({**LATER, "deadline_reason": "  \r\n"}, "deadline_reason"),
        ({"closing_date": "2026-02-31", "deadline_reason": "Heavy rain."}, "closing_date"),
        ({"deadline_reason": "Heavy rain."}, "deadline_reason"),
    ):
        response = staff.post(address_of(notice), form | given)
        assert list(errors(response)) == [field], given
        assert fill_form(response)["deadline_reason"] == [given.get("deadline_reason", "")]
        assert is_unchanged(notice)
    same = form | {"closing_date": "10 June 2026", "closing_hour": "17.00", "title_en": "Other"}
    assert post(staff, notice, same).status_code == 302
    assert is_unchanged(notice)
    assert notice.title_en == "Other"


def test_a_closed_notice_is_reopened_with_a_reason_and_without_an_outcome(clock, staff):
    notice = make_vacancy(closes_at=OLD, outcome="cancelled")
    clock.move_to(OLD)
    form = fill_form(staff.get(address_of(notice)), **LATER)
    given = {"deadline_reason": "Too few answers."}
    assert list(errors(staff.post(address_of(notice), form | given))) == ["outcome"]
    form |= {"outcome": ""}
    assert list(errors(staff.post(address_of(notice), form))) == ["deadline_reason"]
    assert is_unchanged(notice)
    assert post(staff, notice, form | given).status_code == 302
    assert Vacancy.objects.open(OLD).get() == notice


def test_a_notice_that_visitors_saw_once_asks_though_it_is_withdrawn_now(clock, staff, notice):
    clock.shift(DAY)
    assert take(staff, notice, "withdraw", withdrawal_reason_en="A mistake.").status_code == 302
    form = fill_form(staff.get(address_of(notice)), **LATER)
    for button in ("_draft", "_publish"):
        assert list(errors(staff.post(address_of(notice), form | {button: "1"}))) == ["deadline_reason"]
    assert is_unchanged(notice)
    assert post(staff, notice, form | {"deadline_reason": "Heavy rain."}).status_code == 302
    assert "Heavy rain." in read(staff, notice.get_absolute_url())


def test_what_nobody_has_seen_changes_its_deadline_without_a_reason(clock, staff):
    assert "deadline_reason" not in fill_form(staff.get("/admin/careers/vacancy/add/"))
    notice = make_vacancy(closes_at=OLD, state="draft")
    form = fill_form(staff.get(address_of(notice)), **LATER)
    assert "deadline_reason" not in form
    refused = staff.post(address_of(notice), form | {"title_en": ""})
    assert list(errors(refused)) == ["title_en"]
    assert "deadline_reason" not in fill_form(refused)
    assert staff.post(address_of(notice), form).status_code == 302
    assert confirm(staff, notice).status_code == 302
    notice.refresh_from_db()
    assert notice.closes_at == NEW
    assert not notice.deadline_changes.exists()


def test_a_scheduled_notice_asks_from_the_moment_that_it_is_public(clock, staff):
    begins = OLD - 5 * DAY
    notice = make_vacancy(closes_at=OLD, publish_from=begins)
    clock.move_to(begins - SECOND)
    form = fill_form(staff.get(address_of(notice)), closing_date="2026-06-09", closing_hour="")
    assert "deadline_reason" not in form
    assert post(staff, notice, form).status_code == 302
    confirm(staff, notice, moment="2026-06-05T17:00")
    assert not notice.deadline_changes.exists()
    form = fill_form(staff.get(address_of(notice)), **LATER)
    clock.move_to(begins)
    # Opened before, and sent after.
    response = staff.post(address_of(notice), form)
    assert list(errors(response)) == ["deadline_reason"]
    response = post(staff, notice, fill_form(response, deadline_reason="Heavy rain."))
    assert response.status_code == 302, errors(response)
    earlier = Notice.closing_moment(datetime.date(2026, 6, 9))
    assert notice.deadline_changes.get().before == earlier


def test_a_form_opened_before_a_colleague_changed_the_deadline_does_not_turn_it_back(staff, notice):
    form = fill_form(staff.get(address_of(notice)), title_en="Another title")
    change_deadline(notice, NEW)
    response = staff.post(address_of(notice), form)
    assert response.status_code == 409
    assert "Closes" in response.context["their_labels"]
    assert fill_form(response)["closing_date"] == ["20 June 2026"]
    response = post(staff, notice, fill_form(response))
    assert response.status_code == 302, errors(response)
    notice.refresh_from_db()
    assert (notice.title_en, notice.closes_at) == ("Another title", NEW)
    assert notice.deadline_changes.count() == 1


# --- Afterwards -------------------------------------------------------------------------------


def test_of_a_changed_deadline_only_the_reason_can_be_corrected_and_not_removed(clock, staff):
    notice = make_procurement_notice(closes_at=OLD)
    change_deadline(notice, NEW, "Rain.")
    page = staff.get(address_of(notice, "reasons/"))
    for words in (OLD_IN_WORDS, NEW_IN_WORDS, "1 June 2026, 12:00"):
        assert words in page.content.decode()
    change = notice.deadline_changes.get()
    english, lao = f"reason_en_{change.pk}", f"reason_lo_{change.pk}"
    assert list(page.context["form"].fields) == [english, lao]
    assert list(take(staff, notice, "reasons", **{english: ""}).context["form"].errors) == [english]
    given = {english: "Heavy rain cut the roads.", lao: "ຝົນ"}
    assert take(staff, notice, "reasons", **given).status_code == 302
    change.refresh_from_db()
    assert (change.before, change.after) == (OLD, NEW)
    assert (change.reason_en, change.reason_lo) == ("Heavy rain cut the roads.", "ຝົນ")


def test_a_reason_that_a_command_did_not_give_can_be_added_or_left(staff, notice):
    notice.closes_at = NEW
    notice.save()
    assert send(staff, notice, title_en="Another title").status_code == 302
    change = notice.deadline_changes.get()
    for reason in ("", "Rain."):
        assert take(staff, notice, "reasons", **{f"reason_en_{change.pk}": reason}).status_code == 302
        change.refresh_from_db()
        assert (change.reason or "") == reason


def test_a_form_opened_before_the_notice_was_published_and_changed_can_still_be_saved(clock, staff):
    notice = make_vacancy(closes_at=OLD, state="draft")
    form = fill_form(staff.get(address_of(notice)), **LATER, title_en="Another title")
    notice.state = "published"
    notice.save()
    clock.shift(60)
    change_deadline(notice, NEW, "Rain.")
    response = staff.post(address_of(notice), form)
    assert list(errors(response)) == ["deadline_reason"]
    response = staff.post(address_of(notice), fill_form(response, deadline_reason="Heavy rain."))
    assert response.status_code == 409
    response = post(staff, notice, fill_form(response))
    assert response.status_code == 302, errors(response)
    notice.refresh_from_db()
    assert notice.title_en == "Another title"
    assert notice.deadline_changes.get().reason == "Rain."


# --- In a draft -------------------------------------------------------------------------------


def test_the_reason_that_a_draft_holds_is_shown_and_can_be_corrected(staff, notice):
    response = send(staff, notice, "_draft", **LATER, deadline_reason="More time.")
    assert response.status_code == 302, errors(response)
    form = fill_form(staff.get(address_of(notice)))
    assert form["deadline_reason"] == ["More time."]
    response = staff.post(address_of(notice), form | {"deadline_reason": "Heavy rain.", "_draft": "1"})
    assert response.status_code == 302, errors(response)
    assert waiting(notice).data["carried"] == {"deadline_reason": "Heavy rain."}
    assert confirm(staff, notice).status_code == 302
    assert notice.deadline_changes.get().reason == "Heavy rain."


def test_a_draft_is_asked_for_a_reason_by_what_visitors_have_seen(staff, notice):
    send(staff, notice, "_draft", **LATER, deadline_reason="More time.")
    form = fill_form(staff.get(address_of(notice)), _draft="1", deadline_reason="")
    for given in ({"closing_date": "2026-06-21"}, {}):
        assert list(errors(staff.post(address_of(notice), form | given))) == ["deadline_reason"]
    back = {"closing_date": "2026-06-10", "closing_hour": "17:00", "deadline_reason": "More time."}
    response = staff.post(address_of(notice), form | back)
    assert response.status_code == 302, errors(response)
    assert waiting(notice).data["carried"] == {"deadline_reason": ""}
    response = send(staff, notice, "_draft", deadline_reason="Heavy rain.")
    assert list(errors(response)) == ["deadline_reason"]
    assert is_unchanged(notice)
