"""The page that is sent while the portal cannot answer, written to a file in each language."""

import os

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from iomlaos.delivery.errors import unavailable_page
from iomlaos.delivery.language import in_language


def write_unavailable_pages() -> None:
    """Write the page in each language, with what the contact page says now."""
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            _write(in_language("/", code))


def _write(address: str) -> None:
    """Unchanged, the file is not touched."""
    request = HttpRequest()
    request.path, request.at = address, timezone.now()
    # Site notices come and go by the clock, and this page may be weeks old.
    context = {"canonical": settings.SITE_URL + address, "site_notices": ()}
    page = render_to_string("home/unavailable.html", context, request).encode()
    path = unavailable_page()
    if path.exists() and path.read_bytes() == page:
        return
    path.parent.mkdir(exist_ok=True)
    # nginx reads it under another user.
    path.parent.chmod(0o755)
    new = path.with_suffix(f".{os.getpid()}")
    new.write_bytes(page)
    new.chmod(0o644)
    new.replace(path)
