#!/bin/bash
# By hand, as root on Debian with nginx and PostgreSQL: the upgrade of README.md from an older commit to this one,
# then a release that does not start, while visitors read and an editor saves. Prints what they saw.
#
#   bash tests/upgrade/run.sh [sqlite|postgresql] [COMMIT]
#
# It happens in copies of /etc, /opt, /var and /run that nobody else sees and that are gone at the end. There is no
# systemd in them: tests/upgrade/systemctl.py starts and stops the units. Ports 80, 443 and 8000 must be free.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
database=${1:-postgresql} old=${2:-9770b6e}
if [ -z "${IN_COPIES:-}" ]; then IN_COPIES=1 exec unshare --mount --pid --fork --mount-proc bash "$0" "$@"; fi

# As sudo has it: a Python of the caller's home is none that the user of the service may run.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount --make-rprivate /
layers=/mnt
mount -t tmpfs none "$layers"
for folder in etc opt var run; do
    mkdir -p "$layers/$folder/upper" "$layers/$folder/work"
    mount -t overlay overlay "/$folder" \
        -o "lowerdir=/$folder,upperdir=$layers/$folder/upper,workdir=$layers/$folder/work"
done
mount --bind "$here/tests/upgrade/systemctl.py" /usr/bin/systemctl
git config --system safe.directory '*'

say() { printf '\n=== %s\n' "$1"; }
ready() { for _ in $(seq 120); do curl -ksf -o /dev/null https://portal.example/readyz && return; sleep 1; done; exit 1; }

say "The version $old, as its README says"
adduser --quiet --system --group --home /var/lib/portal portal
git clone --quiet "$here" /opt/portal
cd /opt/portal
new=$(git rev-parse HEAD)
git checkout --quiet -B main "$old"
make --silent set-up
install -m 600 deploy/portal.env.example /etc/portal.env
sed -i "s|^SECRET_KEY=.*|SECRET_KEY=$(head -c 30 /dev/urandom | base64)|" /etc/portal.env
echo STAFF_SECOND_FACTOR=optional >>/etc/portal.env
if [ "$database" = sqlite ]; then
    sed -i '/^DATABASE_URL/d' /etc/portal.env
else
    pg_ctlcluster "$(ls /etc/postgresql)" main start
    runuser -u postgres -- createuser portal
    runuser -u postgres -- createdb --owner portal --encoding UTF8 --template template0 portal
fi
echo "127.0.0.1 portal.example" >>/etc/hosts
mkdir -p /etc/letsencrypt/live/portal.example
(cd /etc/letsencrypt/live/portal.example &&
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=portal.example -keyout privkey.pem -out fullchain.pem) 2>/dev/null
rm -f /etc/nginx/sites-enabled/*
cp deploy/nginx.conf /etc/nginx/sites-available/portal
ln -s /etc/nginx/sites-available/portal /etc/nginx/sites-enabled/portal
cp deploy/portal.service /etc/systemd/system/
systemctl enable --now portal
nginx
ready
(
    set -a; . /etc/portal.env; set +a
    DJANGO_SUPERUSER_PASSWORD=a-long-password-7 runuser -u portal --preserve-environment -- \
        .venv/bin/python manage.py createsuperuser --noinput --username editor1 --email ""
)

say "The upgrade"
(cd "$here" && exec .venv/bin/python -m tests.upgrade.visitors "$layers/stop") &
visitors=$!
sleep 5
git show "$new:deploy/release.sh" | sh -s "$new"
git show "$new:deploy/nginx.conf" >/etc/nginx/sites-available/portal
nginx -t -q && nginx -s reload
sleep 2
systemctl disable --now portal
git merge --quiet --ff-only "$new"

say "A release that does not start"
echo 'raise SystemExit("This release is broken.")' >>iomlaos/urls.py
git -c user.name=x -c user.email=x@example.org commit --quiet --all --message broken
if sh deploy/release.sh; then exit 1; fi

say "What visitors and the editor saw"
touch "$layers/stop"
status=0
wait $visitors || status=$?
systemctl stop portal.target
nginx -s stop
exit $status
