"""Publishing, withdrawing, closing and so on by one button on a small page."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from iomlaos.publishing.models import Revision
from tests.factories import make_page, make_procurement_notice, make_programme, make_vacancy
from tests.reading import read
from tests.staff.filled import errors, filled
from tests.staff.test_drafts import address_of, person, send, waiting

pytestmark = pytest.mark.django_db

OPEN = datetime.datetime(2026, 7, 1, 17, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def steps_on(client: Client, record) -> list[str]:
    return [step.name for step in client.get(address_of(record)).context.get("steps", [])]


def take(client: Client, record, step: str, **given):
    page = client.get(address_of(record, f"step/{step}/"))
    assert page.status_code == 200, page.headers.get("Location")
    return client.post(address_of(record, f"step/{step}/"), {"_source": page.context["source"], **given})


def test_each_step_is_offered_where_it_can_be_taken(clock, staff):
    tomorrow = datetime.datetime(2026, 6, 2, tzinfo=datetime.UTC)
    assert steps_on(staff, make_programme(state="draft")) == ["publish", "schedule"]
    assert steps_on(staff, make_programme()) == ["withdraw"]
    assert steps_on(staff, make_programme(publish_from=tomorrow)) == ["publish", "unschedule", "withdraw"]
    assert steps_on(staff, make_vacancy(closes_at=OPEN)) == ["deadline", "close", "withdraw"]
    drafted = make_programme()
    send(staff, drafted, "_draft", title_en="Later")
    assert steps_on(staff, drafted) == ["publish", "schedule", "withdraw", "discard"]


def test_a_contributor_is_offered_none_and_refused_each(clock):
    desk, programme = person("souk", "Contributors"), make_programme()
    assert steps_on(desk, programme) == []
    assert desk.post(address_of(programme, "step/withdraw/"), {}).status_code == 403
    assert read(Client(), programme.get_absolute_url()).status == 200


@pytest.mark.parametrize("given", [{}, {"publish_from": datetime.datetime(2026, 7, 1, tzinfo=datetime.UTC)}])
def test_what_nobody_sees_yet_is_published_at_once(clock, staff, given):
    programme = make_programme(state="published" if given else "draft", **given)
    assert take(staff, programme, "publish").status_code == 302
    assert read(Client(), programme.get_absolute_url()).status == 200


def test_a_draft_beside_a_scheduled_or_withdrawn_page_is_published_at_once(clock, staff):
    for given in (
        {"publish_from": OPEN},
        {"state": "withdrawn", "withdrawal_reason_en": "A mistake."},
    ):
        programme = make_programme(**given)
        send(staff, programme, "_draft", title_en="As it is now")
        assert take(staff, programme, "publish").status_code == 302
        assert "As it is now" in read(Client(), programme.get_absolute_url())


def test_a_draft_of_a_page_that_was_withdrawn_meanwhile_is_published_or_scheduled_by_hand(clock, staff):
    for step, given in (("publish", {}), ("schedule", {"publish_at": "2026-06-01T13:00"})):
        programme = make_programme()
        send(staff, programme, "_draft", title_en="As it is now")
        take(staff, programme, "withdraw", withdrawal_reason_en="A mistake.")
        assert take(staff, programme, step, **given).status_code == 302
        clock.shift(7200)
        assert "As it is now" in read(Client(), programme.get_absolute_url())
        clock.shift(-7200)


def test_a_withdrawal_takes_the_draft_beside_it_off_the_schedule(clock, staff):
    programme = make_programme()
    send(staff, programme, "_schedule", title_en="Later", publish_at="2026-06-01T13:00")
    take(staff, programme, "withdraw", withdrawal_reason_en="A mistake.")
    page = read(staff, address_of(programme))
    assert "visitors see nothing of it." in page
    assert "It becomes public by itself" not in page
    clock.shift(7200)
    assert read(Client(), programme.get_absolute_url()).status == 410
    assert waiting(programme).held == ""


@pytest.mark.parametrize("draft", [False, True])
def test_what_would_be_taken_down_by_then_is_neither_published_nor_scheduled(clock, staff, draft):
    programme = make_programme(
        state="published" if draft else "draft",
        publish_until=datetime.datetime(2026, 6, 2, tzinfo=datetime.UTC),
    )
    if draft:
        send(staff, programme, "_draft", title_en="Later")
    words = "It would be taken down by then."
    assert words in read_words(take(staff, programme, "schedule", publish_at="2026-06-03T13:00"))
    clock.shift(datetime.timedelta(days=2))
    assert words in read_words(take(person("bounmy", "Editors"), programme, "publish"))


def read_words(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_a_draft_of_what_is_public_is_scheduled_taken_off_and_published(clock, staff):
    programme = make_programme(title_en="As it was")
    send(staff, programme, "_draft", title_en="As it is now")
    assert take(staff, programme, "schedule", publish_at="2026-06-01T13:00").status_code == 302
    assert waiting(programme).publish_at == datetime.datetime(2026, 6, 1, 6, tzinfo=datetime.UTC)
    assert take(staff, programme, "unschedule").status_code == 302
    clock.shift(7200)
    assert "As it was" in read(Client(), programme.get_absolute_url())
    assert take(staff, programme, "publish").status_code == 302
    assert "As it is now" in read(Client(), programme.get_absolute_url())


def test_a_moment_that_has_passed_is_refused_beside_the_field(clock, staff):
    programme = make_programme(state="draft")
    response = take(staff, programme, "schedule", publish_at="2026-06-01T11:00")
    assert response.context["form"].errors == {"publish_at": ["This moment has passed. Give a later one."]}
    assert 'value="2026-06-01T11:00"' in response.content.decode()


def test_withdrawing_needs_a_reason_which_its_address_gives(clock, staff):
    programme = make_programme()
    response = take(staff, programme, "withdraw")
    assert "For what is withdrawn only." not in response.content.decode()
    assert "withdrawal_reason_en" in response.context["form"].errors
    assert take(staff, programme, "withdraw", withdrawal_reason_en="It was a mistake.").status_code == 302
    page = read(Client(), programme.get_absolute_url())
    assert page.status == 410
    assert "It was a mistake." in page
    assert Revision.objects.of(programme).states().first().event == "withdrawn"


def test_a_page_that_others_link_to_is_not_withdrawn(clock, staff):
    page = make_page(slug="privacy")
    response = take(staff, page, "withdraw", withdrawal_reason_en="Mine.")
    assert response.status_code == 200
    assert response.context["form"].errors
    assert read(Client(), "/privacy/").status == 200


@pytest.mark.parametrize("make", [make_vacancy, make_procurement_notice])
def test_a_notice_is_extended_with_a_reason(clock, staff, make):
    notice = make(closes_at=OPEN)
    later = {"closing_date": "2026-07-10", "closing_hour": "17:00"}
    response = take(staff, notice, "deadline", **later)
    assert "Only if you change" not in response.content.decode()
    assert "deadline_reason" in response.context["form"].errors
    assert take(staff, notice, "deadline", **later, deadline_reason="Heavy rain.").status_code == 302
    page = read(Client(), notice.get_absolute_url())
    assert "17:00 on Friday 10 July 2026" in page or "Friday 10 July 2026, 17:00" in page
    assert "Heavy rain." in page


@pytest.mark.parametrize("make", [make_vacancy, make_procurement_notice])
def test_a_notice_is_closed_at_once_with_a_reason(clock, staff, make):
    notice = make(closes_at=OPEN, title_en="A notice")
    clock.shift(30)
    assert take(staff, notice, "close", deadline_reason="The post was cut.").status_code == 302
    page = read(Client(), notice.get_absolute_url())
    assert "Closed" in page
    assert "The post was cut." in page
    assert "A notice" not in Client().get("/careers/calendar.ics").content.decode()


def test_a_tender_is_closed_at_once_though_its_questions_and_its_meeting_lie_ahead(clock, staff):
    notice = make_procurement_notice(closes_at=OPEN, clarifications_until=OPEN - DAY, pre_bid_at=OPEN - DAY)
    response = take(staff, notice, "close", deadline_reason="Cancelled.")
    assert response.status_code == 302, response.context["form"].errors
    page = read(Client(), notice.get_absolute_url())
    assert "Closed" in page
    assert "Questions are no longer taken." in page
    clock.shift(60)
    assert send(staff, notice, outcome="cancelled").status_code == 302


def test_a_notice_is_closed_before_the_office_opens_on_the_day_of_its_posting(clock, staff):
    notice = make_vacancy(closes_at=OPEN, posted_on=datetime.date(2026, 6, 2))
    clock.move_to(datetime.datetime(2026, 6, 1, 23, 30, tzinfo=datetime.UTC))
    staff.force_login(User.objects.get())
    assert take(staff, notice, "close", deadline_reason="A mistake.").status_code == 302


def test_what_a_notice_holds_against_a_step_names_the_field_and_says_what_to_do(clock, staff):
    notice = make_procurement_notice(closes_at=OPEN, clarifications_until=OPEN - DAY)
    sooner = {"closing_date": "2026-06-20", "closing_hour": "", "deadline_reason": "Sooner."}
    response = take(staff, notice, "deadline", **sooner)
    assert response.context["form"].non_field_errors() == [
        "Questions until (see the form): This is after the closing. Let it be earlier, or the closing later."
    ]


@pytest.mark.parametrize("outcome", ["", "under-review"])
def test_a_notice_that_is_not_decided_is_opened_again_by_another_deadline(clock, staff, outcome):
    notice = make_vacancy(closes_at=OPEN - 40 * DAY, outcome=outcome)
    later = {"closing_date": "2026-07-10", "closing_hour": "", "deadline_reason": "Too few applied."}
    assert take(staff, notice, "deadline", **later).status_code == 302
    notice.refresh_from_db()
    assert notice.outcome == ""
    assert "closes in" in read(Client(), notice.get_absolute_url())


def test_a_notice_that_is_decided_says_where_to_take_that_back(clock, staff):
    notice = make_vacancy(closes_at=OPEN - 40 * DAY, outcome="filled")
    later = {"closing_date": "2026-07-10", "closing_hour": "", "deadline_reason": "Once more."}
    response = take(staff, notice, "deadline", **later)
    assert response.context["form"].errors == {
        "closing_date": ["It has an outcome: Filled. Empty that in the form, and change the deadline there."]
    }


def test_what_closes_before_it_would_be_public_is_not_scheduled(clock, staff):
    notice = make_vacancy(state="draft", closes_at=OPEN)
    response = take(staff, notice, "schedule", publish_at="2026-07-02T12:00")
    [words] = response.context["form"].non_field_errors()
    assert "By then it has closed: end of Wednesday 1 July 2026" in words
    response = send(staff, notice, "_schedule", publish_at="2026-07-02T12:00")
    assert list(errors(response)) == ["publish_from"]
    assert take(staff, notice, "schedule", publish_at="2026-07-01T23:59").status_code == 302


def test_whoever_publishes_what_has_closed_already_is_told(clock, staff):
    words = "Its deadline has passed"
    for publish in (
        lambda notice: take(staff, notice, "publish"),
        lambda notice: send(staff, notice, "_publish"),
    ):
        notice = make_vacancy(state="draft", closes_at=OPEN - 40 * DAY)
        assert publish(notice).status_code == 302
        assert words in staff.get(address_of(notice)).content.decode()
        assert words not in staff.get(address_of(notice)).content.decode()
        assert send(staff, notice, title_en="Another title").status_code == 302
        assert words not in staff.get(address_of(notice)).content.decode()
    notice = make_vacancy(state="draft", closes_at=OPEN)
    take(staff, notice, "publish")
    assert words not in staff.get(address_of(notice)).content.decode()


def test_a_step_on_what_somebody_changed_meanwhile_is_asked_again_with_what_was_typed(clock, staff):
    programme = make_programme(title_en="As it was")
    page = staff.get(address_of(programme, "step/withdraw/"))
    send(person("bounmy", "Editors"), programme, "_save", title_en="By a colleague")
    sent = {"_source": page.context["source"], "withdrawal_reason_en": "Typed."}
    response = staff.post(address_of(programme, "step/withdraw/"), sent)
    assert response.status_code == 409
    words = response.content.decode()
    assert "Somebody else saved this meanwhile." in words
    assert 'value="Typed."' in words
    assert read(Client(), programme.get_absolute_url()).status == 200
    again = sent | {"_source": response.context["source"]}
    assert staff.post(address_of(programme, "step/withdraw/"), again).status_code == 302


def test_a_step_that_was_taken_already_says_so(clock, staff):
    programme = make_programme()
    take(staff, programme, "withdraw", withdrawal_reason_en="A mistake.")
    response = staff.get(address_of(programme, "step/withdraw/"), follow=True)
    assert "That cannot be done now, or was done already." in response.content.decode()


def test_a_draft_that_meets_another_change_is_not_published_by_a_step(clock, staff):
    programme = make_programme(title_en="As it was")
    send(staff, programme, "_draft", title_en="As the draft has it")
    type(programme).objects.filter(pk=programme.pk).update(title_en="As a command has it")
    response = take(staff, programme, "publish")
    assert "The public page was changed meanwhile in the same fields: Title." in response.content.decode()
    later = take(staff, programme, "schedule", publish_at="2026-06-01T13:00")
    assert "The public page was changed meanwhile in the same fields: Title." in later.content.decode()
    clock.shift(7200)
    assert "As a command has it" in read(Client(), programme.get_absolute_url())
    assert filled(staff.get(address_of(programme)))["title_en"] == ["As the draft has it"]


@pytest.mark.parametrize("make", [make_vacancy, make_procurement_notice])
def test_a_notice_with_an_outcome_says_why_it_is_not_opened_again(clock, staff, make):
    notice = make(closes_at=datetime.datetime(2026, 5, 1, 17, tzinfo=datetime.UTC), outcome="cancelled")
    later = {"closing_date": "2026-07-10", "closing_hour": "", "deadline_reason": "It is needed."}
    response = take(staff, notice, "deadline", **later)
    assert response.status_code == 200
    page = response.content.decode()
    assert "It has an outcome: Cancelled. Empty that in the form, and change the deadline there." in page
    assert "It is needed." in page
    assert "Closed" in read(Client(), notice.get_absolute_url())


def test_a_withdrawal_of_what_breaks_a_rule_says_which(clock, staff):
    notice = make_vacancy(closes_at=OPEN, outcome="cancelled")
    response = take(staff, notice, "withdraw", withdrawal_reason_en="A mistake.")
    assert response.status_code == 200
    assert "This notice is still open, so it has no outcome yet." in response.content.decode()
