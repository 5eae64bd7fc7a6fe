"""ModelAdmin classes for content: texts, publishables, and owners of files."""

import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import FileResponse, HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin
from modeltranslation.utils import build_localized_fieldname

from iomlaos.media.models import FileVersion, file_versions_in
from iomlaos.media.views import file_response
from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.models import Publishable, Revision
from iomlaos.publishing.permissions import can_publish
from iomlaos.staff.actions import HasSteps
from iomlaos.staff.autosave.mixin import AutosaveMixin
from iomlaos.staff.base import BaseAdmin, TranslatedFieldsetsMixin
from iomlaos.staff.delete_protection import DeleteProtectionMixin
from iomlaos.staff.drafts import KeepsDrafts
from iomlaos.staff.duplicate import DuplicateMixin
from iomlaos.staff.filters import HasFileFilter, LiveFilter, TranslatedFilter
from iomlaos.staff.history import HistoryMixin
from iomlaos.staff.preview import PreviewMixin


class ContentAdmin(
    DeleteProtectionMixin, AutosaveMixin, HistoryMixin, TranslatedFieldsetsMixin, BaseAdmin, TranslationAdmin
):
    """What all of the office's content shares."""

    def get_prepopulated_fields(self, request: HttpRequest, obj: models.Model | None = None) -> dict:
        """An address or a key follows the title of a new thing; an existing one stays as it is."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_view_on_site_url(self, obj: models.Model | None = None) -> str | None:
        """A link to the public page, where there is one now."""
        return obj.get_absolute_url() if obj and self.is_public(obj, timezone.now()) else None

    def is_public(self, obj: models.Model, at: datetime.datetime) -> bool:
        return False

    @admin.display(description=_("Lao"))
    def in_lao(self, obj: models.Model) -> str:
        """How much of what is written in English is written in Lao."""
        names = [
            name for name in self.trans_opts.all_fields if getattr(obj, build_localized_fieldname(name, "en"))
        ]
        done = [name for name in names if getattr(obj, build_localized_fieldname(name, "lo"))]
        if not done:
            return _("none")
        return _("complete") if len(done) == len(names) else _("in part")


class PublishableAdmin(DuplicateMixin, KeepsDrafts, HasSteps, PreviewMixin, ContentAdmin):
    """What all Publishables share: when they are public, and as of when they are true."""

    publishing_fields: tuple = (
        "state",
        ("withdrawal_reason_en", "withdrawal_reason_lo"),
        ("publish_from", "publish_until"),
        "publish_at",
        ("information_date", "reviewed_on", "review_due"),
    )
    #: What may change without the information becoming any newer.
    BOOKKEEPING = frozenset(
        {
            "state", "publish_from", "publish_until", "publish_at", "reviewed_on", "review_due", "slug",
            "order", "withdrawal_reason_en", "withdrawal_reason_lo",
        }
    )  # fmt: skip

    save_on_top = True
    list_filter = ["state", LiveFilter, TranslatedFilter]
    search_fields = ["title_en", "title_lo", "slug"]
    prepopulated_fields = {"slug": ("title",)}

    def may_publish(self, request: HttpRequest) -> bool:
        """Whether this person decides what the public sees. Others write drafts, of what is public too."""
        return can_publish(request.user, self.model)

    def has_delete_permission(self, request: HttpRequest, obj: Publishable | None = None) -> bool:
        is_draft = obj is None or obj.state == Publishable.State.DRAFT
        return super().has_delete_permission(request, obj) and (is_draft or self.may_publish(request))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        live = self.model.objects.live(request.at).filter(pk=models.OuterRef("pk"))
        return super().get_queryset(request).annotate(is_live_now=models.Exists(live))

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> list:
        *english, lao = super().get_fieldsets(request, obj)
        return [*english, (_("Publishing"), {"fields": self._publishing_fields(request, obj)}), lao]

    def _publishing_fields(self, request: HttpRequest, obj: Publishable | None) -> tuple:
        """What this person decides, of what there is to decide now."""
        left_out: set[str] = set()
        if obj is None or obj.state != Publishable.State.WITHDRAWN:
            left_out |= {"withdrawal_reason_en", "withdrawal_reason_lo"}
        if not self.may_publish(request):
            left_out |= {
                "publish_from", "publish_until", "publish_at", "withdrawal_reason_en", "withdrawal_reason_lo",
            }  # fmt: skip
        rows = (field if isinstance(field, tuple) else (field,) for field in self.publishing_fields)
        kept = (tuple(name for name in row if name not in left_out) for row in rows)
        return tuple(row if len(row) > 1 else row[0] for row in kept if row)

    def is_public(self, obj: Publishable, at: datetime.datetime) -> bool:
        return obj.is_live(at)

    @admin.display(description=_("state"), ordering="state")
    def state_in_short(self, obj: Publishable) -> str:
        return obj.get_state_display().partition(":")[0]

    @admin.display(description=_("live now"), boolean=True, ordering="is_live_now")
    def live_now(self, obj: Publishable) -> bool:
        return obj.is_live_now

    def save_model(self, request: HttpRequest, obj: Publishable, form: Any, change: bool) -> None:
        save = getattr(request, "save_with_history", None)
        if not self.may_publish(request) and not (save and save.is_rehearsal):
            # It may have been published since the form was sent.
            stored = self.model.objects.filter(pk=obj.pk).first()
            if any(each and each.state != Publishable.State.DRAFT for each in (obj, stored)):
                raise PermissionDenied
        if set(form.changed_data) - self.BOOKKEEPING and "information_date" not in form.changed_data:
            obj.information_date = PartialDate.of(request.at)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> None:
        """What a thing owns is part of its information: a changed figure or file makes it newer, too."""
        super().save_related(request, form, formsets, change)
        today = PartialDate.of(request.at)
        owned_changed = any(
            formset.new_objects or formset.changed_objects or formset.deleted_objects for formset in formsets
        )
        if (
            owned_changed
            and "information_date" not in form.changed_data
            and form.instance.information_date != today
        ):
            form.instance.information_date = today
            form.instance.save(update_fields=["information_date", "updated_at"])


class FileOwnerAdmin(PublishableAdmin):
    """A Publishable whose files are editions, as its inline and `editions` name them."""

    editions: str

    list_filter = ["state", LiveFilter, HasFileFilter, TranslatedFilter]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).prefetch_related(self.editions)

    @admin.display(description=_("files"))
    def files(self, obj: Publishable) -> str:
        editions = getattr(obj, self.editions).all()
        return ", ".join(map(str, editions)) or _("on request")

    def get_urls(self) -> list:
        edition = self.model._meta.get_field(self.editions).related_model._meta
        name = f"{edition.app_label}_{edition.model_name}_file"
        return [
            path("files/<slug:key>/", self.admin_site.admin_view(self.file_view), name=name),
            *super().get_urls(),
        ]

    def file_view(self, request: HttpRequest, key: str) -> FileResponse:
        """A file of an edition, for staff: of a draft and of an earlier state, too."""
        edition = self._edition(key)
        if not self.has_view_permission(request, edition and edition.owner):
            raise PermissionDenied
        return file_response(edition, in_browser=False)

    def _edition(self, key: str) -> FileVersion | None:
        editions = self.model._meta.get_field(self.editions).related_model.objects
        if edition := editions.filter(file__contains=f"/{key}.").first():
            return edition
        kept = (
            Revision.objects.filter(model=self.opts.label_lower)
            .containing(f"/{key}.")
            .order_by("-at")
            .first()
        )
        editions = file_versions_in(self.model, kept.object_key, kept.data) if kept else []
        return next((edition for edition in editions if edition.public_id == key), None)
