"""/healthz and /readyz, for whoever watches the server."""

import datetime

import time_machine
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from iomlaos.delivery.health import known_migrations
from tests.helpers.other_process import get_pages

MINUTE = datetime.timedelta(minutes=1)


def test_a_server_in_order_is_alive_and_ready(client, db):
    assert client.get("/healthz").json() == {"status": "alive"}
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "ready")


def test_ready_says_when_timers_ran_and_is_ready_where_they_did_not(client, db):
    with time_machine.travel(datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC), tick=False) as clock:
        call_command("publish_due")
        clock.shift(17 * MINUTE)
        on_time = client.get("/readyz").json()["timers"]
        clock.shift(MINUTE)
        late = client.get("/readyz").json()
    assert on_time["publish_due"] == {"status": "on time", "ran_at": "2026-06-01T00:00:00Z"}
    assert on_time["check_links"] == {"status": "never ran", "ran_at": None}
    assert (late["status"], late["timers"]["publish_due"]["status"]) == ("ready", "late")


def test_every_migration_is_known(db):
    assert known_migrations() == MigrationLoader(None).disk_migrations.keys()


def test_a_waiting_migration_is_not_ready(client, db):
    MigrationRecorder.Migration.objects.filter(app="careers").latest("id").delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == "wait to be applied"
    assert client.get("/healthz").status_code == 200


def test_without_a_database_the_process_is_alive_but_not_ready():
    alive, ready = get_pages("/healthz", "/readyz", DATABASE_URL="sqlite:////nowhere/portal.sqlite3")
    assert alive.status == 200
    assert ready.status == 503
    assert "nowhere" not in ready.text


def test_health_is_never_kept_by_a_cache(client, db):
    for address in ("/healthz", "/readyz"):
        assert "no-store" in client.get(address)["Cache-Control"]


def test_health_is_asked_for_and_not_written_to(client, db):
    assert client.post("/healthz").status_code == 405
    assert client.head("/readyz").status_code == 200
