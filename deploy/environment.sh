# What the Makefile gives the portal where the shell says nothing. Read with `.`, not run; a server in
# earnest reads deploy/portal.env.example instead.

export DATA_DIR="${DATA_DIR-var}"
export HOST="${HOST-127.0.0.1}"
export PORT="${PORT-8000}"
export WEB_WORKERS="${WEB_WORKERS-2}"
export ALLOWED_HOSTS="${ALLOWED_HOSTS-127.0.0.1,localhost,[::1]}"

# The database and the uploads are for the portal alone.
[ -d "$DATA_DIR" ] || (umask 077; mkdir -p "$DATA_DIR")

# A random key, made once. Of two starts at the same moment the first one's key stays: `ln` puts a whole
# file in its place, or finds one there.
if [ -z "${SECRET_KEY+given}" ]; then
    if [ ! -e "$DATA_DIR/secret-key" ]; then
        (
            umask 077
            new=$(mktemp "$DATA_DIR/secret-key.XXXXXX")
            .venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))' >"$new"
            ln "$new" "$DATA_DIR/secret-key" 2>/dev/null || [ -e "$DATA_DIR/secret-key" ]
            rm "$new"
        )
    fi
    SECRET_KEY=$(cat "$DATA_DIR/secret-key")
    export SECRET_KEY
fi
