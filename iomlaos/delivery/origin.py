"""Which forms come from this site, where no cookie and so no CSRF token tells."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def is_same_origin(request: HttpRequest) -> bool:
    """Whether a page of this site sent the form, by the browser's `Origin` and `Sec-Fetch-Site`.

    Accepts a request without these headers. It is not from a modern browser, and there is no cookie that
    another site could misuse.
    """
    site = urlsplit(settings.SITE_URL)
    own_origins = (f"{site.scheme}://{site.netloc}", f"{request.scheme}://{request.get_host()}")
    is_own_page = request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
    return is_own_page and request.headers.get("Origin", own_origins[0]) in own_origins
