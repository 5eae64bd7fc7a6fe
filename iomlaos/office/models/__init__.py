from .office import ContactPoint, Office
from .page import Page
from .place import Place, SlugQuerySet
from .site_notice import JsonArraySubquery, SiteNotice, SiteNoticeQuerySet
from .standard_text import StandardText, StandardTextQuerySet

__all__ = [
    "ContactPoint",
    "JsonArraySubquery",
    "Office",
    "Page",
    "Place",
    "SiteNotice",
    "SiteNoticeQuerySet",
    "SlugQuerySet",
    "StandardText",
    "StandardTextQuerySet",
]
