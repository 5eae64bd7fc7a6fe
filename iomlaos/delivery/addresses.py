"""Addresses as people type them, and as they are pasted from the end of a sentence."""

from django.http import Http404, HttpRequest
from django.urls import Resolver404, resolve

from iomlaos.delivery.exceptions import GoneError, PermanentlyMoved

#: What follows an address in a sentence.
PUNCTUATION = ".,;:!?)]}>»”’\"'"
#: Secrets and files are never guessed.
EXACT_PREFIXES = ("/admin/", "/review/", "/careers/alerts/", "/pictures/", "/static/")


def normalize_path(path: str) -> str:
    """In lower case, without punctuation behind it."""
    return path.lower().rstrip(PUNCTUATION)


def find_meant_page(request: HttpRequest) -> str | None:
    """The path of the page that a path without a page means."""
    path = request.path_info
    meant = normalize_path(path)
    meant = meant if meant.endswith("/") else f"{meant}/"
    if meant == path or meant.startswith(EXACT_PREFIXES) or "/files/" in meant:
        return None
    try:
        match = resolve(meant)
        match.func(request, *match.args, **match.kwargs)
    except (Http404, Resolver404):
        return None
    except (GoneError, PermanentlyMoved):
        pass
    return meant
