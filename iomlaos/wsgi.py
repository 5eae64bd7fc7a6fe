"""WSGI application: `granian --interface wsgi iomlaos.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iomlaos.settings")

django_application = get_wsgi_application()

# After the settings.
from iomlaos.delivery.page_cache import PageCache  # noqa: E402

application = PageCache(django_application)
