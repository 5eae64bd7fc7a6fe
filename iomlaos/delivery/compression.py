"""Compression of public pages. Static files come compressed from WhiteNoise."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from iomlaos.delivery.headers import is_admin_page


class PublicGZipMiddleware(GZipMiddleware):
    """gzip without Django's random padding: public pages hold no secret that a guess could reveal,
    and are the same bytes for everyone. Staff pages hold secrets and are left alone."""

    max_random_bytes = 0

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if is_admin_page(request) or response.streaming:
            return response
        return super().process_response(request, response)
