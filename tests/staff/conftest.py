"""Staff who are signed in, and the clock that they sign in by."""

import datetime
from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Noon of 1 June 2026 in Vientiane, until it is moved. Named before `staff`, it holds for their session."""
    with time_machine.travel(datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def staff(client, db):
    """A client signed in as one who may do everything."""
    client.force_login(User.objects.create_superuser("staff", password="a-long-password-7"))
    return client


@pytest.fixture
def count_queries():
    """How many queries something runs."""

    def count(run) -> int:
        with CaptureQueriesContext(connection) as queries:
            run()
        return len(queries)

    return count
