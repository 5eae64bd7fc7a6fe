"""Actions on a record, each on a small page: what is offered, and what visitors then see."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from iomlaos.publishing.models import Revision
from programmes.models import Programme
from tests.helpers.admin import address_of, confirm, person, take, waiting
from tests.helpers.drafts import public_page, publish, save_draft, schedule
from tests.helpers.factories import (
    make_award,
    make_figure,
    make_procurement_notice,
    make_programme,
    make_vacancy,
)

pytestmark = pytest.mark.django_db

OPEN = datetime.datetime(2026, 7, 1, 17, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
REASON = {"withdrawal_reason_en": "A mistake."}
LATER = {"closing_date": "2026-07-10", "closing_hour": "", "deadline_reason": "Too few applied."}


def actions_on(client: Client, record) -> list[str]:
    return [action.name for action in client.get(address_of(record)).context.get("actions", [])]


def test_each_action_is_offered_where_it_can_be_taken(clock, staff):
    assert actions_on(staff, make_programme(state="draft")) == ["publish", "submit"]
    assert actions_on(staff, make_programme()) == ["take-down", "withdraw"]
    scheduled = make_programme(publish_from=datetime.datetime(2026, 6, 2, tzinfo=datetime.UTC))
    assert actions_on(staff, scheduled) == ["publish", "change-time", "cancel-schedule", "take-down"]
    assert actions_on(staff, make_vacancy(closes_at=OPEN)) == ["withdraw", "deadline", "close"]
    assert actions_on(staff, make_vacancy(closes_at=OPEN - 40 * DAY)) == ["withdraw", "deadline", "outcome"]
    changed = make_programme()
    save_draft(staff, changed, title_en="Later")
    assert actions_on(staff, changed) == ["publish", "submit", "take-down", "withdraw", "delete-draft"]


def test_a_contributor_submits_and_deletes_a_draft_of_their_own_and_is_refused_the_rest(clock, staff):
    desk, programme = person("souk", "Contributors"), make_programme()
    save_draft(desk, programme, title_en="Mine")
    assert actions_on(desk, programme) == ["submit", "delete-draft"]
    for action in ("publish", "cancel-schedule", "change-time", "return", "withdraw", "take-down"):
        assert desk.post(address_of(programme, f"{action}/"), REASON).status_code == 403, action
    save_draft(staff, programme, title_en="Not theirs")
    assert actions_on(desk, programme) == ["submit"]
    assert desk.get(address_of(programme, "delete-draft/")).status_code == 403
    assert public_page(programme).status == 200


# --- Publishing and scheduling ------------------------------------------------------------------


def test_what_nobody_sees_yet_is_published_at_once(clock, staff):
    scheduled, withdrawn = make_programme(publish_from=OPEN), make_programme(state="withdrawn", **REASON)
    assert confirm(staff, scheduled).status_code == 302
    assert public_page(scheduled).status == 200
    save_draft(staff, withdrawn, title_en="As it is now")
    assert confirm(staff, withdrawn).status_code == 302
    assert "As it is now" in public_page(withdrawn)


def test_a_draft_of_a_page_that_was_withdrawn_meanwhile_makes_it_public_again(clock, staff):
    for moment in ("", "2026-06-01T13:00"):
        programme = make_programme()
        save_draft(staff, programme, title_en="As it is now")
        take(staff, programme, "withdraw", **REASON)
        assert confirm(staff, programme, moment=moment).status_code == 302
    clock.shift(3600)
    for programme in Programme.objects.all():
        assert "As it is now" in public_page(programme)


def test_a_withdrawal_takes_a_scheduled_change_off_the_schedule(clock, staff):
    programme = make_programme()
    schedule(staff, programme, "2026-06-01T13:00", title_en="Later")
    take(staff, programme, "withdraw", **REASON)
    clock.shift(7200)
    assert public_page(programme).status == 410
    assert waiting(programme).data["fields"]["title_en"] == "Later"


def test_a_page_is_taken_down_at_its_time_and_published_again_without_an_end(clock, staff):
    programme = make_programme()
    assert take(staff, programme, "take-down", date="2 June 2026").context["form"].errors
    assert take(staff, programme, "take-down", date="2 June 2026", hour="10:00").status_code == 302
    save_draft(staff, programme, title_en="As it is now")
    response = confirm(staff, programme, moment="2026-06-03T13:00")
    assert "taken down before that" in response.context["form"].non_field_errors()[0]
    clock.shift(2 * DAY)
    assert public_page(programme).status == 410
    staff.force_login(User.objects.get())
    assert confirm(staff, programme).status_code == 302
    assert "As it is now" in public_page(programme)


def test_the_time_at_which_a_page_is_taken_down_is_removed_again(clock, staff):
    programme = make_programme(publish_until=OPEN)
    assert take(staff, programme, "take-down", date="", hour="").status_code == 302
    programme.refresh_from_db()
    assert programme.publish_until is None


def test_a_notice_that_closes_before_it_would_be_public_is_not_scheduled(clock, staff):
    notice = make_vacancy(state="draft", closes_at=OPEN)
    response = confirm(staff, notice, moment="2026-07-02T12:00")
    assert "it has closed" in response.context["form"].non_field_errors()[0]
    assert confirm(staff, notice, moment="2026-07-01T23:59").status_code == 302


# --- Looked at before publishing ------------------------------------------------------------------


def words_before(client: Client, record) -> list[str]:
    page = client.get(address_of(record, "publish/"))
    return [field for field, _words in page.context["form"].warnings]


def test_a_notice_without_a_text_a_way_to_apply_or_time_left_is_published_only_by_a_tick(clock, staff):
    empty = make_vacancy(state="draft", closes_at=OPEN, body_en="")
    assert words_before(staff, empty) == ["body_en", "submission_email"]
    response = confirm(staff, empty, anyway="")
    assert list(response.context["form"].errors) == ["anyway"]
    assert public_page(empty).status == 404
    assert confirm(staff, empty).status_code == 302
    assert public_page(empty).status == 200
    whole = {"body_en": "<p>Drives.</p>", "submission_email": "jobs@example.org", "state": "draft"}
    assert words_before(staff, make_vacancy(closes_at=OPEN - 40 * DAY, **whole)) == ["closing_date"]
    assert words_before(staff, make_vacancy(closes_at=OPEN, **whole)) == []
    assert (
        words_before(staff, make_vacancy(closes_at=OPEN, **whole | {"body_en": "", "context_en": "<p>C</p>"}))
        == []
    )


def test_an_award_without_a_supplier_and_a_figure_without_a_caption_are_named(clock, staff):
    tender = make_procurement_notice(
        state="draft", closes_at=OPEN - 40 * DAY, outcome="awarded", body_en="<p>Pumps.</p>"
    )
    assert words_before(staff, tender) == ["closing_date", "outcome"]
    make_award(notice=tender)
    assert words_before(staff, tender) == ["closing_date"]
    programme = make_programme()
    make_figure(programme=programme, value="1", caption_en="")
    save_draft(staff, programme, title_en="Another title")
    assert words_before(staff, programme) == []
    added = {"figures-TOTAL_FORMS": "2", "figures-1-value_en": "2", "figures-1-order": "1"}
    save_draft(staff, programme, **added, **{"figures-1-programme": str(programme.pk)})
    assert words_before(staff, programme) == ["figures"]


# --- Withdrawing ----------------------------------------------------------------------------------


def test_withdrawing_needs_a_reason_which_its_address_gives(clock, staff):
    programme = make_programme()
    response = take(staff, programme, "withdraw")
    assert list(response.context["form"].errors) == ["withdrawal_reason_en"]
    assert take(staff, programme, "withdraw", **REASON).status_code == 302
    page = public_page(programme)
    assert page.status == 410
    assert "A mistake." in page
    assert Revision.objects.of(programme).states().first().event == "withdrawn"
    again = staff.get(address_of(programme, "withdraw/"))
    assert (again.status_code, again["Location"]) == (302, address_of(programme))


def test_what_breaks_a_rule_is_not_withdrawn(clock, staff):
    notice = make_vacancy(closes_at=OPEN, outcome="cancelled")
    assert take(staff, notice, "withdraw", **REASON).context["form"].errors
    assert public_page(notice).status == 200


def test_a_step_on_what_somebody_changed_meanwhile_is_asked_again_with_what_was_typed(clock, staff):
    programme = make_programme(title_en="As it was")
    page = staff.get(address_of(programme, "withdraw/"))
    publish(person("bounmy", "Editors"), programme, title_en="By a colleague")
    hidden = {"_source": page.context["source"], "_current": page.context["current"]}
    sent = {**hidden, "withdrawal_reason_en": "Typed."}
    response = staff.post(address_of(programme, "withdraw/"), sent)
    assert response.status_code == 409
    assert 'value="Typed."' in response.content.decode()
    assert public_page(programme).status == 200
    again = sent | {"_source": response.context["source"], "_current": response.context["current"]}
    assert staff.post(address_of(programme, "withdraw/"), again).status_code == 302
    assert public_page(programme).status == 410


# --- Deadlines ------------------------------------------------------------------------------------


def test_a_notice_is_extended_with_a_reason(clock, staff):
    notice = make_vacancy(closes_at=OPEN)
    later = {"closing_date": "2026-07-10", "closing_hour": "17:00"}
    response = take(staff, notice, "deadline", **later)
    assert list(response.context["form"].errors) == ["deadline_reason"]
    assert take(staff, notice, "deadline", **later, deadline_reason="Heavy rain.").status_code == 302
    page = public_page(notice)
    assert "10 July 2026" in page
    assert "17:00" in page
    assert "Heavy rain." in page


def test_a_notice_is_closed_at_once_before_the_office_opens_on_the_day_of_its_posting(clock, staff):
    notice = make_vacancy(closes_at=OPEN, posted_on=datetime.date(2026, 6, 2), title_en="A notice")
    clock.move_to(datetime.datetime(2026, 6, 1, 23, 30, 30, tzinfo=datetime.UTC))
    staff.force_login(User.objects.get())
    assert take(staff, notice, "close", deadline_reason="The post was cut.").status_code == 302
    page = public_page(notice)
    assert "Closed" in page
    assert "The post was cut." in page
    assert "A notice" not in Client().get("/careers/calendar.ics").content.decode()


def test_a_tender_is_closed_at_once_though_its_questions_and_its_meeting_lie_ahead(clock, staff):
    notice = make_procurement_notice(closes_at=OPEN, clarifications_until=OPEN - DAY, pre_bid_at=OPEN - DAY)
    response = take(staff, notice, "close", deadline_reason="Cancelled.")
    assert response.status_code == 302, response.context["form"].errors
    page = public_page(notice)
    assert "Closed" in page
    assert "We no longer accept offers." in page
    clock.shift(60)
    assert take(staff, notice, "outcome", outcome="cancelled").status_code == 302
    assert "Cancelled" in public_page(notice)


def test_a_deadline_before_the_end_of_questions_is_refused_with_the_name_of_that_field(clock, staff):
    notice = make_procurement_notice(closes_at=OPEN, clarifications_until=OPEN - DAY)
    response = take(staff, notice, "deadline", **LATER | {"closing_date": "2026-06-20"})
    [message] = response.context["form"].non_field_errors()
    assert message.startswith("Questions until")


def test_a_notice_that_is_not_decided_is_opened_again_by_another_deadline(clock, staff):
    notice = make_vacancy(closes_at=OPEN - 40 * DAY, outcome="under-review")
    assert take(staff, notice, "deadline", **LATER).status_code == 302
    notice.refresh_from_db()
    assert notice.outcome == ""
    assert "days left" in public_page(notice)


def test_a_notice_that_is_decided_is_not_opened_again_and_the_reason_stays_typed(clock, staff):
    notice = make_vacancy(closes_at=OPEN - 40 * DAY, outcome="filled")
    response = take(staff, notice, "deadline", **LATER)
    assert list(response.context["form"].errors) == ["closing_date"]
    assert "Too few applied." in response.content.decode()
    assert "Closed" in public_page(notice)
