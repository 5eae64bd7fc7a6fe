#!/bin/sh
# Puts a commit of /opt/portal into service. README.md, "Deploy" and "Upgrade", says when.
#
#   sudo sh /opt/portal/deploy/release.sh [COMMIT]        the commit that is checked out, unless one is named
#
# The release is set up in a folder of its own and started beside the one in service. When it answers, one link is
# switched, and with it code, static files and the socket that nginx asks. Until then nothing has changed, and
# where the new release does not answer, nothing does.
set -eu

portal=/opt/portal
units=/etc/systemd/system
kept=3
# Seconds: for the first answer, and for the former release to end what it is doing.
patience=120
overlap=5

say() { echo "$@" >&2; }
fail() { say "$@"; exit 1; }

[ "$(id -u)" = 0 ] || fail "Run this as root: sudo sh $portal/deploy/release.sh"
[ -r /etc/portal.env ] || fail "/etc/portal.env is missing. README.md, \"Deploy\", says what belongs in it."
cd "$portal"
exec 9<"$portal"
flock --nonblock 9 || fail "Another release is being put into service."

commit=$(git rev-parse --verify --quiet "${1:-HEAD}^{commit}") || fail "There is no commit ${1:-HEAD} in $portal."
name=$(date -u +%Y%m%dT%H%M%S)-$(git rev-parse --short "$commit")
release=$portal/releases/$name
former=
[ -d current ] && former=$(basename "$(readlink current)")

# --- Beside the release in service ----------------------------------------------------------------

say "Setting up $release …"
umask 022
mkdir -p "$release"
# Until it is in service, nothing of it may stay.
trap 'systemctl stop "portal-web@$name" 2>/dev/null || true; rm -rf "$release"' EXIT
trap 'exit 130' INT TERM
git archive "$commit" | tar --extract --directory "$release"
# Most releases need the same packages: then set-up.sh installs nothing.
[ -z "$former" ] || cp -a current/.venv "$release/"
sh "$release/deploy/set-up.sh" </dev/null
# The service may not write here: without this, each start of a command would compile everything anew.
(cd "$release" && .venv/bin/python -m compileall -q iomlaos programmes careers)
# Pages that browsers and the mirror hold name static files of former releases.
for static in "$portal/current/.static" "$portal/.static"; do
    [ ! -d "$static" ] || tar --create --directory "$static" . |
        tar --extract --skip-old-files --directory "$release/.static"
done
ln -s "/run/portal/$name.sock" "$release/portal.sock"

cp -R "$release/deploy/systemd/." "$units/"
systemctl daemon-reload

# --- The new one, beside the former ---------------------------------------------------------------

host=$(sed -n 's/^ALLOWED_HOSTS=\([^,]*\).*/\1/p' /etc/portal.env)
answers() { curl --silent --fail --max-time 10 --output /dev/null --unix-socket "$1" \
    --header "Host: $host" --header "X-Forwarded-Proto: https" "http://localhost$2"; }

say "Starting it: migrations, content, server …"
systemctl start "portal-web@$name" || fail "It does not start: journalctl --unit portal-web@$name"
waited=0
until answers "/run/portal/$name.sock" /readyz && answers "/run/portal/$name.sock" /; do
    [ $waited -lt $patience ] || fail "It does not answer: journalctl --unit portal-web@$name. Nothing was switched."
    waited=$((waited + 1))
    sleep 1
done

# --- The switch -----------------------------------------------------------------------------------

point_to() { ln -sfn "releases/$1" next && mv -T next current; }

point_to "$name"
waited=0
while [ $waited -lt $overlap ]; do
    if ! answers current/portal.sock /readyz; then
        [ -z "$former" ] || point_to "$former"
        fail "It stopped answering: journalctl --unit portal-web@$name. The former release is in service again."
    fi
    waited=$((waited + 1))
    sleep 1
done
trap - EXIT INT TERM
systemctl enable --quiet "portal-web@$name"
if [ -n "$former" ]; then
    systemctl disable --quiet --now "portal-web@$former"
else
    systemctl enable --quiet portal-minute.timer portal-alerts.timer portal-daily.timer portal-weekly.timer
    systemctl enable --quiet --now portal.target
fi
ls -d releases/* | head -n -$kept | while read -r old; do rm -rf "$old"; done
say "In service: $name"
