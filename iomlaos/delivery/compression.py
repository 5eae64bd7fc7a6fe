"""Compression of public pages. Static files come compressed from WhiteNoise."""

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware

from .headers import is_staff_page


class CompressPublicPages(GZipMiddleware):
    """gzip without Django's random padding: public pages hold no secret that a guess could reveal,
    and are the same bytes for everyone. Staff pages hold secrets and are left alone."""

    max_random_bytes = 0

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if is_staff_page(request) or response.streaming:
            return response
        return super().process_response(request, response)
