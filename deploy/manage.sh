#!/bin/sh
# A command of manage.py for a unit of systemd. The folder is entered through the link that names the release in
# service; the interpreter is named from there. So a run keeps its release when another one takes over.
exec .venv/bin/python manage.py "$@"
