"""A document that is added, replaced or removed while a tender is public is a change that its page names."""

import datetime

import pytest
from django.test import Client

from tests.helpers.admin import address_of, confirm, send
from tests.helpers.drafts import public_page
from tests.helpers.factories import make_bidding_document, make_procurement_notice, upload
from tests.helpers.pages import read
from tests.helpers.uploads import pdf

pytestmark = pytest.mark.django_db

OPEN = datetime.datetime(2026, 7, 1, 17, tzinfo=datetime.UTC)


@pytest.fixture
def tender(clock):
    notice = make_procurement_notice(
        closes_at=OPEN, title_en="Pumps", body_en="<p>Pumps.</p>", submission_email="bids@example.org"
    )
    make_bidding_document(notice=notice, title_en="Terms", address="https://www.iom.int/terms")
    make_bidding_document(notice=notice, title_en="Plans", address="https://www.iom.int/plans")
    return notice


def changes(notice) -> list[tuple[str, int]]:
    """The words of its changes, with the minute at which each became public."""
    found = notice.document_changes.order_by("changed_at", "kind")
    return [(str(change), change.changed_at.minute) for change in found]


def test_each_kind_of_change_is_named_with_the_moment_at_which_it_became_public(clock, staff, tender):
    first, second = tender.documents.all()
    rows = {"documents-TOTAL_FORMS": "3", "documents-2-title_en": "Prices", "documents-2-language": "en"}
    rows |= {"documents-2-address": "https://www.iom.int/prices", "documents-2-notice": str(tender.pk)}
    rows |= {"documents-0-address": "https://www.iom.int/new-plans", "documents-1-DELETE": "on"}
    assert (first.title, second.title) == ("Plans", "Terms")
    assert send(staff, tender, "_draft", **rows).status_code == 302
    assert changes(tender) == []
    preview = read(staff, address_of(tender, "preview/page/"))
    assert "Added: Prices" in preview
    clock.shift(datetime.timedelta(minutes=5))
    assert confirm(staff, tender).status_code == 302
    named = [("Added: Prices", 5), ("Removed: Terms", 5), ("Replaced: Plans", 5)]
    assert changes(tender) == named
    page = public_page(tender)
    feed = Client().get(f"{tender.get_absolute_url()}feed.atom").content.decode()
    for words, _minute in named:
        assert words in page
        assert words in feed


def test_a_scheduled_change_of_documents_is_dated_by_its_schedule(clock, staff, tender):
    send(staff, tender, "_draft", **{"documents-0-DELETE": "on"})
    assert confirm(staff, tender, moment="2026-06-01T12:30").status_code == 302
    assert changes(tender) == []
    clock.shift(datetime.timedelta(hours=2))
    assert "Removed: Plans" in public_page(tender)
    assert changes(tender) == [("Removed: Plans", 30)]


def test_documents_of_what_nobody_has_seen_and_other_changes_are_no_change_of_documents(clock, staff, tender):
    draft = make_procurement_notice(state="draft", closes_at=OPEN)
    make_bidding_document(notice=draft, title_en="Terms")
    assert send(staff, draft, **{"documents-0-DELETE": "on"}).status_code == 302
    assert confirm(staff, draft).status_code == 302
    assert send(staff, tender, title_en="Pumps and pipes").status_code == 302
    assert [changes(draft), changes(tender)] == [[], []]


def test_a_replaced_file_is_a_change(clock, staff, tender):
    document = make_bidding_document(notice=tender, title_en="A file", file=upload("a.pdf", pdf(1)))
    number = [row.pk for row in tender.documents.all()].index(document.pk)
    response = send(staff, tender, **{f"documents-{number}-file": upload("b.pdf", pdf(2))})
    assert response.status_code == 302
    assert changes(tender) == [("Replaced: A file", 0)]
