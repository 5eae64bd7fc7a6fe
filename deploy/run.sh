#!/bin/sh
# `make run`: the database brought up to date, the content loaded and updated, then the server.
set -eu
cd "$(dirname "$0")/.."
. deploy/environment.sh

# Two servers can share one port without a word: visitors would see now this one's data, now the other's.
.venv/bin/python - <<'END'
import os, socket, sys
where = os.environ["HOST"], os.environ["PORT"]
try:
    family, kind, _, _, address = socket.getaddrinfo(*where, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
except OSError as error:
    sys.exit(f"Cannot serve on {':'.join(where)}: {error.strerror}. Another port: PORT=8001 make run")
END

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
