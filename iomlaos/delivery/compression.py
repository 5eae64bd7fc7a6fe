"""Compression of public pages. WhiteNoise serves static files that are compressed already."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from iomlaos.delivery.headers import is_admin_page


class PublicGZipMiddleware(GZipMiddleware):
    """gzip without Django's random padding against BREACH: public pages hold no secret, and are the
    same bytes for everyone. Admin pages hold secrets and are not compressed."""

    max_random_bytes = 0

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if is_admin_page(request) or response.streaming:
            return response
        return super().process_response(request, response)
