#!/bin/sh
# The server alone, on a database that is up to date: the end of deploy/run.sh.
# Each thread holds a connection to the database. Slow clients occupy none: the server reads and writes
# for them, and gives a thread whole requests only.
if [ -n "${SOCKET:-}" ]; then
    # One that was left by a kill is in the way. Whoever reaches the folder may connect, as to a port.
    rm -f "$SOCKET"
    set -- --uds "$SOCKET" --uds-permissions 0666
else
    set -- --host "$HOST" --port "$PORT"
fi
exec .venv/bin/python -m granian --interface wsgi "$@" \
    --workers "$WEB_WORKERS" --blocking-threads 4 --respawn-failed-workers --workers-kill-timeout 10 \
    --log-level warning iomlaos.wsgi:application
