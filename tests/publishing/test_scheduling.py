"""Scheduled changes of what is public come true by the clock alone, once, or are held with a reason."""

import datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from iomlaos.delivery.next_change import next_change
from iomlaos.delivery.validity import ValidityPeriod, within
from iomlaos.publishing.diff import SnapshotFormatter
from iomlaos.publishing.models import Revision
from programmes.models import Programme
from tests.helpers.admin import address_of, confirm, take
from tests.helpers.drafts import schedule_change
from tests.helpers.factories import make_counterpart, make_donor, make_page, make_programme, make_vacancy
from tests.helpers.pages import count_queries, read

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
TITLE, DONORS = (
    str(SnapshotFormatter(Programme).label(path)) for path in (("fields", "title_en"), ("many", "donors"))
)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def change_later(record, publish_at: datetime.datetime = NOON + MINUTE, **values) -> Revision:
    return schedule_change(record, publish_at, **values)


def test_a_change_comes_true_to_the_second_on_the_page_and_in_the_lists(clock):
    programme = make_programme(title_en="As it was")
    editor = User.objects.create_user("bounmy")
    change_later(programme, title_en="As it is now", by=editor)
    clock.move_to(NOON + MINUTE - datetime.timedelta(seconds=1))
    assert "As it was" in read(Client(), programme.get_absolute_url())
    clock.shift(1)
    # A list that is asked first shows it too.
    for address in ("/programmes/", "/", programme.get_absolute_url()):
        page = read(Client(), address)
        assert "As it is now" in page
        assert "As it was" not in page
    state = Revision.objects.of(programme).states().first()
    assert (state.by, state.at, state.event) == (editor, NOON + MINUTE, "changed")
    assert not Revision.objects.waiting().exists()


def test_a_scheduled_change_goes_along_with_what_was_changed_meanwhile(clock):
    programme = make_programme(title_en="As it was", summary_en="Before.")
    change_later(programme, title_en="As it is now")
    Programme.objects.filter(pk=programme.pk).update(summary_en="Meanwhile.")
    clock.shift(MINUTE)
    page = read(Client(), programme.get_absolute_url())
    assert "As it is now" in page
    assert "Meanwhile." in page


def held(record) -> str:
    return Revision.objects.of(record).scheduled().get().failure_reason


def test_a_change_of_a_field_that_was_changed_meanwhile_is_held_and_the_page_stays(clock):
    programme = make_programme(title_en="As it was")
    change_later(programme, title_en="As it was to be")
    Programme.objects.filter(pk=programme.pk).update(title_en="Meanwhile")
    clock.shift(MINUTE)
    assert "Meanwhile" in read(Client(), programme.get_absolute_url())
    assert TITLE in held(programme)


def test_a_change_that_refers_to_what_was_deleted_is_held(clock):
    donor, partner = make_donor(), make_counterpart()
    programme = make_programme()
    change_later(programme, donors=[str(donor.pk)], counterparts=[str(partner.pk)])
    donor.delete()
    clock.shift(MINUTE)
    assert read(Client(), programme.get_absolute_url()).status == 200
    assert DONORS in held(programme)


def test_a_change_that_breaks_a_rule_or_takes_an_address_is_held(clock):
    programme, page = make_programme(slug="health"), make_page()
    change_later(programme, slug="migration-health")
    change_later(page, title_en=None)
    make_programme(slug="migration-health")
    clock.shift(MINUTE)
    assert read(Client(), "/programmes/health/").status == 200
    assert held(programme)
    assert held(page)
    assert read(Client(), page.get_absolute_url()).status == 200


def test_a_change_of_a_page_that_was_taken_off_the_site_meanwhile_is_held(clock):
    withdrawn, ended = make_programme(), make_programme()
    for programme in (withdrawn, ended):
        change_later(programme, title_en="As it is now")
    of_them = Programme.objects.filter
    of_them(pk=withdrawn.pk).update(state="withdrawn", withdrawal_reason_en="It ended.")
    of_them(pk=ended.pk).update(publish_until=NOON)
    clock.shift(MINUTE)
    for programme in (withdrawn, ended):
        assert read(Client(), programme.get_absolute_url()).status == 410
        assert "taken off the site" in held(programme)


