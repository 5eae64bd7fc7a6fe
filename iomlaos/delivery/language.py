"""The language of a page: its path alone decides. `/lo/…` is Lao, and everything else is English."""

import re
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation

#: An address of this site: one slash, not two.
_PATH = re.compile(r"/(?!/)")


class LanguageMiddleware:
    """Activates the language of the path.

    Django's LocaleMiddleware would also read `Accept-Language`, and say so in `Vary`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(language_of(request.path_info)):
            return self.get_response(request)


def split_language(path: str) -> tuple[str, str]:
    """The language of a path, and the path in English: `/lo/careers/` gives `lo` and `/careers/`."""
    first, _slash, rest = path.removeprefix("/").partition("/")
    is_prefix = path.startswith("/") and first != settings.LANGUAGE_CODE and first in dict(settings.LANGUAGES)
    return (first, f"/{rest}") if is_prefix else (settings.LANGUAGE_CODE, path)


def language_of(path: str) -> str:
    return split_language(path)[0]


def in_language(path: str, language: str) -> str:
    """The path of the same page in a language."""
    _language, path = split_language(path)
    return path if language == settings.LANGUAGE_CODE else f"/{language}{path}"


def alternates(path: str) -> list[tuple[str, str]]:
    """The `hreflang` and path of a page in each language, and of the English one for other readers."""
    pages = [(code, in_language(path, code)) for code, _name in settings.LANGUAGES]
    return [*pages, ("x-default", in_language(path, settings.LANGUAGE_CODE))]


def resolve_page(path: str) -> ResolverMatch:
    """The view at a path of the site, in the language of the path. Raises Resolver404."""
    with translation.override(language_of(path)):
        return resolve(path)


def localize_address(address: str) -> str:
    """An address that staff wrote: of a page of this site, that of the page in the active language.

    So a text in Lao names pages as one in English does, also with our host. Files have one address.
    """
    language = translation.get_language()
    if language == settings.LANGUAGE_CODE:
        return address
    if address.startswith(f"{settings.SITE_URL}/"):
        address = address.removeprefix(settings.SITE_URL)
    if not _PATH.match(address):
        return address
    return _localize(address, language)


@lru_cache(maxsize=1000)
def _localize(address: str, language: str) -> str:
    path, rest = re.fullmatch(r"([^?#]*)(.*)", address, re.DOTALL).groups()  # type: ignore[union-attr]
    localized, english = in_language(path, language), in_language(path, settings.LANGUAGE_CODE)
    try:
        is_same_page = resolve_page(localized).func is resolve_page(english).func
    except Resolver404:
        return address
    return localized + rest if is_same_page else address
