"""A deadline that visitors have seen changes with a reason, in the admin as everywhere."""

import datetime

import pytest

from careers.models import Opportunity
from iomlaos.publishing.models import Revision
from tests.factories import change_deadline, make_procurement_notice, make_vacancy
from tests.reading import read

from .filled import errors, filled
from .test_steps import take

DAY, SECOND = datetime.timedelta(days=1), datetime.timedelta(seconds=1)
OLD = Opportunity.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
NEW = Opportunity.closing_moment(datetime.date(2026, 6, 20))
LATER = {"closing_date": "2026-06-20", "closing_hour": ""}
ASKED = (
    "Visitors have seen the deadline: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7). Say why it "
    "changes; the page shows the old one, the new one and the reason."
)
OLD_IN_WORDS = "Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)"
NEW_IN_WORDS = "end of Saturday 20 June 2026, Vientiane time (UTC+7)"


@pytest.fixture(params=[make_vacancy, make_procurement_notice])
def make_notice(request):
    return lambda **given: request.param(**{"closes_at": OLD} | given)


def address_of(notice) -> str:
    return f"/admin/careers/{notice._meta.model_name}/{notice.pk}/change/"


def send(staff, notice, **given):
    return staff.post(address_of(notice), filled(staff.get(address_of(notice)), **given))


def is_unchanged(notice) -> bool:
    notice.refresh_from_db()
    return notice.closes_at == OLD and not notice.deadline_changes.exists()


def test_a_live_notice_asks_why_and_keeps_what_was_typed(clock, staff, make_notice):
    notice = make_notice()
    response = send(staff, notice, **LATER, title_en="Another title")
    assert errors(response) == {"deadline_reason": [ASKED]}
    again = filled(response)
    assert (again["closing_date"], again["closing_hour"]) == (["2026-06-20"], [""])
    assert again["title_en"] == ["Another title"]
    assert is_unchanged(notice)
    response = staff.post(address_of(notice), filled(response, deadline_reason="Heavy rain."))
    assert response.status_code == 302, errors(response)
    assert notice.deadline_changes.get().reason == "Heavy rain."


def test_a_reason_changes_it_in_the_open(clock, staff, make_notice):
    notice = make_notice()
    response = send(staff, notice, **LATER, deadline_reason=" Heavy rain cut\r\nthe roads. ")
    assert response.status_code == 302, errors(response)
    change = notice.deadline_changes.get()
    assert (change.before, change.after, change.reason_en) == (OLD, NEW, "Heavy rain cut\nthe roads.")
    page = read(staff, notice.get_absolute_url())
    for words in (OLD_IN_WORDS, NEW_IN_WORDS, "Heavy rain cut the roads."):
        assert words in page
    assert filled(staff.get(address_of(notice)))["deadline_reason"] == [""]


@pytest.mark.parametrize("reason", ["", "   ", "\r\n"])
def test_space_is_no_reason(clock, staff, make_notice, reason):
    notice = make_notice()
    assert errors(send(staff, notice, **LATER, deadline_reason=reason)) == {"deadline_reason": [ASKED]}
    assert is_unchanged(notice)


def test_another_hour_of_the_same_day_is_another_deadline(clock, staff, make_notice):
    notice = make_notice()
    assert list(errors(send(staff, notice, closing_hour="17:01"))) == ["deadline_reason"]
    assert list(errors(send(staff, notice, closing_hour=""))) == ["deadline_reason"]
    assert is_unchanged(notice)


def test_the_same_deadline_in_other_words_is_no_change(clock, staff, make_notice):
    notice = make_notice()
    response = send(staff, notice, closing_date="10 June 2026", closing_hour="17:00", title_en="Other")
    assert response.status_code == 302, errors(response)
    assert is_unchanged(notice)


def test_a_reason_without_a_change_is_not_lost_without_a_word(clock, staff, make_notice):
    notice = make_notice()
    response = send(staff, notice, deadline_reason="Heavy rain.")
    assert list(errors(response)) == ["deadline_reason"]
    assert "The deadline has not changed." in errors(response)["deadline_reason"][0]
    assert filled(response)["deadline_reason"] == ["Heavy rain."]
    assert is_unchanged(notice)


def test_a_closed_notice_is_reopened_with_a_reason_alone(clock, staff, make_notice):
    notice = make_notice()
    clock.move_to(OLD)
    assert errors(send(staff, notice, **LATER)) == {"deadline_reason": [ASKED]}
    assert is_unchanged(notice)
    assert send(staff, notice, **LATER, deadline_reason="Too few answers.").status_code == 302
    assert type(notice).objects.open(OLD).get() == notice
    assert "Too few answers." in read(staff, notice.get_absolute_url())


