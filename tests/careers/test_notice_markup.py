"""The markup of a notice on which everything has happened that can."""

import datetime
import re

import pytest
from lxml import html

from tests.helpers.factories import (
    change_deadline,
    make_amendment,
    make_award,
    make_clarification,
    make_office,
    make_procurement_notice,
    make_vacancy,
)

DAY = datetime.timedelta(days=1)
#: A year, a month, a day, or a moment with its zone: with three decimals of a second at most.
VALID = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?)?)?", re.ASCII
)  # fmt: skip


@pytest.mark.django_db
def test_every_time_of_a_notice_with_changes_answers_and_an_award_is_valid(client):
    make_office()
    now = datetime.datetime.now(datetime.UTC)
    notices = [
        make_vacancy(contact="hr@example.org, +856 21 000 111"),
        make_procurement_notice(clarifications_until=now + DAY, pre_bid_at=now + DAY),
        make_procurement_notice(closes_at=now - DAY, outcome="awarded", first_published_at=now - 9 * DAY),
    ]
    make_award(notice=notices[2], awarded_on=now.date())
    for notice in notices:
        amendment = make_amendment(notice)
        amendment.text_en = "Corrected again."
        amendment.save()
        change_deadline(notice, notice.closes_at + DAY / 2)
    for tender in notices[1:]:
        answer = make_clarification(notice=tender)
        answer.answer_en = "Red."
        answer.save()
    for notice in notices:
        page = html.fromstring(client.get(notice.get_absolute_url()).content)
        times = page.xpath("//time/@datetime")
        assert len(times) >= 4
        assert [time for time in times if not VALID.fullmatch(time)] == []
    contact = client.get(notices[0].get_absolute_url()).content.decode()
    assert '<a href="mailto:hr@example.org">hr@example.org</a>' in contact
    assert '<a href="tel:+85621000111">+856 21 000 111</a>' in contact
