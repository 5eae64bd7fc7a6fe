"""A draft exactly as its public page will be: for staff, and by a link for somebody without an account.

The draft is put into its rows and published, the public view answers, and all of it is rolled back.
"""

import datetime
import json
from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import path, resolve, reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from . import snapshots
from .addresses import Gone, Moved
from .models import Publishable, ReviewLink, Revision
from .pictures import file_of
from .richtext import PICTURES, picture_ids, pictures_at
from .saving import undone
from .snapshots import Snapshot

#: The languages that a page can be previewed in, by their own names.
LANGUAGES = {"en": "English", "lo": "ລາວ"}
#: Widths of the window of the preview, in CSS pixels: an old phone, a desktop.
WIDTHS = {"phone": _("Phone"), "desktop": _("Desktop")}
#: How long a link for somebody outside works, in days.
SHORTEST, USUAL, LONGEST = 1, 14, 60


def as_visitor(
    request: HttpRequest,
    record: Publishable,
    data: Snapshot,
    language: str,
    pictures: str,
    link: ReviewLink | None = None,
) -> HttpResponse:
    """The public page of a record, with what a snapshot says, in a language. Raises Http404 as it would.

    The page's request is one of a visitor: without a session, and with `is_preview`, for what must lead
    elsewhere in a preview; `review` is the link that somebody outside follows. `pictures` is the address
    below which its pictures are served though they are not public.
    """
    model = type(record)
    with undone(), translation.override(language):
        snapshots.put(record, data, raw=True)
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


class Previews:
    """The preview of a Publishable in the admin, and the links by which people outside see it."""

    def get_urls(self) -> list:
        name, guarded = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        return [
            path("<path:object_id>/preview/", guarded(self.preview_view), name=f"{name}_preview"),
            path(
                "<path:object_id>/preview/page/", guarded(self.preview_page_view), name=f"{name}_preview_page"
            ),
            path("<path:object_id>/links/", guarded(self.links_view), name=f"{name}_links"),
            *super().get_urls(),
        ]

    def _previewed(self, request: HttpRequest, object_id: str) -> tuple[Publishable, Snapshot]:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        named = self._revision(record, request.GET.get("source"))
        data = named.data if named else data_to_show(record, request.at)
        return record, data or snapshots.take(record)

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page in a window as wide as a phone or a desktop, with the languages to choose from."""
        record, _data = self._previewed(request, object_id)
        language = request.GET.get("language") if request.GET.get("language") in LANGUAGES else "en"
        width = request.GET.get("width") if request.GET.get("width") in WIDTHS else "phone"
        source = request.GET.get("source", "")
        page = self.address_of("preview_page", record)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Preview: %(record)s") % {"record": record},
            "object": record,
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "languages": LANGUAGES,
            "language": language,
            "widths": WIDTHS,
            "width": width,
            "source": source,
            "page": f"{page}?language={language}&source={source}",
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/preview.html", context)

    @method_decorator(xframe_options_sameorigin)
    def preview_page_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        record, data = self._previewed(request, object_id)
        language = request.GET.get("language", "en")
        if language not in LANGUAGES:
            raise Http404
        response = as_visitor(
            request, record, data, language, pictures=reverse("admin:publishing_picture_changelist")
        )
        response._csp_replace = {"frame-ancestors": ["'self'"]}
        return response

    def links_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make, see and take back the links by which people without an account see the draft."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.may_publish(request):
            raise PermissionDenied
        form, made = LinkForm(request.POST if "_make" in request.POST else None), ""
        waits = data_to_show(record, request.at) is not None
        if "_revoke" in request.POST:
            usable = ReviewLink.objects.of(record).usable(request.at)
            link = get_object_or_404(usable, pk=_uuid(request.POST["_revoke"]))
            link.revoked_at, link.revoked_by_name = request.at, request.user.get_username()
            link.save()
            messages.success(request, gettext("The link no longer works."))
            return HttpResponseRedirect(self.address_of("links", record))
        if waits and form.is_valid():
            _link, key = ReviewLink.objects.make(
                record,
                for_whom=form.cleaned_data["for_whom"],
                by=request.user,
                at=request.at,
                days=form.cleaned_data["days"],
            )
            made = f"{settings.SITE_URL}{reverse('review', args=[key])}"
            form = LinkForm()
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Links for a review outside: %(record)s") % {"record": record},
            "object": record,
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "form": form,
            "made": made,
            "waits": waits,
            "links": list(ReviewLink.objects.of(record).select_related("by")),
            "at": request.at,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/links.html", context)


class LinkForm(forms.Form):
    for_whom = forms.CharField(
        label=_("For whom"),
        max_length=150,
        help_text=_("Who is to read it: a ministry, a donor. It stands on the page and in the history."),
    )
    days = forms.IntegerField(
        label=_("For how many days"), min_value=SHORTEST, max_value=LONGEST, initial=USUAL
    )


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
        pictures = f"{reverse('review', args=[key])}pictures/"
        response = as_visitor(request, record, data, language, pictures, link)
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
    return _for_one_pair_of_eyes(file_of(picture, width))


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


def _uuid(text: str) -> Any:
    try:
        return ReviewLink._meta.pk.to_python(text)
    except forms.ValidationError:
        raise Http404 from None
