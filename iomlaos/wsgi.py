"""WSGI application: `granian --interface wsgi iomlaos.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iomlaos.settings")

application = get_wsgi_application()
