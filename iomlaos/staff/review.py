"""Public pages behind a review link: the draft with its images and files."""

import json

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from iomlaos.media.models import file_versions_in
from iomlaos.media.richtext import IMAGES_URL, image_ids
from iomlaos.media.views import file_response
from iomlaos.media.views import image_response as picture_file_of
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models import Publishable, ReviewLink
from iomlaos.staff.preview import LANGUAGES, pending_data, render_preview


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
        response = render_preview(
            request, record, data, language, f"{below}pictures/", f"{below}files/", link
        )
    else:
        words = {
            "title": gettext("This link does not work"),
            "lead": gettext(
                "It may have expired, the office may have taken it back, or what it showed is published now."
            ),
        }
        response = render(request, "delivery/error.html", words, status=404)
    return _no_store(response)


@require_safe
def review_picture(request: HttpRequest, key: str, picture: str, width: int) -> HttpResponse:
    """A picture of the draft that a link shows."""
    _link, _record, data = _reviewed(request, key)
    if not data or not image_ids(f"{IMAGES_URL}{picture}") & image_ids(json.dumps(data)):
        raise Http404
    return _no_store(picture_file_of(picture, width))


@require_safe
def review_file(request: HttpRequest, key: str, file: str) -> HttpResponse:
    """A file of the draft that a link shows."""
    _link, record, data = _reviewed(request, key)
    editions = file_versions_in(type(record), record.pk, data) if data else []
    return _no_store(file_response(next((each for each in editions if each.public_id == file), None)))


def _reviewed(
    request: HttpRequest, key: str
) -> tuple[ReviewLink | None, Publishable | None, Snapshot | None]:
    link = ReviewLink.objects.usable(request.at).by_key(key).first()
    record = link and apps.get_model(link.model)._base_manager.filter(pk=link.object_key).first()
    return link, record, pending_data(record, request.at) if record else None


def _no_store(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, no_store=True, private=True)
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
