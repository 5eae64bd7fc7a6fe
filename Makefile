# The portal's commands. `make` alone lists them.

PORTAL = . deploy/environment.sh && .venv/bin/python manage.py
# What the checks of `make test` read: a site in earnest, behind https, with data of nobody.
CHECKED = env -u DEBUG -u SECRET_KEY_FALLBACKS -u TRUSTED_PROXIES DATABASE_URL=sqlite://:memory: \
	SITE_URL=https://portal.example ALLOWED_HOSTS=portal.example \
	SECRET_KEY=strong-enough-for-the-checks-of-settings-0123456789-abcdefghijklmnop
PYTEST = .venv/bin/python -m pytest
# A file of tests stays in one process: its server and its browser are started once. tests/conftest.py says
# which begin first. One process more than two cores have, for tests that wait for a browser.
SPREAD = --numprocesses 3 --dist loadfile --no-loadscope-reorder --ignore tests/drills

.PHONY: help run dev staff manage test drill bench guide messages audit set-up set-up-dev

help:
	@echo "make run      the portal, in production mode, until Ctrl-C: http://127.0.0.1:8000/"
	@echo "make staff    an account for the admin: asks for a name and a password"
	@echo "make dev      the portal in debug mode; it reloads when a file changes"
	@echo "make test     all checks and tests; on PostgreSQL as well with TEST_POSTGRES_URL"
	@echo "make drill    long runs: load, killed workers, faults"
	@echo "make bench    what pages cost beside nginx and Wagtail, written into docs/performance.md"
	@echo "make guide    the pictures of docs/staff-guide.md, made again in Chromium"
	@echo "make messages the strings that visitors read, extracted for translation and compiled"
	@echo "make audit    whether a locked package has a known vulnerability; asks the package index"
	@echo "make manage ARGS=…   any command of manage.py, with the settings and the data of make run"
	@echo "make set-up   .venv and static files only"
	@echo "DATA_DIR=… PORT=… make run   runs beside another; README.md lists every variable"

run: set-up
	@sh deploy/run.sh

dev: set-up
	@export DEBUG=on && $(PORTAL) migrate --verbosity 0
	@export DEBUG=on && $(PORTAL) seed
	@export DEBUG=on && . deploy/environment.sh && exec .venv/bin/python manage.py runserver "$$HOST:$$PORT"

staff: set-up
	@$(PORTAL) migrate --verbosity 0
	@$(PORTAL) createsuperuser --email ""

manage: set-up
	@$(PORTAL) $(value ARGS)

test: set-up-dev
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/python -m mypy
	.venv/bin/python -m djlint --lint --quiet --profile=django templates
	find templates -name '*.html' -exec .venv/bin/djade --check --target-version 5.2 {} +
	$(CHECKED) .venv/bin/python manage.py check --deploy --fail-level WARNING
	$(CHECKED) .venv/bin/python manage.py makemigrations --check
	env -u DATABASE_URL $(PYTEST) $(SPREAD)
	@if [ -z "$$TEST_POSTGRES_URL" ]; then \
		echo "On SQLite alone. TEST_POSTGRES_URL=postgres://… make test runs the tests on PostgreSQL too."; fi
	@if [ -n "$$TEST_POSTGRES_URL" ]; then set -x; \
		DATABASE_URL="$$TEST_POSTGRES_URL" $(PYTEST) $(SPREAD) -m "not one_database and not pure"; fi

drill: set-up-dev
	DRILL=$${DRILL:-full} $(PYTEST) -rP tests/drills

bench: set-up-dev
	.venv/bin/python -m bench $(value ARGS)

guide: set-up-dev
	.venv/bin/python -m tests.browser.staff_guide

messages: set-up-dev
	.venv/bin/python -m tests.helpers.messages

audit:
	@sh deploy/audit.sh

set-up:
	@sh deploy/set-up.sh

set-up-dev:
	@sh deploy/set-up.sh dev
