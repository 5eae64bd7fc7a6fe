"""Rate limit of the form for alerts, without a cookie or a database row per client."""

import datetime
import mmap
import struct

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from careers.alerts.models import AlertMessage
from careers.models.deadline import HOUR
from iomlaos.delivery.client_ip import client_network

#: People in one building may share an IP address.
MAX_FORMS_PER_CLIENT = 20
#: For all clients together, so that nobody can make the site write to many others.
MAX_CONFIRMATIONS_PER_HOUR = 200


class SharedCounts:
    """How many forms each client has sent within an hour, in memory that all workers share.

    They are forked from the process that imports this. A client is a place in the table, and nothing else
    of it is kept. Two that fall on one place count together, and of two counts at the same instant one may
    be lost: both are harmless.
    """

    PLACES = 65_536
    COUNT = struct.Struct("dI")

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, self.PLACES * self.COUNT.size)

    def add(self, client: str, at: datetime.datetime) -> int:
        """Count one more form, and return how many there are since the first of this hour."""
        key = salted_hmac("careers.alerts", client).digest()
        place = int.from_bytes(key[:8], "big") % self.PLACES * self.COUNT.size
        since, count = self.COUNT.unpack_from(self.memory, place)
        if not since <= at.timestamp() < since + HOUR.total_seconds():
            since, count = at.timestamp(), 0
        self.COUNT.pack_into(self.memory, place, since, count + 1)
        return count + 1

    def clear(self) -> None:
        self.memory[:] = bytes(len(self.memory))


forms = SharedCounts()


def is_rate_limited(request: HttpRequest) -> bool:
    """Count one more form of this client; whether it, or all clients together, sent too many this hour."""
    if forms.add(client_network(request), request.at) > MAX_FORMS_PER_CLIENT:
        return True
    confirmations = AlertMessage.objects.confirmations().filter(created_at__gt=request.at - HOUR)
    return confirmations.count() >= MAX_CONFIRMATIONS_PER_HOUR
