"""What people outside see of a draft, by a link that an editor made for them."""

import json

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from .editions import editions_in, file_of
from .models import Publishable, ReviewLink
from .pictures import file_of as picture_file_of
from .previewing import LANGUAGES, as_visitor, data_to_show
from .richtext import PICTURES, picture_ids
from .snapshots import Snapshot


@require_safe
def review(request: HttpRequest, key: str, language: str = "en") -> HttpResponse:
    """A draft for somebody outside, by a key that cannot be guessed.

    It answers the same for a key that never was, one that expired or was taken back, and one whose draft
    was published since.
    """
    link, record, data = _reviewed(request, key)
    if data and language in LANGUAGES:
        link.languages = [
            (code, name, reverse("review", args=[key, code])) for code, name in LANGUAGES.items()
        ]
        link.language = language
        below = reverse("review", args=[key])
        response = as_visitor(request, record, data, language, f"{below}pictures/", f"{below}files/", link)
    else:
        words = {
            "title": gettext("This link does not work"),
            "lead": gettext(
                "It may have expired, the office may have taken it back, or what it showed is published now."
            ),
        }
        response = render(request, "delivery/no_page.html", words, status=404)
    return _for_one_pair_of_eyes(response)


@require_safe
def review_picture(request: HttpRequest, key: str, picture: str, width: int) -> HttpResponse:
    """A picture of the draft that a link shows."""
    _link, _record, data = _reviewed(request, key)
    if not data or not picture_ids(f"{PICTURES}{picture}") & picture_ids(json.dumps(data)):
        raise Http404
    return _for_one_pair_of_eyes(picture_file_of(picture, width))


@require_safe
def review_file(request: HttpRequest, key: str, file: str) -> HttpResponse:
    """A file of the draft that a link shows."""
    _link, record, data = _reviewed(request, key)
    editions = editions_in(type(record), record.pk, data) if data else []
    return _for_one_pair_of_eyes(file_of(next((each for each in editions if each.file_key == file), None)))


def _reviewed(
    request: HttpRequest, key: str
) -> tuple[ReviewLink | None, Publishable | None, Snapshot | None]:
    link = ReviewLink.objects.usable(request.at).by_key(key).first()
    record = link and apps.get_model(link.model)._base_manager.filter(pk=link.object_key).first()
    return link, record, data_to_show(record, request.at) if record else None


def _for_one_pair_of_eyes(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, no_store=True, private=True)
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
