"""The portal, which makes each page anew: its cache is emptied before every request.

    .venv/bin/python -m bench.apps.cold    in the place of `manage.py serve`

FORGET=all also forgets what all pages share, as after an edit.
"""

import os

from iomlaos import wsgi
from iomlaos.delivery.cached_page import PageStore
from iomlaos.delivery.rendering import MAX_BYTES
from iomlaos.operations.management.commands.serve import serve

FORGETS_ALL = os.environ.get("FORGET") == "all"
page_cache = wsgi.application


def application(environ, start_response):
    page_cache.ready.clear()
    page_cache.renderer.pages = PageStore(MAX_BYTES)
    if FORGETS_ALL:
        page_cache.renderer.stretch = None
    return page_cache(environ, start_response)


if __name__ == "__main__":
    wsgi.application = application
    serve()
