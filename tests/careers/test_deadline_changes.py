"""A deadline that visitors have seen changes in the open, and never without a trace."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError

from careers.models.vacancy import Vacancy
from tests.helpers.factories import change_deadline, make_amendment, make_procurement_notice, make_vacancy
from tests.helpers.pages import read

pytestmark = pytest.mark.django_db

OLD = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
NEW = Vacancy.closing_moment(datetime.date(2026, 6, 20))
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(OLD - 5 * DAY, tick=False) as traveller:
        yield traveller


def test_a_changed_deadline_stands_on_the_page_with_old_new_reason_and_when(client, clock):
    notice = make_procurement_notice(title_en="Tents", closes_at=OLD)
    clock.move_to(OLD - 4 * DAY)
    change_deadline(notice, NEW, "Heavy rain cut the roads.")
    page = read(client, notice.get_absolute_url())
    assert "Saturday 20 June 2026 End of day, Vientiane time (UTC+7) The deadline was changed" in page
    assert "#changes" in page.links
    assert "Changes to this notice Deadline changed" in page
    assert "Old deadline: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)." in page
    assert "New deadline: end of Saturday 20 June 2026, Vientiane time (UTC+7)." in page
    assert "Heavy rain cut the roads." in page
    assert "6 June 2026, 17:00" in page


def test_a_deadline_that_visitors_have_seen_needs_a_reason(clock):
    notice = make_vacancy(closes_at=OLD)
    notice.closes_at = NEW
    with pytest.raises(ValidationError) as error:
        notice.full_clean()
    assert list(error.value.message_dict) == ["closes_at"]
    notice.deadline_reason = "  "
    with pytest.raises(ValidationError):
        notice.full_clean()
    notice.deadline_reason = "More time."
    notice.full_clean()


def test_a_deadline_that_nobody_has_seen_changes_without_a_word(clock):
    for unseen in ({"state": "draft"}, {"publish_from": OLD - DAY}):
        notice = make_vacancy(closes_at=OLD, **unseen)
        notice.closes_at = NEW
        notice.full_clean()
        notice.save()
        assert not notice.deadline_changes.exists()


def test_a_notice_that_was_seen_once_keeps_its_trace_through_draft_and_withdrawal(clock):
    for hidden in ("draft", "withdrawn"):
        notice = make_vacancy(closes_at=OLD)
        clock.shift(60)
        notice.state = hidden
        notice.save()
        notice = type(notice).objects.get(pk=notice.pk)
        notice.closes_at = NEW
        assert notice.needs_reason(OLD - 4 * DAY)
        notice.save()
        assert notice.deadline_changes.get().before == OLD


def test_a_scheduled_notice_was_seen_once_its_moment_has_come(clock):
    notice = make_vacancy(closes_at=OLD, publish_from=OLD - 4 * DAY)
    clock.move_to(OLD - 4 * DAY - SECOND)
    notice.closes_at = NEW
    assert not notice.needs_reason(OLD - 4 * DAY - SECOND)
    clock.move_to(OLD - 4 * DAY)
    assert notice.needs_reason(OLD - 4 * DAY)
    notice.save()
    assert notice.deadline_changes.get().changed_at == OLD - 4 * DAY


def test_a_closed_notice_is_reopened_by_such_a_change_and_says_so(client, clock):
    notice = make_vacancy(slug="driver", closes_at=OLD)
    clock.move_to(OLD + DAY)
    assert "Closed on Wednesday 10 June 2026, 17:00." in read(client, notice.get_absolute_url())
    notice.closes_at = NEW
    with pytest.raises(ValidationError):
        notice.full_clean()
    change_deadline(notice, NEW, "Too few offers.")
    page = read(client, notice.get_absolute_url())
    assert "Apply by 9 days left Saturday 20 June 2026" in page
    assert "Closed on" not in page
    assert "Too few offers." in page


def test_a_change_by_a_command_without_a_reason_is_shown_and_says_that_none_was_given(client, clock):
    notice = make_vacancy(closes_at=OLD)
    type(notice).objects.get(pk=notice.pk)
    notice.closes_at = NEW
    notice.save(update_fields=["closes_at"])
    page = read(client, notice.get_absolute_url())
    assert "New deadline: end of Saturday 20 June 2026" in page
    assert "No reason was given." in page


def test_a_stale_copy_cannot_hide_what_was_changed_meanwhile(clock):
    notice = make_vacancy(closes_at=OLD)
    stale = type(notice).objects.get(pk=notice.pk)
    change_deadline(notice, NEW)
    stale.save()
    changes = notice.deadline_changes.order_by("changed_at", "id")
    assert {(change.before, change.after) for change in changes} == {(OLD, NEW), (NEW, OLD)}


def test_amendments_stand_among_the_changes_the_latest_first(client, clock):
    notice = make_vacancy(closes_at=OLD)
    clock.shift(DAY)
    change_deadline(notice, NEW, "First.")
    clock.shift(DAY)
    make_amendment(notice, text_en="Second.")
    text = read(client, notice.get_absolute_url()).text
    assert text.index("Second.") < text.index("First.")
