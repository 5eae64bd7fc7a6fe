"""The file of a SQLite database that is missing, or replaced while the portal runs."""

import os
import shutil

import pytest

from tests.helpers.databases import template
from tests.helpers.other_process import run_python

pytestmark = pytest.mark.one_database

MISSING = """
import iomlaos.wsgi
from django.test import Client
print(Client(raise_request_exception=False).get("/").status_code)
"""
REPLACED = """
import iomlaos.wsgi, os, shutil
from django.conf import settings
from django.core.signals import request_started
from django.db import OperationalError, connection
from iomlaos.office.models import Office
path = settings.DATABASES["default"]["NAME"]
Office.objects.create(name="Office", short_name="As it was")
os.rename(path, path + ".moved")
request_started.send(None)
try:
    Office.objects.get()
except OperationalError as error:
    print(error)
for ending in ("-wal", "-shm"):
    if os.path.exists(path + ending):
        os.remove(path + ending)
shutil.copy(path + ".copy", path)
request_started.send(None)
print(Office.objects.count())
"""


def test_a_server_makes_no_database_where_its_file_is_missing(tmp_path):
    done = run_python(MISSING, DATA_DIR=str(tmp_path))
    assert done.stdout.split() == ["503"], done.stderr
    assert not os.listdir(tmp_path)


def test_a_connection_notices_that_its_file_was_moved_away_and_another_put_there(tmp_path):
    shutil.copy(template("migrated") / "portal.sqlite3", tmp_path)
    shutil.copy(tmp_path / "portal.sqlite3", tmp_path / "portal.sqlite3.copy")
    done = run_python(REPLACED, DATA_DIR=str(tmp_path))
    assert done.stdout.splitlines() == ["unable to open database file", "0"], done.stderr
