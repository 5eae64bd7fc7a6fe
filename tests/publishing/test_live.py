"""Whether a thing is public at a moment: asked of the database and of the object, with one answer."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from iomlaos.publishing.models import publishables
from programmes.models import Programme
from tests.helpers.factories import (
    make_document,
    make_form,
    make_page,
    make_procurement_notice,
    make_programme,
    make_project,
    make_vacancy,
)

AT = datetime.datetime(2026, 3, 1, 9, 0, tzinfo=datetime.UTC)
EARLIER, LATER = AT - datetime.timedelta(microseconds=1), AT + datetime.timedelta(microseconds=1)
#: Their constraints look at their deadlines, too.
NOTICES = [make_vacancy, make_procurement_notice]
MAKERS = [make_page, make_programme, make_project, make_document, make_form, *NOTICES]

TIMES = {
    "no moments": (None, None, True),
    "begun": (EARLIER, None, True),
    "begins now": (AT, None, True),
    "begins later": (LATER, None, False),
    "ended": (None, EARLIER, False),
    "ends now": (None, AT, False),
    "ends later": (None, LATER, True),
    "within": (EARLIER, LATER, True),
    "begun and ends now": (EARLIER, AT, False),
    "begins now and ends later": (AT, LATER, True),
}


def test_what_is_published_is_live_from_its_first_moment_to_before_its_last():
    found = {
        what: Programme(state="published", publish_from=first, publish_until=last).is_live(AT)
        for what, (first, last, _is_live) in TIMES.items()
    }
    assert found == {what: is_live for what, (_first, _last, is_live) in TIMES.items()}
    for state in ("draft", "withdrawn"):
        assert not Programme(state=state, publish_from=EARLIER, publish_until=LATER).is_live(AT)


def test_taken_down_is_what_was_withdrawn_or_is_past_its_time():
    expected = {
        ("draft", EARLIER): False,
        ("published", None): False,
        ("published", LATER): False,
        ("published", AT): True,
        ("withdrawn", LATER): True,
    }
    found = {row: Programme(state=row[0], publish_until=row[1]).was_withdrawn(AT) for row in expected}
    assert found == expected


@pytest.mark.django_db
def test_the_database_finds_of_every_kind_what_the_rows_say():
    assert {make().__class__ for make in MAKERS} == set(publishables())
    for make in MAKERS:
        for publish_from, publish_until, _is_live in TIMES.values():
            if make not in NOTICES or publish_until is None:
                make(publish_from=publish_from, publish_until=publish_until)
    for state in ("draft", "withdrawn"):
        make_programme(state=state, publish_from=EARLIER, publish_until=LATER)
    for model in publishables():
        expected = {row for row in model.objects.all() if row.is_live(AT)}
        assert 0 < len(expected) < model.objects.count()
        assert set(model.objects.live(AT)) == expected, model


def assert_cannot_be_stored(make, **given) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make(**given)


@pytest.mark.django_db
def test_no_kind_is_stored_in_an_unknown_state():
    for make in MAKERS:
        assert_cannot_be_stored(make, state="hidden")


@pytest.mark.django_db
def test_no_two_rows_of_a_kind_share_an_address():
    for number, make in enumerate(MAKERS):
        make(slug=f"address-{number}")
        assert_cannot_be_stored(make, slug=f"address-{number}")


@pytest.mark.django_db
def test_public_until_cannot_be_before_public_from():
    for make in MAKERS:
        if make not in NOTICES:
            assert_cannot_be_stored(make, publish_from=AT, publish_until=AT)
    programme = make_programme(publish_from=AT)
    programme.publish_until = AT
    with pytest.raises(ValidationError) as error:
        programme.full_clean()
    assert error.value.message_dict.keys() == {"publish_until"}


@pytest.mark.django_db
def test_a_save_keeps_when_a_row_was_made_and_when_it_was_changed():
    programme = make_programme()
    created, changed = programme.created_at, programme.updated_at
    programme.title_en = "Another title"
    programme.save()
    programme.refresh_from_db()
    assert programme.created_at == created
    assert programme.updated_at > changed
