#!/bin/sh
# The server alone, on a database that is up to date: the end of deploy/run.sh.
# Each thread holds a connection to the database. Slow clients occupy none: the server reads and writes
# for them, and gives a thread whole requests only.
exec .venv/bin/python -m granian --interface wsgi --host "$HOST" --port "$PORT" \
    --workers "$WEB_WORKERS" --blocking-threads 4 --respawn-failed-workers --workers-kill-timeout 10 \
    --log-level warning iomlaos.wsgi:application
