"""ModelAdmin classes for content: texts, publishables, and owners of files."""

import datetime

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import FileResponse, HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from iomlaos.media.models import FileVersion, file_versions_in
from iomlaos.media.views import file_response
from iomlaos.publishing import merge
from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models import Publishable, Revision
from iomlaos.publishing.permissions import can_publish
from iomlaos.staff.actions import HasSteps
from iomlaos.staff.autosave.mixin import AutosaveMixin
from iomlaos.staff.base import BaseAdmin, TranslatedFieldsetsMixin
from iomlaos.staff.delete_protection import DeleteProtectionMixin
from iomlaos.staff.drafts import DraftsMixin
from iomlaos.staff.duplicate import DuplicateMixin
from iomlaos.staff.filters import HasFileFilter, LiveFilter, TranslatedFilter
from iomlaos.staff.history import HistoryMixin
from iomlaos.staff.preview import PreviewMixin


class ContentAdmin(
    DeleteProtectionMixin, AutosaveMixin, HistoryMixin, TranslatedFieldsetsMixin, BaseAdmin, TranslationAdmin
):
    """What the admin pages of all content share."""

    #: Whether the front page has a button for a new one, not only an entry under "New…".
    has_button_on_home = False
    #: Columns of the list that a phone leaves out.
    secondary_columns: tuple[str, ...] = ("live_now", "translation_status")

    def get_prepopulated_fields(self, request: HttpRequest, obj: models.Model | None = None) -> dict:
        """Derive a slug from the title of a new record only."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_view_on_site_url(self, obj: models.Model | None = None) -> str | None:
        return obj.get_absolute_url() if obj and self.is_public(obj, timezone.now()) else None

    def is_public(self, obj: models.Model, at: datetime.datetime) -> bool:
        """Whether the record has a public page."""
        return False

    @admin.display(description=_("Lao"))
    def translation_status(self, obj: models.Model) -> str:
        """How much of the English text is translated."""
        names = [name for name in self.trans_opts.all_fields if getattr(obj, f"{name}_en")]
        translated = [name for name in names if getattr(obj, f"{name}_lo")]
        if not translated:
            return _("none")
        return _("complete") if len(translated) == len(names) else _("in part")


WITHDRAWAL_REASON = ("withdrawal_reason_en", "withdrawal_reason_lo")
SCHEDULE = ("publish_from", "publish_until", "publish_at")


class PublishableAdmin(DuplicateMixin, DraftsMixin, HasSteps, PreviewMixin, ContentAdmin):
    """What the admin pages of all Publishables share: when they are public, how old their information is."""

    publishing_fields: tuple = (
        "state",
        WITHDRAWAL_REASON,
        ("publish_from", "publish_until"),
        "publish_at",
        ("information_date", "reviewed_on", "review_due"),
    )
    #: Fields that may change while the information stays as old as it is.
    BOOKKEEPING = {"state", *SCHEDULE, *WITHDRAWAL_REASON, "reviewed_on", "review_due", "slug", "order"}

    save_on_top = True
    list_filter = ["state", LiveFilter, TranslatedFilter]
    search_fields = ["title_en", "title_lo", "slug"]
    prepopulated_fields = {"slug": ("title",)}

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return can_publish(request.user, self.model)

    def has_delete_permission(self, request: HttpRequest, obj: Publishable | None = None) -> bool:
        is_draft = obj is None or obj.state == Publishable.State.DRAFT
        is_allowed = is_draft or self.has_publish_permission(request)
        return is_allowed and super().has_delete_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        live = self.model.objects.live(request.at).filter(pk=models.OuterRef("pk"))
        return super().get_queryset(request).annotate(is_live_now=models.Exists(live))

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> list:
        *english, lao = super().get_fieldsets(request, obj)
        return [*english, (_("Publishing"), {"fields": self._publishing_fields(request, obj)}), lao]

    def _publishing_fields(self, request: HttpRequest, obj: Publishable | None) -> list[tuple[str, ...]]:
        hidden = set() if self.has_publish_permission(request) else {*SCHEDULE, *WITHDRAWAL_REASON}
        if obj is None or obj.state != Publishable.State.WITHDRAWN:
            hidden |= {*WITHDRAWAL_REASON}
        rows = ((row,) if isinstance(row, str) else row for row in self.publishing_fields)
        shown = (tuple(name for name in row if name not in hidden) for row in rows)
        return [row for row in shown if row]

    def is_public(self, obj: Publishable, at: datetime.datetime) -> bool:
        return obj.is_live(at)

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, obj: Publishable) -> str:
        return obj.get_state_display().partition(":")[0]

    @admin.display(description=_("live now"), boolean=True, ordering="is_live_now")
    def live_now(self, obj: Publishable) -> bool:
        return obj.is_live_now

    def adjust_snapshot(self, request: HttpRequest, typed: Snapshot, before: Snapshot | None) -> None:
        """Date the information by today where the text changed and the date was left alone."""
        super().adjust_snapshot(request, typed, before)
        changed = {each.path for each in merge.differences(before, typed)} if before else set()
        bookkeeping = {("fields", name) for name in self.BOOKKEEPING}
        is_new = before is None and not typed["fields"]["information_date"]
        if is_new or (changed - bookkeeping and ("fields", "information_date") not in changed):
            typed["fields"]["information_date"] = PartialDate.of(request.at).iso


class FileOwnerAdmin(PublishableAdmin):
    """The admin pages of a Publishable with files."""

    #: The relation to its file versions.
    file_relation = "versions"

    list_filter = ["state", LiveFilter, HasFileFilter, TranslatedFilter]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).prefetch_related(self.file_relation)

    @admin.display(description=_("files"))
    def files(self, obj: Publishable) -> str:
        return ", ".join(map(str, getattr(obj, self.file_relation).all())) or _("on request")

    @property
    def _version_model(self) -> type[FileVersion]:
        return self.model._meta.get_field(self.file_relation).related_model

    def get_urls(self) -> list:
        options, view = self._version_model._meta, self.admin_site.admin_view(self.file_view)
        name = f"{options.app_label}_{options.model_name}_file"
        return [path("files/<slug:key>/", view, name=name), *super().get_urls()]

    def file_view(self, request: HttpRequest, key: str) -> FileResponse:
        """Serve a file to staff, also of a draft and of an earlier state."""
        version = self._find_version(key)
        if not self.has_view_permission(request, version and version.owner):
            raise PermissionDenied
        return file_response(version, in_browser=False)

    def _find_version(self, key: str) -> FileVersion | None:
        if version := self._version_model.objects.filter(file__contains=f"/{key}.").first():
            return version
        revisions = Revision.objects.filter(model=self.opts.label_lower).containing(f"/{key}.")
        revision = revisions.order_by("-at").first()
        versions = file_versions_in(self.model, revision.object_key, revision.data) if revision else []
        return next((version for version in versions if version.public_id == key), None)
