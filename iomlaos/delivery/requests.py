"""What is done to a request before anything else sees it."""

import ipaddress
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from .errors import static_error

GetResponse = Callable[[HttpRequest], HttpResponse]

#: A longer query than any page or admin list asks for only makes a database work.
LONGEST_QUERY = 4096


class RefuseMalformed:
    """400 for NUL bytes and broken UTF-8 in address, query or cookies; 413 and 414 for too much.

    PostgreSQL refuses a NUL in any text, and Django passes it on: without this, each would be a
    500, and only on one of the two databases.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        query = meta.get("QUERY_STRING", "")
        if len(query) > LONGEST_QUERY:
            return static_error(414)
        address_is_clean = all(_is_clean(text, percent=True) for text in (meta.get("PATH_INFO", ""), query))
        cookies_are_clean = _is_clean(meta.get("HTTP_COOKIE", "")) and not any(
            "\0" in value for value in request.COOKIES.values()
        )
        if not (address_is_clean and cookies_are_clean):
            return static_error(400)
        length = meta.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal():
            return static_error(400)
        if int(length) > settings.UPLOAD_LIMIT_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return static_error(413)
        return self.get_response(request)


def _is_clean(text: str, *, percent: bool = False) -> bool:
    """Whether a WSGI string (bytes as Latin-1) is UTF-8 without NUL, percent signs resolved or not."""
    try:
        content = text.encode("latin-1")
        decoded = (unquote_to_bytes(content) if percent else content).decode("utf-8")
    except UnicodeError:
        return False
    return "\0" not in decoded


class TrustProxies:
    """Believe X-Forwarded-* from the proxies of TRUSTED_PROXIES only; drop it from anyone else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        try:
            self.networks = [ipaddress.ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES]
        except ValueError as error:
            raise ImproperlyConfigured(f"TRUSTED_PROXIES: {error}") from None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._is_trusted(request.META.get("REMOTE_ADDR", "")):
            # The proxy appends the address that it saw; what stands before it, anyone may have written.
            if chain := request.META.get("HTTP_X_FORWARDED_FOR"):
                request.META["REMOTE_ADDR"] = chain.split(",")[-1].strip()
        else:
            for name in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"):
                request.META.pop(name, None)
        return self.get_response(request)

    def _is_trusted(self, address: str) -> bool:
        try:
            return any(ipaddress.ip_address(address) in network for network in self.networks)
        except ValueError:
            return False


class Moment:
    """`request.at`: the one moment of a request. Every rule that depends on time is given it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.at = timezone.now()
        return self.get_response(request)
