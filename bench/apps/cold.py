"""The portal, which makes each page anew: its cache is emptied before every request.

FORGET=all also forgets what all pages share, as after an edit.
"""

import os

from iomlaos.delivery.cached_page import PageStore
from iomlaos.delivery.rendering import MAX_BYTES
from iomlaos.wsgi import application as page_cache

FORGETS_ALL = os.environ.get("FORGET") == "all"


def application(environ, start_response):
    page_cache.ready.clear()
    page_cache.renderer.pages = PageStore(MAX_BYTES)
    if FORGETS_ALL:
        page_cache.renderer.stretch = None
    return page_cache(environ, start_response)
