"""The database backend for SQLite."""

import gc
import sqlite3
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError

from iomlaos.delivery.sqlite3.base import DatabaseWrapper

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]
WAITS_AT_MOST = 30


def connect(path: Path) -> DatabaseWrapper:
    options = {"transaction_mode": "IMMEDIATE", "timeout": WAITS_AT_MOST}
    sqlite = settings.DATABASES["default"] | {"NAME": str(path), "OPTIONS": options}
    return DatabaseWrapper(
        {"TIME_ZONE": None, "AUTOCOMMIT": True, "CONN_HEALTH_CHECKS": False} | sqlite, "other"
    )


def test_whoever_collects_the_garbage_of_a_refused_transaction_waits_for_nobody(tmp_path):
    other = sqlite3.connect(tmp_path / "site.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("BEGIN IMMEDIATE")
    refused, waiting = threading.Event(), threading.Event()

    def be_refused_then_wait() -> None:
        connection = connect(tmp_path / "site.sqlite3")
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(OperationalError, match="locked"):
            connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        refused.set()
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {WAITS_AT_MOST * 1000}")
        connection.connection.set_trace_callback(lambda sql: waiting.set())
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        connection.close()

    gc.disable()
    try:
        waits = threading.Thread(target=be_refused_then_wait)
        waits.start()
        assert waiting.wait(60)
        collects = threading.Thread(target=gc.collect)
        collects.start()
        collects.join(WAITS_AT_MOST / 3)
        was_held_up = collects.is_alive()
        other.execute("COMMIT")
        waits.join(60)
        collects.join(60)
    finally:
        gc.enable()
        other.close()
    assert not was_held_up
