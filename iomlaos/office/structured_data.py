"""JSON-LD of every page for search engines: the office, and where the page is."""

import json
import re
from html import unescape
from typing import Any

from django.conf import settings
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from iomlaos.office.models import ContactPoint, Office

#: The ISO code of the country, where the office and all its duty stations are.
COUNTRY = "LA"
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
#: Characters that could end the script element, and how JSON writes them.
ESCAPES = {character: f"\\u{ord(character):04X}" for character in "<>&"}


def as_script(data: dict[str, Any] | None) -> SafeString:
    """The script element for a page; empty without data."""
    if data is None:
        return mark_safe("")
    text = json.dumps(data, ensure_ascii=False)
    # `str.translate` takes twenty times as long.
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


def organization(office: Office | None) -> dict[str, Any] | None:
    """An Organization of schema.org with the contact points that every page shows."""
    if not office:
        return None
    kinds, points = ContactPoint.Kind, office.contact_points.all()
    values = {
        "telephone": [point.link.removeprefix("tel:") for point in office.telephones],
        "faxNumber": [point.written for point in points if point.kind == kinds.FAX],
        "email": [point.written for point in points if point.kind == kinds.EMAIL],
        "sameAs": [point.address for point in points if point.kind in (kinds.FACEBOOK, kinds.SOCIAL)],
    }
    *street, _country = office.address_lines or [""]
    address = {"@type": "PostalAddress", "streetAddress": ", ".join(street), "addressCountry": COUNTRY}
    return {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": office.name,
        "alternateName": office.short_name,
        "url": f"{settings.SITE_URL}/",
        "address": address,
        **{name: found for name, found in values.items() if found},
    }


def breadcrumb_list(shown: str, title: str, address: str) -> dict[str, Any] | None:
    """A BreadcrumbList of the breadcrumbs that a page shows, as HTML, and of the page itself."""
    steps = [
        (settings.SITE_URL + unescape(href), " ".join(unescape(strip_tags(words)).split()))
        for href, words in LINK.findall(shown)
    ]
    if not steps:
        return None
    steps.append((address, title))
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": item}
            for position, (item, name) in enumerate(steps, 1)
        ],
    }
