"""One run of the link check: ask every link, and store the result."""

import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http.request import validate_host
from django.test import Client

from iomlaos.dashboard.linkcheck.client import GONE, LinkClient, LinkResult
from iomlaos.dashboard.linkcheck.extract import is_ours, links_of, sources
from iomlaos.dashboard.models import CheckedLink

Outcome = CheckedLink.Outcome
#: What failed without any host having answered.
UNHEARD = (Outcome.SILENT, Outcome.UNREACHABLE, Outcome.UNKNOWN_HOST, Outcome.CERTIFICATE)
#: So many sites that are all silent at once: then the fault is here.
TOO_MANY_TO_BE_TRUE = 3
WELL = (Outcome.FINE, Outcome.UNWILLING)


class NetworkUnavailable(Exception):
    """Not one of several sites was heard: this machine is cut off, and nothing is kept of the round."""


def broken_links(at: datetime.datetime) -> dict[str, list[list[str]]]:
    """Every address that public pages link to at this moment, and the records that hold it."""
    found: dict[str, list[list[str]]] = {}
    for rows in sources(at):
        for record in rows.iterator(chunk_size=500):
            for address in links_of(record):
                found.setdefault(address, []).append([record._meta.label_lower, str(record.pk)])
    return found


def check(at: datetime.datetime, *, private: bool = False) -> list[CheckedLink]:
    """Ask every address once, and keep what came of it. The links, as they are kept."""
    standing = broken_links(at)
    answers = LinkClient(private=private).ask_all(address for address in standing if not is_ours(address))
    hosts = {urlsplit(address).netloc for address, answer in answers.items() if answer.outcome in UNHEARD}
    if len(hosts) >= TOO_MANY_TO_BE_TRUE and all(each.outcome in UNHEARD for each in answers.values()):
        raise NetworkUnavailable
    answers |= {address: _ask_ourselves(address) for address in standing if is_ours(address)}
    with transaction.atomic():
        CheckedLink.objects.exclude(key__in=map(CheckedLink.key_of, standing)).delete()
        return [_keep(address, answers[address], standing[address], at) for address in sorted(standing)]


def _ask_ourselves(address: str) -> LinkResult:
    """What a visitor would get at an address of this site, without a network."""
    parts = urlsplit(address)
    hosts = settings.ALLOWED_HOSTS
    host = parts.hostname if validate_host(parts.hostname, hosts) else hosts[0].lstrip(".")
    visitor = Client(raise_request_exception=False)
    response = visitor.head(
        f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/",
        secure=settings.HTTPS,
        SERVER_NAME=host,
    )
    if response.streaming:
        # A file is closed when it was read to its end; to HEAD, that is at once.
        list(response)
    if response.status_code in GONE:
        return LinkResult(Outcome.GONE, response.status_code)
    return LinkResult(Outcome.FINE if response.status_code < 400 else Outcome.ERROR, response.status_code)


def _keep(address: str, answer: LinkResult, stands_in: list[list[str]], at: datetime.datetime) -> CheckedLink:
    link = CheckedLink.objects.of(address).first() or CheckedLink(
        key=CheckedLink.key_of(address), address=address
    )
    link.outcome, link.status, link.checked_at, link.stands_in = answer.outcome, answer.status, at, stands_in
    link.failing_since = None if answer.outcome in WELL else link.failing_since or at
    link.save()
    return link
