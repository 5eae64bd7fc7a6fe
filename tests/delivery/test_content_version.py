"""The version of the content: which writes change it, and how a worker learns of it."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from careers.alerts.models import Subscription
from iomlaos.delivery.models import CommandRun, ContentVersion
from iomlaos.delivery.triggers import EVENTS, content_models, make_triggers
from iomlaos.publishing.models import ReviewLink, Revision
from iomlaos.staff.autosave.models import AutosavedForm, EditingSession
from iomlaos.staff.notifications.models import Notification
from programmes.models import Programme
from tests.helpers.factories import make_donor, make_programme

pytestmark = pytest.mark.django_db


def version() -> str:
    """As the next transaction sees it: PostgreSQL counts at the commit."""
    if connection.vendor == "postgresql":
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('portal.content_changed', '', true)")
    return str(ContentVersion.objects.get())


def changes(write) -> bool:
    before = version()
    write()
    return version() != before


def trigger_names() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname || '_' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal")
        return {row[0] for row in cursor.fetchall()}


def test_every_table_of_content_has_its_three_triggers():
    wanted = {f"content_{event}_{model._meta.db_table}" for model in content_models() for event in EVENTS}
    assert {name for name in trigger_names() if name.startswith("content_")} == wanted


@pytest.mark.django_db(transaction=True)
def test_triggers_that_a_migration_dropped_are_made_again():
    with connection.cursor() as cursor:
        table = Programme._meta.db_table
        on_sqlite = f'DROP TRIGGER "content_UPDATE_{table}"'
        cursor.execute(
            on_sqlite if connection.vendor == "sqlite" else f'DROP TRIGGER "content_UPDATE" ON "{table}"'
        )
    make_triggers()
    make_triggers()
    assert f"content_UPDATE_{table}" in trigger_names()


def test_whatever_writes_content_changes_the_version():
    programme, donor = make_programme(), make_donor()
    table = Programme._meta.db_table

    def by_sql():
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET title_en = %s', ["By SQL"])

    for write in (
        lambda: programme.save(),
        lambda: Programme.objects.update(title_en="All at once"),
        lambda: Programme.objects.bulk_update([programme], ["title_en"]),
        by_sql,
        lambda: programme.donors.add(donor),
        lambda: programme.donors.clear(),
        lambda: programme.delete(),
    ):
        assert changes(write)


def test_what_staff_do_beside_the_content_does_not_change_it():
    programme = make_programme()
    user = User.objects.create_user("editor")
    about = Revision.objects.describe(programme, user)

    def keep_draft():
        Revision.objects.create(**about, kind=Revision.Kind.DRAFT, number=90, data={})

    for model in (AutosavedForm, EditingSession, Notification, ReviewLink, Subscription, CommandRun):
        assert model not in content_models()
    for write in (
        lambda: Session.objects.create(session_key="a" * 32, session_data="", expire_date=timezone.now()),
        lambda: user.save(),
        keep_draft,
    ):
        assert not changes(write)


def test_a_scheduled_change_changes_it_for_its_moment_is_public_news():
    programme = make_programme()
    about = Revision.objects.describe(programme, None)
    later = timezone.now() + datetime.timedelta(days=1)
    assert changes(
        lambda: Revision.objects.create(
            **about, kind=Revision.Kind.SCHEDULED, number=91, data={}, publish_at=later
        )
    )
    assert changes(lambda: Revision.objects.scheduled().update(closed_at=later))


def test_a_restore_makes_a_version_that_never_was():
    make_programme()
    before = version()
    ContentVersion.renew()
    ContentVersion.objects.update(number=1)
    word, _, number = version().partition("-")
    assert (number, word == before.partition("-")[0]) == ("1", False)
