"""Preview of a draft as its public page, and review links.

The draft is built in memory, and the public view renders it as it would the stored record.
"""

import datetime
from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from iomlaos.media.models import file_versions_of, rewrite_file_urls
from iomlaos.media.richtext.images import rewrite_image_urls
from iomlaos.publishing import serialization
from iomlaos.publishing.drafts import is_unpublished, latest_snapshot
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models import Publishable, ReviewLink, Revision
from iomlaos.staff.actions.publish import list_changes
from iomlaos.staff.base import parse_uuid
from iomlaos.staff.edit_session import typed_snapshot

#: The languages of a preview, by their own names.
LANGUAGES = {"en": "English", "lo": "ລາວ"}
#: Widths of the window of the preview, set in staff.css.
WIDTHS = {"phone": _("Phone"), "desktop": _("Desktop")}


def render_preview(
    request: HttpRequest,
    record: Publishable,
    data: Snapshot,
    language: str,
    images_url: str,
    files_url: str,
    link: ReviewLink | None = None,
) -> HttpResponse:
    """Render the public page of a record as a snapshot says.

    The view gets an anonymous request with, as `review`, the review link that is followed. Images and files
    that are not public are served below `images_url` and `files_url`.
    """
    built = cast(Publishable, serialization.build(record, data))
    built.preview_changes(record, request.at)
    built.state, built.publish_from, built.publish_until = Publishable.State.PUBLISHED, None, None
    with translation.override(language):
        url = built.get_absolute_url().partition("#")[0]
        public_request = HttpRequest()
        public_request.method, public_request.path, public_request.path_info = "GET", url, url
        public_request.at, public_request.review = request.at, link
        public_request.resolver_match = resolve(url)
        response = public_request.resolver_match.func.preview(public_request, built)
    html = rewrite_image_urls(response.content.decode(), images_url)
    html = rewrite_file_urls(html, file_versions_of(built), files_url)
    return HttpResponse(html, content_type=response.headers["Content-Type"])


def pending_data(record: Publishable, at: datetime.datetime) -> Snapshot | None:
    """What is waiting to be published: the draft of a record, or a record that is not live yet. Else None."""
    versions = Revision.objects.peek(record)
    if versions.latest is versions.current and not is_unpublished(record, at):
        return None
    return latest_snapshot(versions)


class ReviewLinkForm(forms.Form):
    for_whom = forms.CharField(
        label=_("For whom"),
        max_length=150,
        help_text=_("A ministry or a donor, for instance. The page and the history show it."),
    )
    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=60, initial=14)


class PreviewMixin:
    """A ModelAdmin with previews of drafts, for staff and for people without an account."""

    def get_urls(self) -> list:
        return [
            self.admin_path("<path:object_id>/preview/", self.preview_view, "preview"),
            self.admin_path("<path:object_id>/preview/page/", self.preview_page_view, "preview_page"),
            self.admin_path("<path:object_id>/links/", self.links_view, "links"),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page in a frame as wide as a phone or a desktop, with a choice of languages.

        A POST of the change form shows what it holds, saved or not, without the frame; with `changes`, what
        that changes for visitors.
        """
        if request.method == "POST":
            return self._preview_typed(request, object_id)
        record = self.get_object_or_404(request, object_id, self.has_view_or_change_permission)
        language, width = request.GET.get("language"), request.GET.get("width")
        language = language if language in LANGUAGES else "en"
        context = {
            "title": gettext("Preview: %(record)s") % {"record": record},
            "object": record,
            "languages": LANGUAGES,
            "language": language,
            "widths": WIDTHS,
            "width": width if width in WIDTHS else "phone",
            "page": f"{self.admin_url('preview_page', record)}?language={language}",
        }
        return self.render_page(request, "preview", context)

    def _preview_typed(self, request: HttpRequest, object_id: str) -> HttpResponse:
        record = self.get_object_or_404(request, object_id, self.has_change_permission)
        session = self.open_session(request, record, request.POST)
        forms = self._build_forms(request, session)
        forms.is_valid()
        data = typed_snapshot(forms.form, forms.formsets, session.filled, stores_files=False)
        if "changes" in request.GET:
            changes = list_changes(self.model, session.versions.current.data, data)
            return render(request, "admin/changes.html", {"changes": changes, "marks_words": True})
        return self._render_page(request, record, data, "en")

    def _render_page(
        self, request: HttpRequest, record: Publishable, data: Snapshot, language: str
    ) -> HttpResponse:
        images_url = reverse("admin:media_image_changelist")
        files_url = f"{self.admin_url('changelist')}files/"
        response = render_preview(request, record, data, language, images_url, files_url)
        response._csp_replace = {"frame-ancestors": ["'self'"]}
        return response

    @method_decorator(xframe_options_sameorigin)
    def preview_page_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page itself: as it will be or, with `live`, as its row is now."""
        record = self.get_object_or_404(request, object_id, self.has_view_or_change_permission)
        language = request.GET.get("language", "en")
        if language not in LANGUAGES:
            raise Http404
        pending = None if "live" in request.GET else pending_data(record, request.at)
        return self._render_page(request, record, pending or serialization.serialize(record), language)

    def links_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make, list and revoke review links."""
        record = self.get_object_or_404(request, object_id, self.has_publish_permission)
        form, new_url = ReviewLinkForm(), ""
        if request.method == "POST":
            with transaction.atomic():
                record = serialization.locked(self.model, record.pk) or record
                if "_revoke" in request.POST:
                    return self._revoke_link(request, record)
                form = ReviewLinkForm(request.POST)
                if pending_data(record, request.at) is not None and form.is_valid():
                    values = {**form.cleaned_data, "by": request.user, "at": request.at}
                    _link, key = ReviewLink.objects.make(record, **values)
                    form, new_url = ReviewLinkForm(), f"{settings.SITE_URL}{reverse('review', args=[key])}"
        context = {
            "title": gettext("Share draft: %(record)s") % {"record": record},
            "object": record,
            "form": form,
            "new_url": new_url,
            "is_pending": pending_data(record, request.at) is not None,
            "links": list(ReviewLink.objects.of(record).select_related("by")),
            "at": request.at,
        }
        return self.render_page(request, "review_links", context)

    def _revoke_link(self, request: HttpRequest, record: Publishable) -> HttpResponse:
        links = ReviewLink.objects.of(record).usable(request.at)
        link = get_object_or_404(links, pk=parse_uuid(request.POST["_revoke"]))
        link.revoked_at, link.revoked_by_name = request.at, request.user.get_username()
        link.save()
        messages.success(request, gettext("The link no longer works."))
        return redirect(self.admin_url("links", record))
