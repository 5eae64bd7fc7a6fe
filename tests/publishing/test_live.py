"""Whether a thing is public at a moment: asked of the database and of the object, with one answer."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from iomlaos.publishing.models import publishables
from programmes.models import Programme
from tests.factories import (
    make_document,
    make_form,
    make_page,
    make_procurement_notice,
    make_programme,
    make_project,
    make_vacancy,
)

pytestmark = pytest.mark.django_db

AT = datetime.datetime(2026, 3, 1, 9, 0, tzinfo=datetime.UTC)
EARLIER, LATER = AT - datetime.timedelta(microseconds=1), AT + datetime.timedelta(microseconds=1)
NOTICES = [make_vacancy, make_procurement_notice]
MAKERS = [make_page, make_programme, make_project, make_document, make_form, *NOTICES]

TIMES = [
    # publish_from, publish_until, live if published
    (None, None, True),
    (EARLIER, None, True),
    (AT, None, True),
    (LATER, None, False),
    (None, EARLIER, False),
    (None, AT, False),
    (None, LATER, True),
    (EARLIER, LATER, True),
    (EARLIER, AT, False),
    (AT, LATER, True),
]


@pytest.mark.parametrize("state", ["draft", "published", "withdrawn"])
@pytest.mark.parametrize(("publish_from", "publish_until", "live_if_published"), TIMES)
def test_live_and_is_live_agree(state, publish_from, publish_until, live_if_published):
    programme = make_programme(state=state, publish_from=publish_from, publish_until=publish_until)
    expected = state == "published" and live_if_published
    assert programme.is_live(AT) is expected
    assert Programme.objects.live(AT).exists() is expected


def test_the_kinds_below_are_all_that_can_be_published():
    assert {maker().__class__ for maker in MAKERS} == set(publishables())


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(("publish_from", "expected"), [(None, True), (AT, True), (LATER, False)])
def test_every_kind_goes_by_the_same_rule(make, publish_from, expected):
    row = make(publish_from=publish_from)
    assert row.is_live(AT) is expected
    assert row.__class__.objects.live(AT).filter(pk=row.pk).exists() is expected


@pytest.mark.parametrize(
    ("state", "publish_until", "expected"),
    [
        ("draft", None, False),
        ("draft", EARLIER, False),
        ("published", None, False),
        ("published", LATER, False),
        ("published", AT, True),
        ("published", EARLIER, True),
        ("withdrawn", None, True),
        ("withdrawn", LATER, True),
    ],
)
def test_taken_down_is_what_was_withdrawn_or_is_past_its_time(state, publish_until, expected):
    assert make_programme(state=state, publish_until=publish_until).was_taken_down(AT) is expected


@pytest.mark.parametrize("make", MAKERS)
def test_an_unknown_state_cannot_be_stored(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make(state="hidden")


@pytest.mark.parametrize("make", [make for make in MAKERS if make not in NOTICES])
@pytest.mark.parametrize("publish_until", [AT, EARLIER])
def test_public_until_cannot_be_before_public_from(make, publish_until):
    with pytest.raises(IntegrityError), transaction.atomic():
        make(publish_from=AT, publish_until=publish_until)


def test_public_until_before_public_from_is_said_in_words():
    programme = make_programme(publish_from=AT)
    programme.publish_until = AT
    with pytest.raises(ValidationError, match="the page would never be seen") as error:
        programme.full_clean()
    assert "publish_until" in error.value.message_dict


@pytest.mark.parametrize("make", MAKERS)
def test_two_rows_cannot_share_an_address(make):
    make(slug="one-address")
    with pytest.raises(IntegrityError), transaction.atomic():
        make(slug="one-address")


def test_created_and_last_changed_are_kept():
    programme = make_programme()
    created, changed = programme.created_at, programme.changed_at
    programme.title_en = "Another title"
    programme.save()
    programme.refresh_from_db()
    assert programme.created_at == created
    assert programme.changed_at > changed
