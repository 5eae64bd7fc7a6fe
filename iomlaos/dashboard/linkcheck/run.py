"""One run of the link check: check every link, and store the results."""

import datetime
from collections import defaultdict
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.test import Client

from iomlaos.dashboard.linkcheck.client import GONE, LinkClient, LinkResult
from iomlaos.dashboard.linkcheck.extract import is_internal, links_of, public_querysets
from iomlaos.dashboard.models import CheckedLink

Outcome = CheckedLink.Outcome
#: Outcomes without any response.
NO_RESPONSE = (Outcome.SILENT, Outcome.UNREACHABLE, Outcome.UNKNOWN_HOST, Outcome.CERTIFICATE)
#: If this many hosts and no other were checked without a response, the fault is here.
MIN_SILENT_HOSTS = 3
NOT_FAILING = (Outcome.FINE, Outcome.UNWILLING)


class NetworkUnavailable(Exception):
    """No site responded, so this machine is offline. Nothing is stored."""


def find_links(at: datetime.datetime) -> dict[str, list[list[str]]]:
    """Every address that public pages link to now, with the records (model and key) that hold it."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    for rows in public_querysets(at):
        for record in rows.iterator(chunk_size=500):
            for address in links_of(record):
                found[address].append([record._meta.label_lower, str(record.pk)])
    return found


def check_links(at: datetime.datetime, *, allow_private: bool = False) -> list[CheckedLink]:
    """Check every address once, and replace the stored results. Raises NetworkUnavailable."""
    found = find_links(at)
    client = LinkClient(allow_private=allow_private)
    results = client.check_all(address for address in found if not is_internal(address))
    silent = {urlsplit(address).netloc for address, link in results.items() if link.outcome in NO_RESPONSE}
    if len(silent) >= MIN_SILENT_HOSTS and all(link.outcome in NO_RESPONSE for link in results.values()):
        raise NetworkUnavailable
    results |= {address: _check_internal(address) for address in found if is_internal(address)}
    with transaction.atomic():
        failing_since = dict(CheckedLink.objects.values_list("address", "failing_since"))
        CheckedLink.objects.all().delete()
        return CheckedLink.objects.bulk_create(
            CheckedLink(
                address=address,
                outcome=results[address].outcome,
                status=results[address].status,
                failing_since=None
                if results[address].outcome in NOT_FAILING
                else failing_since.get(address) or at,
                checked_at=at,
                found_in=found[address],
            )
            for address in sorted(found)
        )


def _check_internal(address: str) -> LinkResult:
    """What a visitor would get at an address of this site, without a network."""
    parts = urlsplit(address)
    path = parts.path or "/"
    response = Client(raise_request_exception=False).head(
        f"{path}?{parts.query}" if parts.query else path, secure=settings.HTTPS, SERVER_NAME=parts.hostname
    )
    if response.streaming:
        # Reading to the end closes a file; the response to HEAD is empty.
        list(response)
    if response.status_code in GONE:
        return LinkResult(Outcome.GONE, response.status_code)
    return LinkResult(Outcome.FINE if response.status_code < 400 else Outcome.ERROR, response.status_code)
