"""Rate limit and origin check of the public form, without a cookie and without a row."""

import datetime
import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from careers.models.subscription import AlertMessage

HOUR = datetime.timedelta(hours=1)
#: People of one office or school may share an address. Each worker counts for itself.
FORMS_A_CLIENT = 20
#: From all clients together, so that nobody can have the site write to many others.
QUESTIONS_AN_HOUR = 200


def is_same_origin(request: HttpRequest) -> bool:
    """Whether a page of this site, and not one of another, had the browser send a form.

    Who sends neither header is no browser of today, and acts for nobody else: there is no cookie
    that could speak for a visitor.
    """
    site = urlsplit(settings.SITE_URL)
    own = (f"{site.scheme}://{site.netloc}", f"{request.scheme}://{request.get_host()}")
    comes_from = request.headers.get("Sec-Fetch-Site", "none")
    return comes_from in ("same-origin", "none") and request.headers.get("Origin", own[0]) in own


def is_rate_limited(request: HttpRequest) -> bool:
    """Count one more form of this client; whether it, or everybody together, sent too many this hour."""
    counts = caches["limits"]
    key = salted_hmac("careers.alerts", _network(request.META.get("REMOTE_ADDR", ""))).hexdigest()
    if not counts.add(key, 1, HOUR.total_seconds()) and _increment(counts, key) > FORMS_A_CLIENT:
        return True
    asked = AlertMessage.objects.confirmation_requests().filter(created_at__gt=request.at - HOUR)
    return asked.count() >= QUESTIONS_AN_HOUR


def _increment(counts: BaseCache, key: str) -> int:
    try:
        return counts.incr(key)
    except ValueError:
        # Its hour was over just now.
        return 1


def _network(address: str) -> str:
    """An IPv6 client has a whole /64 to itself, and counts as one."""
    try:
        client = ipaddress.ip_address(address)
    except ValueError:
        return address
    bits = 64 if client.version == 6 else 32
    return str(ipaddress.ip_network((client, bits), strict=False))
