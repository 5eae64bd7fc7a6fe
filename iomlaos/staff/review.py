"""Public pages behind a review link: the draft with its images and files."""

import json

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from iomlaos.media.models import find_file_version
from iomlaos.media.richtext.images import IMAGES_URL, image_ids
from iomlaos.media.views import file_response, image_response
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models import Publishable, ReviewLink
from iomlaos.staff.preview import LANGUAGES, pending_data, render_preview


@require_safe
def review(request: HttpRequest, key: str, language: str = "en") -> HttpResponse:
    """The draft behind a review link. All links that do not work get the same answer."""
    link, record, data = _find_draft(request, key)
    if data and language in LANGUAGES:
        names = LANGUAGES.items()
        link.languages = [(code, name, reverse("review", args=[key, code])) for code, name in names]
        link.language = language
        url = reverse("review", args=[key])
        response = render_preview(request, record, data, language, f"{url}pictures/", f"{url}files/", link)
    else:
        lead = gettext(
            "It may have expired, the office may have taken it back, or what it showed is published now."
        )
        context = {"title": gettext("This link does not work"), "lead": lead}
        response = render(request, "delivery/error.html", context, status=404)
    return _keep_private(response)


@require_safe
def review_image(request: HttpRequest, key: str, image: str, width: int) -> HttpResponse:
    _link, _record, data = _find_draft(request, key)
    if not data or not image_ids(f"{IMAGES_URL}{image}") & image_ids(json.dumps(data)):
        raise Http404
    return _keep_private(image_response(image, width))


@require_safe
def review_file(request: HttpRequest, key: str, file: str) -> HttpResponse:
    _link, record, data = _find_draft(request, key)
    return _keep_private(file_response(find_file_version(record, data, file) if data else None))


def _find_draft(
    request: HttpRequest, key: str
) -> tuple[ReviewLink | None, Publishable | None, Snapshot | None]:
    link = ReviewLink.objects.usable(request.at).by_key(key).first()
    record = link and apps.get_model(link.model)._base_manager.filter(pk=link.object_key).first()
    return link, record, pending_data(record, request.at) if record else None


def _keep_private(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, no_store=True, private=True)
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
