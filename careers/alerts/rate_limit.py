"""Rate limit of the form for alerts, without a cookie or a database row per client."""

import datetime

from django.core.cache import caches
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from careers.alerts.models import AlertMessage
from iomlaos.delivery.client_ip import client_network

HOUR = datetime.timedelta(hours=1)
#: People in one building may share an IP address. Each worker counts for itself.
MAX_FORMS_PER_CLIENT = 20
#: For all clients together, so that nobody can make the site write to many others.
MAX_CONFIRMATIONS_PER_HOUR = 200


def is_rate_limited(request: HttpRequest) -> bool:
    """Count one more form of this client; whether it, or all clients together, sent too many this hour."""
    counts = caches["limits"]
    key = salted_hmac("careers.alerts", client_network(request)).hexdigest()
    counts.add(key, 0, HOUR.total_seconds())
    try:
        count = counts.incr(key)
    except ValueError:
        # The count has expired since.
        count = 1
    if count > MAX_FORMS_PER_CLIENT:
        return True
    confirmations = AlertMessage.objects.confirmations().filter(created_at__gt=request.at - HOUR)
    return confirmations.count() >= MAX_CONFIRMATIONS_PER_HOUR
