"""A draft exactly as its public page will be.

The draft is put into its rows and published, the public view answers, and all of it is rolled back.
"""

import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import translation

from . import snapshots
from .addresses import Gone, Moved
from .editions import editions_in, files_at
from .models import Publishable, ReviewLink, Revision
from .richtext import pictures_at
from .snapshots import Snapshot, undone

#: The languages that a page can be previewed in, by their own names.
LANGUAGES = {"en": "English", "lo": "ລາວ"}


def as_visitor(
    request: HttpRequest,
    record: Publishable,
    data: Snapshot,
    language: str,
    pictures: str,
    files: str,
    link: ReviewLink | None = None,
) -> HttpResponse:
    """The public page of a record, with what a snapshot says, in a language. Raises Http404 as it would.

    The page's request is one of a visitor: without a session, and with `is_preview`, for what must lead
    elsewhere in a preview; `review` is the link that somebody outside follows. `pictures` and `files` are
    the addresses below which its pictures and its own files are served though they are not public.
    """
    model = type(record)
    with undone(), translation.override(language):
        before = model._base_manager.get(pk=record.pk)
        snapshots.put(record, data, raw=True)
        for name, value in data.get("carried", {}).items():
            setattr(record, name, value)
        record.leave_traces(before, request.at)
        model._base_manager.filter(pk=record.pk).update(
            state=Publishable.State.PUBLISHED, publish_from=None, publish_until=None
        )
        address = model._base_manager.get(pk=record.pk).get_absolute_url().partition("#")[0]
        visit = _visit(request, address)
        visit.review = link
        view, args, kwargs = visit.resolver_match = resolve(address)
        try:
            response = view(visit, *args, **kwargs)
        except (Gone, Moved) as error:
            raise Http404 from error
        if hasattr(response, "render"):
            response.render()
    page = pictures_at(response.content.decode(), pictures)
    page = files_at(page, editions_in(model, record.pk, data), files)
    return HttpResponse(page, content_type=response.headers["Content-Type"])


def _visit(request: HttpRequest, address: str) -> HttpRequest:
    visit = HttpRequest()
    names = ("SERVER_NAME", "SERVER_PORT", "HTTP_HOST", "REMOTE_ADDR", "wsgi.url_scheme")
    visit.META = {name: request.META[name] for name in names if name in request.META}
    visit.method, visit.path, visit.path_info = "GET", address, address
    visit.at, visit.is_preview = request.at, True
    return visit


def data_to_show(record: Publishable, at: datetime.datetime) -> Snapshot | None:
    """What waits to be published: the draft of a record, or a record that is not live yet. Else None."""
    if draft := Revision.objects.of(record).waiting().first():
        return draft.data
    waits = record.state == Publishable.State.DRAFT or (
        record.state == Publishable.State.PUBLISHED and record.publish_from and record.publish_from > at
    )
    return snapshots.take(record) if waits else None
