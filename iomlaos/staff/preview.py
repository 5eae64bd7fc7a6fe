"""Preview of a draft as its public page, and review links.

The draft is put into its rows and published, the public view answers, and all of it is rolled back.
"""

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, resolve, reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from iomlaos.delivery.exceptions import GoneError, PermanentlyMoved
from iomlaos.media.models import file_versions_in, rewrite_file_urls
from iomlaos.media.richtext import rewrite_image_urls
from iomlaos.publishing import serialization
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models import Publishable, ReviewLink, Revision
from iomlaos.publishing.serialization import rolled_back

#: The languages that a page can be previewed in, by their own names.
LANGUAGES = {"en": "English", "lo": "ລາວ"}


def render_preview(
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
    with rolled_back(), translation.override(language):
        before = model._base_manager.get(pk=record.pk)
        serialization.apply(record, data, raw=True)
        for name, value in data.get("carried", {}).items():
            setattr(record, name, value)
        record.record_changes(before, request.at)
        model._base_manager.filter(pk=record.pk).update(
            state=Publishable.State.PUBLISHED, publish_from=None, publish_until=None
        )
        address = model._base_manager.get(pk=record.pk).get_absolute_url().partition("#")[0]
        visit = _anonymous_request(request, address)
        visit.review = link
        view, args, kwargs = visit.resolver_match = resolve(address)
        try:
            response = view(visit, *args, **kwargs)
        except (GoneError, PermanentlyMoved) as error:
            raise Http404 from error
        if hasattr(response, "render"):
            response.render()
    page = rewrite_image_urls(response.content.decode(), pictures)
    page = rewrite_file_urls(page, file_versions_in(model, record.pk, data), files)
    return HttpResponse(page, content_type=response.headers["Content-Type"])


def _anonymous_request(request: HttpRequest, address: str) -> HttpRequest:
    visit = HttpRequest()
    names = ("SERVER_NAME", "SERVER_PORT", "HTTP_HOST", "REMOTE_ADDR", "wsgi.url_scheme")
    visit.META = {name: request.META[name] for name in names if name in request.META}
    visit.method, visit.path, visit.path_info = "GET", address, address
    visit.at, visit.is_preview = request.at, True
    return visit


def pending_data(record: Publishable, at: datetime.datetime) -> Snapshot | None:
    """What waits to be published: the draft of a record, or a record that is not live yet. Else None."""
    if draft := Revision.objects.of(record).waiting().first():
        return draft.data
    waits = record.state == Publishable.State.DRAFT or (
        record.state == Publishable.State.PUBLISHED and record.publish_from and record.publish_from > at
    )
    return serialization.serialize(record) if waits else None


#: Widths of the window of the preview, in CSS pixels: an old phone, a desktop.
WIDTHS = {"phone": _("Phone"), "desktop": _("Desktop")}
#: How long a link for somebody outside works, in days.
SHORTEST, USUAL, LONGEST = 1, 14, 60


class PreviewMixin:
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
        data = named.data if named else pending_data(record, request.at)
        return record, data or serialization.serialize(record)

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
        response = render_preview(
            request,
            record,
            data,
            language,
            pictures=reverse("admin:media_image_changelist"),
            files=f"{reverse(f'admin:{self.opts.app_label}_{self.opts.model_name}_changelist')}files/",
        )
        response._csp_replace = {"frame-ancestors": ["'self'"]}
        return response

    @method_decorator(transaction.atomic)
    def links_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make, see and take back the links by which people without an account see the draft."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.may_publish(request):
            raise PermissionDenied
        if request.method == "POST":
            record = serialization.locked(self.model, record.pk) or record
        form, made = ReviewLinkForm(request.POST if "_make" in request.POST else None), ""
        waits = pending_data(record, request.at) is not None
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
            form = ReviewLinkForm()
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
        return TemplateResponse(request, "admin/review_links.html", context)


class ReviewLinkForm(forms.Form):
    for_whom = forms.CharField(
        label=_("For whom"),
        max_length=150,
        help_text=_("Who is to read it: a ministry, a donor. It stands on the page and in the history."),
    )
    days = forms.IntegerField(
        label=_("For how many days"), min_value=SHORTEST, max_value=LONGEST, initial=USUAL
    )


def _uuid(text: str) -> Any:
    try:
        return ReviewLink._meta.pk.to_python(text)
    except forms.ValidationError:
        raise Http404 from None
