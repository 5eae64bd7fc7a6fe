"""What staff read where the database does not answer: 503, with what they typed in the answer."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from iomlaos.delivery.headers import BACKGROUND_HEADER
from iomlaos.delivery.origin import is_same_origin

#: Names of what is never written into an answer. A form with one of them is not repeated at all.
SECRET = re.compile(r"password|token(?<!csrfmiddlewaretoken)|^(recovery_)?code$")
#: Names that forms and scripts add: nobody typed them.
ADDED = re.compile(r"^_|^csrfmiddlewaretoken$|-id$|_FORMS$|^(action|index|select_across|next|post)$")
ROW = re.compile(r"(\w+)-(\d+)-(\w+)")
UNREADABLE = (MultiPartParserError, OSError, SuspiciousOperation, ValueError)


@dataclass(frozen=True)
class Submitted:
    """One value of a form. What has a label is shown."""

    name: str
    value: str
    label: str = ""

    @property
    def rows(self) -> int:
        lines = self.value.splitlines()
        return min(sum(len(line) // 40 + 1 for line in lines), 12)


class SkippedFiles(FileUploadHandler):
    """Reads a form without its files, for which there may be no room. Their names are kept."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.names: list[tuple[str, str]] = []

    def new_file(self, field_name: str, file_name: str, *args: object, **kwargs: object) -> None:
        self.names.append((field_name, file_name))
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


def unavailable_to_staff(request: HttpRequest) -> HttpResponse:
    """503 for a page of the admin, made without a database. A script gets it as JSON."""
    headers = {"Retry-After": "60", "Cache-Control": "no-store, private"}
    if BACKGROUND_HEADER in request.headers:
        return JsonResponse({}, status=503, headers=headers)
    context = {"is_form": request.method == "POST", "address": request.get_full_path()}
    if request.method == "POST":
        context |= _read_form(request)
    return HttpResponse(render_to_string("delivery/unsaved.html", context), status=503, headers=headers)


def _is_from_own_page(request: HttpRequest) -> bool:
    """Whether a page of this site sent it, for sure. Another site cannot have us repeat what it sends."""
    referrer = urlsplit(request.headers.get("Referer", ""))
    own = (urlsplit(settings.SITE_URL).netloc, request.get_host())
    return is_same_origin(request) and ("Origin" in request.headers or referrer.netloc in own)


def _read_form(request: HttpRequest) -> dict[str, object]:
    skipped = SkippedFiles(request)
    if not hasattr(request, "_post") and not hasattr(request, "_files"):
        request.upload_handlers = [skipped]
    try:
        if not _is_from_own_page(request):
            return {}
        fields = [
            Submitted(name, value, _label(request, name, value))
            for name, values in request.POST.lists()
            for value in values
        ]
        files = [(name, file.name) for name, files in request.FILES.lists() for file in files]
    except UNREADABLE:
        return {}
    if any(SECRET.search(field.name) for field in fields):
        return {}
    return {"fields": fields, "files": files + skipped.names}


def _label(request: HttpRequest, name: str, value: str) -> str:
    """What to call a value that somebody typed; empty for all else."""
    if ADDED.search(name) or not value.strip():
        return ""
    _empty, _admin, app, kind, *_rest = f"{request.path_info}//".split("/")
    prefix, number, column = row.groups() if (row := ROW.fullmatch(name)) else ("", "", name)
    try:
        model = apps.get_model(app, kind)
        if prefix:
            model = model._meta.get_field(prefix).related_model
        field = model._meta.get_field(column)
    except (LookupError, AttributeError, FieldDoesNotExist):
        return name
    if field.is_relation or isinstance(field, models.BooleanField):
        return ""
    label = capfirst(field.verbose_name)
    if not prefix:
        return label
    return _("%(kind)s %(number)s: %(label)s") % {
        "kind": capfirst(model._meta.verbose_name),
        "number": int(number) + 1,
        "label": label,
    }
