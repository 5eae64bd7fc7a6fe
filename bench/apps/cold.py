"""The portal, which makes each page anew: its cache is emptied before every request.

    .venv/bin/python -m bench.apps.cold    in the place of `manage.py serve`

FORGET=all also forgets what all pages share, as after an edit.
"""

import os

from iomlaos import wsgi
from iomlaos.delivery.cached_page import PageStore
from iomlaos.delivery.page_cache import PageCache
from iomlaos.delivery.rendering import MAX_BYTES
from iomlaos.operations.management.commands.serve import serve

FORGETS_ALL = os.environ.get("FORGET") == "all"


class EmptyPageCache(PageCache):
    def __call__(self, environ, start_response):
        self.ready.clear()
        self.renderer.pages = PageStore(MAX_BYTES)
        if FORGETS_ALL:
            self.renderer.period = None
        return super().__call__(environ, start_response)


if __name__ == "__main__":
    wsgi.application = EmptyPageCache(wsgi.django_application)
    serve()
