"""WSGI application: `granian --interface wsgi iomlaos.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from iomlaos.delivery.call_stack import with_room_for_calls

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iomlaos.settings")

django_application = with_room_for_calls(get_wsgi_application())

# After the settings.
from iomlaos.delivery.database_file import open_existing_only  # noqa: E402
from iomlaos.delivery.database_guard import guard  # noqa: E402
from iomlaos.delivery.page_cache import PageCache  # noqa: E402
from iomlaos.operations.running import hold_while_serving  # noqa: E402

hold_while_serving()
open_existing_only()
application = PageCache(django_application)
guard(lambda: application.read_version())
