"""What the settings read while tests run, whatever the shell says.

Loaded with `-p` before pytest-django reads the settings, in each process of a parallel run: that is
why the tests start with `python -m pytest` in the project's folder. The database is that of
DATABASE_URL where it is given (`make test` gives TEST_POSTGRES_URL there), else SQLite.
"""

import atexit
import gc
import os
import shutil
import sys
import tempfile

# Whoever forbids compiled files would have every process of the tests rewrite all assertions anew, and every
# process beside them compile the portal.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

DATA_DIR = tempfile.mkdtemp(prefix="portal-tests-")
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)

for name in (
    "SECRET_KEY_FALLBACKS", "TRUSTED_PROXIES", "STAFF_SECOND_FACTOR", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "SENTRY_DSN",
    "STAFF_IDLE_MINUTES", "HOST", "PORT", "SOCKET", "WEB_WORKERS", "RELIEFWEB_SOURCE", "LOG_FORMAT",
):  # fmt: skip
    os.environ.pop(name, None)

os.environ.update(
    DJANGO_SETTINGS_MODULE="iomlaos.settings",
    DATA_DIR=DATA_DIR,
    DEBUG="off",
    SECRET_KEY="known-to-all-and-good-for-tests-alone-0123456789-abcdefghij",
    ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    SITE_URL="http://testserver",
    # Tests move the clock by days while staff are signed in; those of idle sessions set their own.
    STAFF_IDLE_MINUTES="1000000",
    # On a busy machine any query may be slow, and tests compare what a command writes.
    SLOW_QUERY_MS="3600000",
    # Playwright keeps an event loop in the tests' thread, in which Django would refuse its database.
    DJANGO_ALLOW_ASYNC_UNSAFE="true",
)

# The half million objects of Django and of the tests stay to the end: the collector need not look at them anew.
gc.set_threshold(50_000, 20, 50)
