"""Serving files and images."""

import datetime

from django.core.files import File
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from iomlaos.media import cleanup
from iomlaos.media.models import FileVersion, Image, Rendition, find_public_reference


def image_response(key: str, width: int, filename: str = "") -> FileResponse:
    """A rendition of an image; raises Http404 without one. The caller checks who may see it."""
    rendition = get_object_or_404(Rendition, image__in=Image.objects.by_key(key), width=width)
    response = FileResponse(_open_or_404(rendition.file), filename=filename, content_type="image/webp")
    # The content at an address never changes, only whether it is public.
    response["ETag"] = f'"{rendition.pk.hex}"'
    return response


@require_safe
def image_file(request: HttpRequest, key: str, width: int) -> FileResponse:
    image = Image.objects.by_key(key).first()
    owner = find_public_reference(image, request.at) if image else None
    if owner is None:
        raise Http404
    return image_response(key, width, f"{cleanup.as_name(str(owner))}-{width}.webp")


def serve_file(version: FileVersion | None, at: datetime.datetime) -> FileResponse:
    """The file of a version whose owner is live at this moment; raises Http404 otherwise."""
    if version is None or not version.owner.is_live(at):
        raise Http404
    return file_response(version)


def file_response(version: FileVersion | None, *, in_browser: bool = True) -> FileResponse:
    """The file of a version; raises Http404 without one. The caller checks who may see it.

    A PDF opens in the browser, unless `in_browser` is false; everything else is downloaded.
    """
    if version is None or not version.file:
        raise Http404
    is_shown = in_browser and version.media_type == "application/pdf"
    return FileResponse(
        _open_or_404(version.file),
        as_attachment=not is_shown,
        filename=version.display_name,
        content_type=version.media_type,
    )


def _open_or_404(file: FieldFile) -> File:
    try:
        return file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
