#!/bin/sh
# `make run`: the database brought up to date, the content loaded and updated, then the server.
set -eu
cd "$(dirname "$0")/.."
. deploy/environment.sh

.venv/bin/python deploy/check_port.py
.venv/bin/python manage.py migrate --verbosity 0
.venv/bin/python manage.py seed

with=; [ "$DATA_DIR" = var ] || with="DATA_DIR=$DATA_DIR "
cat <<END

  The portal:             http://$HOST:$PORT/
  For staff, the admin:   http://$HOST:$PORT/admin/
  First staff account:    ${with}make staff     (in a second terminal)
  To stop:                Ctrl-C

END
exec sh deploy/serve.sh
