#!/bin/sh
# A command of manage.py with the settings of the service and as its user, as root:
#
#   sudo sh /opt/portal/deploy/as-service.sh backup /var/backups/portal/
set -eu
# A terminal for what asks something; else what cron needs.
if [ -t 0 ]; then how=--pty; else how=--pipe; fi
exec systemd-run "$how" --wait --collect --quiet --uid portal --working-directory /opt/portal/current \
    --property EnvironmentFile=/etc/portal.env /bin/sh deploy/manage.sh "$@"
