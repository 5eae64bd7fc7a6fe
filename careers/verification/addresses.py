"""The addresses of this site, however people type them."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404

from iomlaos.delivery.language import resolve_page

#: A path of this site alone: /n/…
PATH = re.compile(r"(?<!\S)(/[^\s?#]+)\S*")


def complete_addresses(text: str) -> str:
    """The text with `https://` and our host where only the host or a path was typed."""
    host = re.escape(urlsplit(settings.SITE_URL).netloc)
    # Nothing may stand around it that makes it a part of another host.
    own = rf"(?<![^\s:;,(\[{{<\"'“‘«\u0e80-\u0eff])(?<!@ ){host}(?![\w@-]|[.:][\w-])(\S*)"
    text = re.sub(own, _complete_host, text, flags=re.IGNORECASE)
    return PATH.sub(_complete_path, text)


def _complete_host(match: re.Match[str]) -> str:
    # With an @ it may be read as an e-mail address.
    return match[0] if "@" in match[0] else settings.SITE_URL + match[1]


def _complete_path(match: re.Match[str]) -> str:
    is_own = "@" not in match[0] and slug_at(match[1])
    return settings.SITE_URL + match[0] if is_own else match[0]


def slug_at(path: str) -> list[str]:
    """The slug or the number of the notice that a path of this site leads to, or an empty list."""
    # In Lao the next word follows without a space.
    path = re.split("[\u0e80-\u0eff]", path)[0].rstrip(".,;:!?)]}>»”’\"'/")
    for candidate in (path, f"{path}/", path.lower(), f"{path.lower()}/"):
        try:
            match = resolve_page(candidate)
        except Resolver404:
            continue
        if match.view_name == "short_notice" or (match.namespace == "careers" and "slug" in match.kwargs):
            return [match.kwargs.get("name") or match.kwargs["slug"]]
    return []
