#!/bin/sh
# The server alone, on a database that is up to date. Its settings are in
# iomlaos/operations/management/commands/serve.py.
exec .venv/bin/python manage.py serve "$@"
