"""Staff who are signed in."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext


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
