"""Addresses as people type them, and as they are pasted from the end of a sentence."""

from django.http import Http404, HttpRequest
from django.urls import Resolver404

from iomlaos.delivery.exceptions import GoneError, PermanentlyMoved
from iomlaos.delivery.language import resolve_page, split_language

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
    is_exact = split_language(meant)[1].startswith(EXACT_PREFIXES)
    if meant == path or is_exact or "/files/" in meant:
        return None
    try:
        match = resolve_page(meant)
        match.func(request, *match.args, **match.kwargs)
    except (Http404, Resolver404):
        return None
    except (GoneError, PermanentlyMoved):
        pass
    return meant
