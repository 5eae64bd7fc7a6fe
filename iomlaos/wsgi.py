"""WSGI application: `granian --interface wsgi iomlaos.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from iomlaos.operations.running import hold_while_serving

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iomlaos.settings")

application = get_wsgi_application()
hold_while_serving()
