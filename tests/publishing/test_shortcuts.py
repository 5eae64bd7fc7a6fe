"""From an address to its object at a moment, or to 301, 404 and 410."""

import datetime

import pytest
from django.http import Http404

from iomlaos.delivery.exceptions import GoneError, PermanentlyMoved
from iomlaos.publishing.models import SlugRedirect
from iomlaos.publishing.shortcuts import get_published_or_raise
from programmes.models import Programme, Project
from tests.helpers.factories import make_former_address, make_programme, make_project

pytestmark = pytest.mark.django_db

AT = datetime.datetime(2026, 3, 1, 9, 0, tzinfo=datetime.UTC)
A_DAY = datetime.timedelta(days=1)


def rename(row, slug: str) -> None:
    """As staff do: opened, changed, saved."""
    row = row.__class__.objects.get(pk=row.pk)
    row.slug = slug
    row.save()


def moved_to(slug: str) -> str:
    with pytest.raises(PermanentlyMoved) as moved:
        get_published_or_raise(Programme, slug, AT)
    return moved.value.to


def test_a_live_object_is_found():
    programme = make_programme(slug="health")
    assert get_published_or_raise(Programme, "health", AT) == programme


def test_an_object_is_found_with_all_its_values():
    make_programme(slug="health", information_date="2025-07", changelog=[{"on": "2026-01-01", "en": "New."}])
    found = get_published_or_raise(Programme, "health", AT)
    expected = Programme.objects.live(AT).get(slug="health")
    assert {**vars(found), "_state": None} == {**vars(expected), "_state": None}


def test_a_given_queryset_is_narrowed_to_what_is_live():
    make_programme(slug="health", state="draft")
    with pytest.raises(Http404):
        get_published_or_raise(Programme, "health", AT, Programme.objects.prefetch_related("donors"))


def assert_not_found(slug: str) -> None:
    with pytest.raises(Http404):
        get_published_or_raise(Programme, slug, AT)


def test_what_is_unknown_and_what_is_not_yet_public_is_not_found():
    make_programme(slug="health")
    make_programme(slug="draft", state="draft")
    make_programme(slug="later", publish_from=AT + A_DAY)
    for slug in ("nothing", "HEALTH", "draft", "later"):
        assert_not_found(slug)


def test_what_was_taken_down_is_gone():
    make_programme(slug="withdrawn", state="withdrawn")
    make_programme(slug="past", publish_until=AT)
    for slug in ("withdrawn", "past"):
        with pytest.raises(GoneError):
            get_published_or_raise(Programme, slug, AT)


def test_a_changed_address_leads_to_the_new_one():
    rename(make_programme(slug="health"), "migration-health")
    assert moved_to("health") == "/programmes/migration-health/"


def test_every_address_of_a_chain_leads_to_the_present_one_at_once():
    programme = make_programme(slug="one")
    for slug in ("two", "three", "four"):
        rename(programme, slug)
    assert [moved_to(slug) for slug in ("one", "two", "three")] == ["/programmes/four/"] * 3


def test_an_object_that_goes_back_to_its_first_address_is_found_there():
    programme = make_programme(slug="one")
    rename(programme, "two")
    rename(programme, "one")
    assert get_published_or_raise(Programme, "one", AT) == programme
    assert moved_to("two") == "/programmes/one/"


def test_a_former_address_that_another_took_leads_to_that_one():
    rename(make_programme(slug="health"), "migration-health")
    other = make_programme(slug="health")
    assert get_published_or_raise(Programme, "health", AT) == other
    rename(other, "health-2")
    assert moved_to("health") == "/programmes/health-2/"


def test_a_former_address_of_another_kind_of_thing_is_unknown():
    rename(make_project(slug="health"), "another")
    assert_not_found("health")
    with pytest.raises(PermanentlyMoved):
        get_published_or_raise(Project, "health", AT)


def test_a_former_address_of_a_draft_and_of_what_was_deleted_is_not_found():
    rename(make_programme(slug="health", state="draft"), "migration-health")
    deleted = make_programme()
    make_former_address(deleted, "borders")
    deleted.delete()
    for slug in ("health", "borders"):
        assert_not_found(slug)


def test_a_former_address_of_what_was_withdrawn_is_gone():
    rename(make_programme(slug="health", state="withdrawn"), "migration-health")
    with pytest.raises(GoneError):
        get_published_or_raise(Programme, "health", AT)


def test_saving_without_a_new_address_keeps_no_former_one():
    programme = make_programme(slug="health")
    programme.title_en = "Migration Health"
    programme.save()
    rename(programme, "health")
    assert not SlugRedirect.objects.exists()
