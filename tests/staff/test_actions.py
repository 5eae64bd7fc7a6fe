"""Publishing, withdrawing, closing and so on by one button on a small page."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client

from iomlaos.publishing.models import Revision
from tests.helpers.admin import address_of, person, send, take, waiting
from tests.helpers.drafts import public_page, publish, save_draft, schedule
from tests.helpers.factories import make_page, make_procurement_notice, make_programme, make_vacancy
from tests.helpers.forms import errors

pytestmark = pytest.mark.django_db

OPEN = datetime.datetime(2026, 7, 1, 17, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
REASON = {"withdrawal_reason_en": "A mistake."}
LATER = {"closing_date": "2026-07-10", "closing_hour": "", "deadline_reason": "Too few applied."}


def steps_on(client: Client, record) -> list[str]:
    return [step.name for step in client.get(address_of(record)).context.get("steps", [])]


def test_each_step_is_offered_where_it_can_be_taken(clock, staff):
    assert steps_on(staff, make_programme(state="draft")) == ["publish", "schedule"]
    assert steps_on(staff, make_programme()) == ["withdraw"]
    scheduled = make_programme(publish_from=datetime.datetime(2026, 6, 2, tzinfo=datetime.UTC))
    assert steps_on(staff, scheduled) == ["publish", "unschedule", "withdraw"]
    assert steps_on(staff, make_vacancy(closes_at=OPEN)) == ["deadline", "close", "withdraw"]
    changed = make_programme()
    save_draft(staff, changed, title_en="Later")
    assert steps_on(staff, changed) == ["publish", "schedule", "withdraw", "discard"]


def test_a_contributor_is_offered_no_step_and_refused_each(clock):
    desk, programme = person("souk", "Contributors"), make_programme()
    assert steps_on(desk, programme) == []
    for step in ("publish", "schedule", "unschedule", "give-back", "withdraw", "discard"):
        assert desk.post(address_of(programme, f"step/{step}/"), REASON).status_code == 403, step
    assert public_page(programme).status == 200


# --- Publishing and scheduling ------------------------------------------------------------------


def test_what_nobody_sees_yet_is_published_at_once(clock, staff):
    scheduled, withdrawn = make_programme(publish_from=OPEN), make_programme(state="withdrawn", **REASON)
    assert take(staff, scheduled, "publish").status_code == 302
    assert public_page(scheduled).status == 200
    save_draft(staff, withdrawn, title_en="As it is now")
    assert take(staff, withdrawn, "publish").status_code == 302
    assert "As it is now" in public_page(withdrawn)


@pytest.mark.parametrize(
    ("step", "given"), [("publish", {}), ("schedule", {"publish_at": "2026-06-01T13:00"})]
)
def test_a_draft_of_a_page_that_was_withdrawn_meanwhile_makes_it_public_again(clock, staff, step, given):
    programme = make_programme()
    save_draft(staff, programme, title_en="As it is now")
    take(staff, programme, "withdraw", **REASON)
    assert take(staff, programme, step, **given).status_code == 302
    clock.shift(7200)
    assert "As it is now" in public_page(programme)


def test_a_withdrawal_takes_the_draft_beside_it_off_the_schedule(clock, staff):
    programme = make_programme()
    schedule(staff, programme, "2026-06-01T13:00", title_en="Later")
    take(staff, programme, "withdraw", **REASON)
    clock.shift(7200)
    assert public_page(programme).status == 410
    draft = waiting(programme)
    assert (draft.publish_at, draft.failure_reason) == (None, "")


@pytest.mark.parametrize("state", ["draft", "published"])
def test_what_would_be_taken_down_by_then_is_neither_published_nor_scheduled(clock, staff, state):
    programme = make_programme(state=state, publish_until=datetime.datetime(2026, 6, 2, tzinfo=datetime.UTC))
    if state == "published":
        save_draft(staff, programme, title_en="Later")
    response = take(staff, programme, "schedule", publish_at="2026-06-03T13:00")
    assert response.context["form"].errors
    clock.shift(2 * DAY)
    response = take(person("bounmy", "Editors"), programme, "publish")
    assert response.context["form"].errors


def test_a_draft_is_scheduled_for_a_later_moment_taken_off_the_schedule_and_published(clock, staff):
    programme = make_programme(title_en="As it was")
    save_draft(staff, programme, title_en="As it is now")
    response = take(staff, programme, "schedule", publish_at="2026-06-01T11:00")
    assert list(response.context["form"].errors) == ["publish_at"]
    assert 'value="2026-06-01T11:00"' in response.content.decode()
    assert take(staff, programme, "schedule", publish_at="2026-06-01T13:00").status_code == 302
    assert waiting(programme).publish_at == datetime.datetime(2026, 6, 1, 6, tzinfo=datetime.UTC)
    assert take(staff, programme, "unschedule").status_code == 302
    clock.shift(7200)
    assert "As it was" in public_page(programme)
    assert take(staff, programme, "publish").status_code == 302
    assert "As it is now" in public_page(programme)


def test_a_notice_that_closes_before_it_would_be_public_is_not_scheduled(clock, staff):
    notice = make_vacancy(state="draft", closes_at=OPEN)
    response = take(staff, notice, "schedule", publish_at="2026-07-02T12:00")
    assert len(response.context["form"].non_field_errors()) == 1
    assert list(errors(schedule(staff, notice, "2026-07-02T12:00"))) == ["publish_from"]
    assert take(staff, notice, "schedule", publish_at="2026-07-01T23:59").status_code == 302


@pytest.mark.parametrize("by", ["step", "form"])
def test_who_publishes_a_notice_that_has_closed_is_warned(clock, staff, by):
    def is_warned(closes_at: datetime.datetime) -> bool:
        notice = make_vacancy(state="draft", closes_at=closes_at, submission_email="jobs@example.org")
        response = take(staff, notice, "publish") if by == "step" else publish(staff, notice)
        assert response.status_code == 302
        return any(message.level_tag == "warning" for message in get_messages(response.wsgi_request))

    assert is_warned(OPEN - 40 * DAY)
    assert not is_warned(OPEN)


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
    again = staff.get(address_of(programme, "step/withdraw/"))
    assert (again.status_code, again["Location"]) == (302, address_of(programme))


def test_a_page_that_others_link_to_is_not_withdrawn(clock, staff):
    page = make_page(slug="privacy")
    assert take(staff, page, "withdraw", **REASON).context["form"].errors
    assert public_page(page).status == 200


def test_what_breaks_a_rule_is_not_withdrawn(clock, staff):
    notice = make_vacancy(closes_at=OPEN, outcome="cancelled")
    assert take(staff, notice, "withdraw", **REASON).context["form"].errors
    assert public_page(notice).status == 200


def test_a_step_on_what_somebody_changed_meanwhile_is_asked_again_with_what_was_typed(clock, staff):
    programme = make_programme(title_en="As it was")
    page = staff.get(address_of(programme, "step/withdraw/"))
    publish(person("bounmy", "Editors"), programme, title_en="By a colleague")
    sent = {"_source": page.context["source"], "withdrawal_reason_en": "Typed."}
    response = staff.post(address_of(programme, "step/withdraw/"), sent)
    assert response.status_code == 409
    assert 'value="Typed."' in response.content.decode()
    assert public_page(programme).status == 200
    again = sent | {"_source": response.context["source"]}
    assert staff.post(address_of(programme, "step/withdraw/"), again).status_code == 302
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
    assert "Questions are no longer taken." in page
    clock.shift(60)
    assert send(staff, notice, outcome="cancelled").status_code == 302


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
    assert "closes in" in public_page(notice)


def test_a_notice_that_is_decided_is_not_opened_again_and_the_reason_stays_typed(clock, staff):
    notice = make_vacancy(closes_at=OPEN - 40 * DAY, outcome="filled")
    response = take(staff, notice, "deadline", **LATER)
    assert list(response.context["form"].errors) == ["closing_date"]
    assert "Too few applied." in response.content.decode()
    assert "Closed" in public_page(notice)