def test_a_change_that_was_held_is_published_by_hand_or_at_another_moment(clock, client):
    client.force_login(User.objects.create_superuser("staff", password="a-long-password-7"))
    by_hand, later = make_programme(slug="health"), make_programme(slug="borders")
    for programme in (by_hand, later):
        other = make_programme(slug=f"new-{programme.slug}")
        change_later(programme, slug=other.slug, title_en="As it is now")
        clock.shift(MINUTE)
        read(Client(), "/")
        assert held(programme)
        assert "Not published on" in client.get(address_of(programme)).content.decode()
        other.delete()
    assert confirm(client, by_hand).status_code == 302
    given = {"date": "2026-06-01", "hour": "13:00"}
    assert take(client, later, "change-time", **given).status_code == 302
    clock.shift(60 * MINUTE)
    for slug in ("new-health", "new-borders"):
        assert "As it is now" in read(Client(), f"/programmes/{slug}/")
    assert not Revision.objects.waiting().exists()


def test_a_scheduled_deadline_is_named_on_the_page_with_its_reason(clock):
    notice = make_vacancy(closes_at=NOON + datetime.timedelta(days=3))
    change = change_later(notice, closes_at=(NOON + datetime.timedelta(days=5)).isoformat())
    Revision.objects.filter(pk=change.pk).update(data=change.data | {"carried": {"deadline_reason": "Rain."}})
    clock.shift(MINUTE)
    assert "Rain." in read(Client(), notice.get_absolute_url())


def test_what_is_due_costs_a_public_page_one_query(clock):
    programme = make_programme()
    read(Client(), programme.get_absolute_url())  # The first of a process opens the database.
    before = count_queries(Client(), programme.get_absolute_url())
    for number in range(5):
        change_later(make_programme(), title_en=f"Later {number}")
    with CaptureQueriesContext(connection) as queries:
        Client().get(programme.get_absolute_url())
    assert len(queries) == before
    assert len([query for query in queries if "publishing_revision" in query["sql"]]) == 1


def test_within_a_validity_period_the_database_is_asked_once_whether_anything_is_due(clock):
    change_later(programme := make_programme(title_en="As it was"), title_en="As it is now")
    period = ValidityPeriod("1", NOON.timestamp(), (NOON + MINUTE).timestamp())
    with within(period), CaptureQueriesContext(connection) as queries:
        for _ in range(3):
            assert "As it was" in read(Client(), programme.get_absolute_url())
    assert len([query for query in queries if "publishing_revision" in query["sql"]]) == 1


def test_the_timer_publishes_where_no_visitor_comes(clock):
    change_later(programme := make_programme(), title_en="As it is now")
    clock.shift(MINUTE)
    call_command("publish_due")
    programme.refresh_from_db()
    assert programme.title_en == "As it is now"


def test_the_next_change_counts_what_is_scheduled(clock):
    programme = make_programme()
    assert next_change(NOON) is None
    change_later(programme, title_en="Later")
    assert next_change(NOON) == NOON + MINUTE


def test_what_a_scheduled_change_met_is_not_forgotten_when_its_form_is_opened_again(clock, client):
    client.force_login(User.objects.create_superuser("staff", password="a-long-password-7"))
    programme = make_programme(title_en="As it was", summary_en="Before.")
    change_later(programme, title_en="As it was to be")
    form = f"/admin/programmes/programme/{programme.pk}/change/"
    Programme.objects.filter(pk=programme.pk).update(title_en="Meanwhile")
    assert "Meanwhile" in client.get(form).content.decode()
    Programme.objects.filter(pk=programme.pk).update(summary_en="Later.")
    assert "Meanwhile" in client.get(form).content.decode()
    clock.shift(MINUTE)
    assert "Meanwhile" in read(Client(), programme.get_absolute_url())
    assert TITLE in held(programme)


def test_what_a_scheduled_change_met_is_not_forgotten_when_nobody_looks_again(clock, client):
    client.force_login(User.objects.create_superuser("staff", password="a-long-password-7"))
    programme = make_programme(title_en="As it was", summary_en="Before.")
    change_later(programme, title_en="As it was to be")
    Programme.objects.filter(pk=programme.pk).update(title_en="Meanwhile")
    client.get(f"/admin/programmes/programme/{programme.pk}/change/")
    Programme.objects.filter(pk=programme.pk).update(summary_en="Later.")
    clock.shift(MINUTE)
    assert "Meanwhile" in read(Client(), programme.get_absolute_url())
    assert TITLE in held(programme)
