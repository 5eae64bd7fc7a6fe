#!/bin/sh
# `make run`: the database brought up to date, the content loaded and updated, and the server, in one process.
set -eu
cd "$(dirname "$0")/.."
. deploy/environment.sh

with=; [ "$DATA_DIR" = var ] || with="DATA_DIR=$DATA_DIR "
cat <<END

  The portal:             http://$HOST:$PORT/
  For staff, the admin:   http://$HOST:$PORT/admin/
  First staff account:    ${with}make staff     (in a second terminal)
  To stop:                Ctrl-C

END
exec .venv/bin/python manage.py serve --update
