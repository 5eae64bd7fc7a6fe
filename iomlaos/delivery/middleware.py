"""Middleware for every request: proxy headers, validation, the time of the request, compression."""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from iomlaos.delivery.client_ip import is_trusted_proxy, proxy_networks
from iomlaos.delivery.errors import static_error
from iomlaos.delivery.headers import is_admin_page
from iomlaos.delivery.language import split_language
from iomlaos.delivery.validity import future_moment

#: No page or admin list has a longer query.
MAX_QUERY_LENGTH = 4096
SAFE_METHODS = ("GET", "HEAD")


class RequestValidationMiddleware(MiddlewareMixin):
    """400 for NUL bytes and broken UTF-8 in address, query or cookies; 405 for writing to public
    pages, except below PUBLIC_FORM_PREFIXES; 411, 413 and 414 for too much.

    PostgreSQL refuses NUL in any text, and Django does not check: it would be a 500.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        meta = request.META
        query = meta.get("QUERY_STRING", "")
        if len(query) > MAX_QUERY_LENGTH:
            return static_error(414)
        # Django has decoded the path, and left percent signs where it could not; the others are
        # WSGI strings, bytes written as Latin-1.
        texts = (
            request.path_info.encode(),
            query.encode("latin-1"),
            meta.get("HTTP_COOKIE", "").encode("latin-1"),
        )
        has_nul_cookie = any("\0" in value for value in request.COOKIES.values())
        if has_nul_cookie or not all(map(is_clean, texts)):
            return static_error(400)
        if "HTTP_TRANSFER_ENCODING" in meta and not meta.get("CONTENT_LENGTH"):
            # A body without a length might never end.
            return static_error(411)
        length = meta.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal():
            return static_error(400)
        takes_form = split_language(request.path_info)[1].startswith(settings.PUBLIC_FORM_PREFIXES)
        limit = settings.UPLOAD_LIMIT_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if int(length) > (settings.PUBLIC_FORM_LIMIT_BYTES if takes_form else limit):
            return static_error(413)
        allowed = (*SAFE_METHODS, "POST") if takes_form else SAFE_METHODS
        if request.method not in allowed and not is_admin_page(request):
            response = static_error(405)
            response.headers["Allow"] = ", ".join(allowed)
            return response
        return None


def is_clean(text: bytes) -> bool:
    """Whether bytes, percent signs resolved, are UTF-8 without NUL."""
    try:
        return "\0" not in unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        return False


class ProxyHeadersMiddleware(MiddlewareMixin):
    """Trust X-Forwarded-* and X-Request-ID from TRUSTED_PROXIES only; drop them from anyone else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        # A mistake in the setting ends the start.
        proxy_networks(tuple(settings.TRUSTED_PROXIES))

    def process_request(self, request: HttpRequest) -> None:
        if is_trusted_proxy(request.META.get("REMOTE_ADDR")):
            # The proxy appends the address that it saw; anyone may have written what comes before.
            if chain := request.META.get("HTTP_X_FORWARDED_FOR"):
                request.META["REMOTE_ADDR"] = chain.split(",")[-1].strip()
        else:
            for name in ("FORWARDED_FOR", "FORWARDED_PROTO", "FORWARDED_HOST", "REQUEST_ID"):
                request.META.pop(f"HTTP_X_{name}", None)


class RequestTimeMiddleware(MiddlewareMixin):
    """`request.at`: the time of the request, taken once, for every rule that depends on it."""

    def process_request(self, request: HttpRequest) -> None:
        request.at = future_moment() or timezone.now()  # type: ignore[attr-defined]


class PublicGZipMiddleware(GZipMiddleware):
    """gzip without Django's random padding against BREACH: public pages hold no secret, and are the
    same bytes for everyone. Admin pages hold secrets and are not compressed."""

    max_random_bytes = 0

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if is_admin_page(request) or response.streaming:
            return response
        return super().process_response(request, response)
