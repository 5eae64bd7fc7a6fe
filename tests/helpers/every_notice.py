"""Notices of every kind and state, with all that a page of theirs can show."""

import datetime

from django.utils import timezone

from careers.models.notice import Notice
from iomlaos.office.models import Place
from tests.helpers.factories import (
    change_deadline,
    make_amendment,
    make_award,
    make_bidding_document,
    make_clarification,
    make_form,
    make_procurement_notice,
    make_vacancy,
    make_version,
)

DAY = datetime.timedelta(days=1)
#: A heading that stands in each part, and a table.
TEXT = (
    "<h2>Duties</h2><p>What the work is.</p>"
    "<table><tr><th>Task</th><th>Share</th></tr><tr><td>Drive</td><td>90%</td></tr></table>"
)
#: Days until each closes, and what is particular about it.
VACANCIES = {
    "open": (20, {"eligibility": "nationals"}),
    "closing": (1, {"tier": "internal-first"}),
    "internal": (9, {"tier": "internal-only"}),
    "filled": (-5, {"outcome": "filled"}),
    "undecided": (-5, {}),
    "again": (-9, {"outcome": "re-advertised"}),
    "withdrawn": (9, {}),
}
TENDERS = {
    "open-tender": (20, {}),
    "closing-tender": (1, {}),
    "awarded": (-5, {"outcome": "awarded"}),
    "cancelled": (-5, {"outcome": "cancelled", "outcome_note_en": "No offer was valid."}),
    "withdrawn-tender": (9, {}),
}


def make_every_notice() -> dict[str, Notice]:
    """By slug. Each has an amendment that was corrected and a deadline that was changed."""
    now = timezone.now()
    notices = {slug: _vacancy(slug, now + days * DAY, more) for slug, (days, more) in VACANCIES.items()}
    notices |= {slug: _tender(slug, now + days * DAY, more) for slug, (days, more) in TENDERS.items()}
    for notice in notices.values():
        amendment = make_amendment(notice)
        amendment.text_en = "Corrected: the start.\nAnd the place."
        amendment.save()
        change_deadline(notice, notice.closes_at + DAY / 24)
    make_award(notice=notices["awarded"], value=1234, currency="USD", awarded_on=now.date())
    notices["again"].readvertised_as = notices["open"]
    notices["again"].save()
    for slug in ("withdrawn", "withdrawn-tender"):
        notices[slug].state, notices[slug].withdrawal_reason_en = "withdrawn", "The funds were cut."
        notices[slug].save()
    return notices


def _shared(slug: str, closes_at: datetime.datetime, more: dict) -> dict:
    return {
        "slug": slug, "closes_at": closes_at, "body_en": TEXT, "reference": f"VN 2026/{slug}",
        "publish_from": closes_at - 40 * DAY, "posted_on": (closes_at - 40 * DAY).date(),
        "contact": "Ms A, hr@example.org, +856 21 000 111", "submission_email": "hr@example.org",
        "submission_link": "https://www.example.org/form", "submission_address_en": "UN House\nVientiane",
        "what_next_en": "<p>We write to those on the shortlist.</p>",
        "results_expected_by": (closes_at + 90 * DAY).date(),
    } | more  # fmt: skip


def _vacancy(slug: str, closes_at: datetime.datetime, more: dict) -> Notice:
    form = make_form()
    make_version(form=form)
    return make_vacancy(
        title_en=f"Driver, {slug}", grade="G3", contract="short-term", working_time="full-time", form=form,
        duty_station=Place.objects.first(), responsibilities_en=TEXT, qualifications_en=TEXT,
        **_shared(slug, closes_at, more),
    )  # fmt: skip


def _tender(slug: str, closes_at: datetime.datetime, more: dict) -> Notice:
    tender = make_procurement_notice(
        title_en=f"Tents, {slug}", method="rfq", currency="USD", delivery_place_en="Vientiane",
        clarifications_until=closes_at - 3 * DAY, pre_bid_at=closes_at - 4 * DAY, pre_bid_place_en="UN House",
        **_shared(slug, closes_at, more),
    )  # fmt: skip
    answer = make_clarification(notice=tender)
    answer.answer_en = "Red."
    answer.save()
    make_bidding_document(notice=tender)
    return tender
