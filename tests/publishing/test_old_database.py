"""A database that version 1 made: its migrations had the names of the new ones."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


@pytest.mark.django_db
def test_a_database_of_version_1_is_refused_with_one_line_that_says_what_to_do():
    MigrationRecorder(connection).record_applied("publishing", "0002_revisions")
    with pytest.raises(CommandError) as refusal:
        call_command("migrate", verbosity=0)
    (line,) = str(refusal.value).splitlines()
    assert "DATABASE_URL" in line
    assert "DATA_DIR" in line
