#!/bin/sh
# Makes .venv what the locks in requirements/ say, and .static what static/ says. When both are so
# already, it does nothing and says nothing. An install that was broken off is begun again from nothing.
#
#   deploy/set-up.sh         what `make run` needs
#   deploy/set-up.sh dev     what `make test` needs
#   deploy/set-up.sh python  nothing: only says whether there is a Python to begin with
set -eu
cd "$(dirname "$0")/.."

say() { echo "$@" >&2; }

# Two starts at the same moment: one sets up, the other waits for it.
exec 9<deploy/set-up.sh
if command -v flock >/dev/null; then flock 9; fi

# --- Python -------------------------------------------------------------------------------------

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; }

find_python() {
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        if suits "$candidate"; then echo "$candidate"; return; fi
    done
    say "${PYTHON:-Python} is not a Python 3.11, 3.12 or 3.13 that runs; the portal needs one."
    say "On Debian 12 or 13:  apt install python3 python3-venv"
    say "Another can be named: PYTHON=python3.12 make run"
    return 1
}

check_python() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        say "$python cannot make a virtual environment: venv or ensurepip is missing."
        say "On Debian:  apt install python3-venv   (or python$version-venv, for just this Python)"
        exit 1
    fi
}

make_venv() {
    check_python
    say "Making .venv with $python …"
    rm -rf .venv
    "$python" -m venv .venv
}

same_version_as() {
    ours='import sys; print(sys.version_info[:2])'
    [ "$("$1" -c "$ours" 2>/dev/null)" = "$(.venv/bin/python -c "$ours")" ]
}

if [ "${1:-}" = python ]; then check_python; exit; fi

# The locks that .venv was made from are kept in it: they are compared, not dates.
if [ ! -f .venv/installed/run.txt ] || ! suits .venv/bin/python; then
    make_venv
elif [ -n "${PYTHON:-}" ] && ! same_version_as "$PYTHON"; then
    make_venv
fi

# --- Packages -----------------------------------------------------------------------------------

install() {
    lock=requirements/$1.txt
    installed=.venv/installed/$1.txt
    if cmp -s "$lock" "$installed"; then return; fi
    say "Installing $lock …"
    mkdir -p .venv/installed
    # While this runs there is no list of what is installed, so that an interruption is noticed.
    rm -f .venv/installed/*.txt.new "$installed"
    # A trial may run with another clock (faketime); certificates are judged by the real one.
    env -u LD_PRELOAD .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --only-binary :all: -r "$lock"
    cp "$lock" "$installed.new"
    mv "$installed.new" "$installed"
}

install run
if [ "${1:-}" = dev ]; then install dev; fi

# --- Static files -------------------------------------------------------------------------------

# They are made of static/ and of what the packages bring along.
wanted=$({ find static -type f | LC_ALL=C sort | xargs cksum; cat requirements/run.txt; } | cksum)
collected=.venv/installed/static
if [ ! -f .static/staticfiles.json ] || [ "$(cat "$collected" 2>/dev/null)" != "$wanted" ]; then
    say "Collecting and compressing static files …"
    # Files of the last time stay, for pages that a running server has already sent; half a copy does not.
    clear=; [ -f "$collected" ] || clear=--clear
    rm -f "$collected"
    env -u DATABASE_URL DEBUG=off ALLOWED_HOSTS=localhost SITE_URL=http://localhost \
        SECRET_KEY=nothing-is-signed-while-files-are-collected-and-this-is-long \
        .venv/bin/python manage.py collectstatic --noinput $clear --verbosity 0
    # A service that runs under a user of its own reads them too.
    chmod -R a+rX .static
    echo "$wanted" >"$collected"
fi
