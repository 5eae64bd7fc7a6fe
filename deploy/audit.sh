#!/bin/sh
# `make audit`: whether a package of requirements/run.txt has a known vulnerability. pip-audit is kept in a
# virtual environment of its own: the portal does not need it.
set -eu
cd "$(dirname "$0")/.."

if [ ! -x .venv/audit/bin/pip-audit ]; then
    .venv/bin/python -m venv .venv/audit
    .venv/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
fi
exec .venv/audit/bin/pip-audit --disable-pip --require-hashes --requirement requirements/run.txt