def test_a_notice_that_is_reopened_has_no_outcome(clock, staff, make_notice):
    notice = make_notice(outcome="cancelled")
    clock.move_to(OLD)
    response = send(staff, notice, **LATER, deadline_reason="It is needed after all.")
    assert list(errors(response)) == ["outcome"]
    response = send(staff, notice, **LATER, deadline_reason="It is needed after all.", outcome="")
    assert response.status_code == 302


@pytest.mark.parametrize("hidden", ["withdrawn", "draft"])
def test_a_notice_that_was_seen_asks_though_it_is_hidden_now_or_published_again(
    clock, staff, make_notice, hidden
):
    notice = make_notice()
    clock.shift(DAY)
    if hidden == "withdrawn":
        assert take(staff, notice, "withdraw", withdrawal_reason_en="A mistake.").status_code == 302
    else:
        assert send(staff, notice, state=hidden).status_code == 302
    assert errors(send(staff, notice, **LATER)) == {"deadline_reason": [ASKED]}
    assert errors(send(staff, notice, **LATER, state="published")) == {"deadline_reason": [ASKED]}
    assert is_unchanged(notice)
    response = send(staff, notice, **LATER, state="published", deadline_reason="Heavy rain.")
    assert response.status_code == 302, errors(response)
    assert "Heavy rain." in read(staff, notice.get_absolute_url())


def test_a_draft_changes_its_deadline_without_a_word(clock, staff, make_notice):
    notice = make_notice(state="draft")
    assert "deadline_reason" not in filled(staff.get(address_of(notice)))
    assert send(staff, notice, **LATER, state="published").status_code == 302
    notice.refresh_from_db()
    assert notice.closes_at == NEW
    assert not notice.deadline_changes.exists()


def test_a_draft_that_cannot_be_published_yet_is_not_asked_why(clock, staff, make_notice):
    notice = make_notice(state="draft")
    response = send(staff, notice, **LATER, state="published", title_en="")
    assert list(errors(response)) == ["title_en"]
    assert "deadline_reason" not in filled(response)


def test_a_new_notice_is_not_asked_why(clock, staff, make_notice):
    address = address_of(make_notice()).rsplit("/", 3)[0] + "/add/"
    assert "deadline_reason" not in filled(staff.get(address))


def test_a_scheduled_notice_asks_from_the_moment_that_it_is_public(clock, staff, make_notice):
    begins = OLD - 5 * DAY
    notice = make_notice(publish_from=begins)
    clock.move_to(begins - SECOND)
    assert "deadline_reason" not in filled(staff.get(address_of(notice)))
    earlier = Opportunity.closing_moment(datetime.date(2026, 6, 9))
    assert send(staff, notice, closing_date="2026-06-09", closing_hour="").status_code == 302
    notice.refresh_from_db()
    assert notice.closes_at == earlier
    assert not notice.deadline_changes.exists()
    form = filled(staff.get(address_of(notice)), **LATER)
    clock.move_to(begins)
    # Opened before, and sent after.
    response = staff.post(address_of(notice), form)
    assert list(errors(response)) == ["deadline_reason"]
    assert "deadline_reason" in filled(response)
    assert send(staff, notice, **LATER, deadline_reason="Heavy rain.").status_code == 302
    assert notice.deadline_changes.get().before == earlier


def test_a_form_that_a_colleague_has_overtaken_does_not_turn_the_deadline_back(clock, staff, make_notice):
    notice = make_notice()
    form = filled(staff.get(address_of(notice)), title_en="Another title")
    change_deadline(notice, NEW)
    response = staff.post(address_of(notice), form)
    assert response.status_code == 409
    assert NEW_IN_WORDS in response.content.decode()
    assert filled(response)["closing_date"] == ["2026-06-20"]
    response = staff.post(address_of(notice), filled(response))
    assert response.status_code == 302, errors(response)
    notice.refresh_from_db()
    assert (notice.title_en, notice.closes_at) == ("Another title", NEW)
    assert notice.deadline_changes.count() == 1


def test_what_is_wrong_with_the_date_itself_stands_beside_the_date(clock, staff, make_notice):
    notice = make_notice()
    response = send(staff, notice, closing_date="2026-02-31", deadline_reason="Heavy rain.")
    assert list(errors(response)) == ["closing_date"]
    assert filled(response)["deadline_reason"] == ["Heavy rain."]
    assert is_unchanged(notice)


# --- Afterwards -------------------------------------------------------------------------------


def test_a_changed_deadline_is_shown_as_it_was_and_only_its_reason_can_be_put_better(
    clock, staff, make_notice
):
    notice = make_notice()
    change_deadline(notice, NEW, "Rain.")
    page = staff.get(address_of(notice))
    assert OLD_IN_WORDS in page.content.decode()
    assert NEW_IN_WORDS in page.content.decode()
    assert "1 June 2026, 12:00" in page.content.decode()
    offered = {name.removeprefix("deadline_changes-0-") for name in filled(page) if "_changes-0-" in name}
    owner = "vacancy" if hasattr(notice, "grade") else "procurement_notice"
    assert offered == {"id", owner, "reason_en", "reason_lo"}
    response = send(
        staff, notice,
        **{
            "deadline_changes-0-reason_en": "Heavy rain cut the roads.", "deadline_changes-0-reason_lo": "ຝົນ",
            "deadline_changes-0-before": "2020-01-01", "deadline_changes-0-DELETE": "on",
            "deadline_changes-TOTAL_FORMS": "2", "deadline_changes-1-reason_en": "Added by hand.",
        },
    )  # fmt: skip
    assert response.status_code == 302, errors(response)
    change = notice.deadline_changes.get()
    assert (change.before, change.after) == (OLD, NEW)
    assert (change.reason_en, change.reason_lo) == ("Heavy rain cut the roads.", "ຝົນ")


def test_a_reason_that_was_given_cannot_be_taken_back(clock, staff, make_notice):
    notice = make_notice()
    change_deadline(notice, NEW, "Rain.")
    response = send(staff, notice, **{"deadline_changes-0-reason_en": ""})
    assert errors(response) == {"reason_en": ["This field is required."]}
    assert notice.deadline_changes.get().reason == "Rain."


def test_a_reason_that_a_command_did_not_give_can_be_added_or_left(clock, staff, make_notice):
    notice = make_notice()
    notice.closes_at = NEW
    notice.save()
    assert send(staff, notice, title_en="Another title").status_code == 302
    assert send(staff, notice, **{"deadline_changes-0-reason_en": "Rain."}).status_code == 302
    assert notice.deadline_changes.get().reason == "Rain."


def test_a_form_that_was_opened_before_the_first_change_can_still_be_saved(clock, staff, make_notice):
    notice = make_notice(state="draft")
    form = filled(staff.get(address_of(notice)), **LATER, title_en="Another title", state="published")
    notice.state = "published"
    notice.save()
    clock.shift(60)
    change_deadline(notice, NEW, "Rain.")
    response = staff.post(address_of(notice), form)
    assert list(errors(response)) == ["deadline_reason"]
    response = staff.post(address_of(notice), filled(response, deadline_reason="Heavy rain."))
    assert response.status_code == 409
    response = staff.post(address_of(notice), filled(response))
    assert response.status_code == 302, errors(response)
    notice.refresh_from_db()
    assert notice.title_en == "Another title"
    assert notice.deadline_changes.get().reason == "Rain."


def test_a_refused_form_still_says_how_the_notice_stands(clock, staff, make_notice):
    notice = make_notice()
    page = send(staff, notice, **LATER, state="draft").content.decode()
    assert f"Open · {OLD_IN_WORDS} · 9 days left" in page


# --- In a draft -------------------------------------------------------------------------------


def kept(notice) -> dict:
    return Revision.objects.of(notice).waiting().get().data


def test_the_reason_that_a_draft_holds_is_shown_and_can_be_put_better(clock, staff, make_notice):
    notice = make_notice()
    response = send(staff, notice, **LATER, deadline_reason="More time.", _draft="1")
    assert response.status_code == 302, errors(response)
    assert filled(staff.get(address_of(notice)))["deadline_reason"] == ["More time."]
    response = send(staff, notice, deadline_reason="Heavy rain.", _draft="1")
    assert response.status_code == 302, errors(response)
    assert kept(notice)["carried"] == {"deadline_reason": "Heavy rain."}
    assert send(staff, notice, _publish="1").status_code == 302
    assert notice.deadline_changes.get().reason == "Heavy rain."


def test_a_draft_is_asked_for_a_reason_by_what_visitors_have_seen(clock, staff, make_notice):
    notice = make_notice()
    send(staff, notice, **LATER, deadline_reason="More time.", _draft="1")
    response = send(staff, notice, closing_date="2026-06-21", deadline_reason="", _draft="1")
    assert errors(response) == {"deadline_reason": [ASKED]}
    response = send(staff, notice, deadline_reason="", _draft="1")
    assert errors(response) == {"deadline_reason": [ASKED]}
    back = {"closing_date": "2026-06-10", "closing_hour": "17:00"}
    response = send(staff, notice, **back, _draft="1")
    assert response.status_code == 302, errors(response)
    assert kept(notice)["carried"] == {"deadline_reason": ""}
    response = send(staff, notice, deadline_reason="Heavy rain.", _draft="1")
    assert list(errors(response)) == ["deadline_reason"]
    assert is_unchanged(notice)
