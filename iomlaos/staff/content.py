"""ModelAdmin classes for content: texts, publishables, and owners of files."""

import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models.functions import Coalesce
from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from iomlaos.media.models import FileVersion, find_file_version
from iomlaos.media.views import file_response
from iomlaos.publishing import merge
from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models import PUBLISHING_FIELDS, Publishable, Revision
from iomlaos.publishing.permissions import can_publish
from iomlaos.publishing.status import describe_save, status_of, waiting_for
from iomlaos.staff.autosave.mixin import AutosaveMixin
from iomlaos.staff.base import TranslatedFieldsetsMixin
from iomlaos.staff.delete_protection import DeleteProtectionMixin
from iomlaos.staff.drafts import DraftsMixin
from iomlaos.staff.duplicate import DuplicateMixin
from iomlaos.staff.edit_session import EditSession, typed_snapshot
from iomlaos.staff.filters import HasFileFilter, StatusFilter, TranslatedFilter
from iomlaos.staff.history import HistoryMixin
from iomlaos.staff.preview import PreviewMixin
from iomlaos.staff.references import references_to
from iomlaos.staff.sections import build_sections
from iomlaos.staff.versioned_form import EDIT, BuiltForms, VersionedAdmin
from iomlaos.translations.queries import find_states
from iomlaos.translations.review import TranslationReviewMixin, questionable_texts
from iomlaos.translations.states import State, worst

#: What was loaded at set-up and never saved comes before all saves.
SET_UP = models.Value(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC))
#: Sent by the page that asks before a save changes public pages.
CONFIRM = "_confirm"


class ContentAdmin(
    DeleteProtectionMixin,
    AutosaveMixin,
    HistoryMixin,
    TranslatedFieldsetsMixin,
    TranslationReviewMixin,
    VersionedAdmin,
    TranslationAdmin,
):
    """What the admin pages of all content share."""

    #: Whether the front page has a button for a new one, not only an entry under "New…".
    has_button_on_home = False
    #: Whether a save changes what visitors see at once.
    asks_before_saving = True

    def get_prepopulated_fields(self, request: HttpRequest, obj: models.Model | None = None) -> dict:
        """Derive a slug from the title of a new record only."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_view_on_site_url(self, obj: models.Model | None = None) -> str | None:
        return obj.get_absolute_url() if obj and self.is_public(obj, timezone.now()) else None

    def is_public(self, obj: models.Model, at: datetime.datetime) -> bool:
        """Whether the record has a public page."""
        return False

    def public_pages(self, request: HttpRequest, obj: models.Model) -> list[str]:
        """The public pages that show a record without drafts, as words for staff."""
        if not obj.pk:
            return []
        references = references_to([obj], request.at)[obj.pk]
        live = (reference.source or reference.description for reference in references if reference.is_live)
        return list(dict.fromkeys(map(str, live)))

    def _save_form(
        self, request: HttpRequest, session: EditSession | None, forms: BuiltForms
    ) -> HttpResponse | None:
        """Ask once, where a save changes public pages at once, or something looks wrong."""
        pages, questions = [], []
        asks = self.asks_before_saving and request.POST.keys().isdisjoint({CONFIRM, EDIT, IS_POPUP_VAR})
        if asks and forms.has_changed():
            pages = self.public_pages(request, forms.form.instance)
            filled = session.filled if session else merge.EMPTY
            typed = typed_snapshot(forms.form, forms.formsets, filled, stores_files=False)
            questions = [question for _path, question in questionable_texts(self.model, filled, typed)]
        if not pages and not questions:
            return super()._save_form(request, session, forms)
        context = {
            "title": gettext("Save %(record)s?") % {"record": forms.form.instance},
            "object": session and session.record,
            "pages": pages,
            "questions": questions,
            "fields": [(name, value) for name, values in request.POST.lists() for value in values],
        }
        return self.render_page(request, "confirm_save", context)

    def render_change_form(self, request: HttpRequest, context: dict, **kwargs: Any) -> HttpResponse:
        formsets, default = context["inline_admin_formsets"], capfirst(self.opts.verbose_name)
        context["sections"] = build_sections(context["adminform"], formsets, default)
        return super().render_change_form(request, context, **kwargs)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        saves = Revision.objects.saved().of_each(self.model).values("at")
        return super().get_queryset(request).annotate(last_saved_at=models.Subquery(saves[:1]))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Give each row its last change and its status, with a few queries for all."""
        changelist = super().get_changelist_instance(request)
        rows = changelist.result_list = list(changelist.result_list)
        waiting = waiting_for(rows)
        states = find_states(rows) if "translation_status" in self.list_display else [{}] * len(rows)
        for row, row.translation_states in zip(rows, states, strict=True):
            row.waiting = waiting[str(row.pk)]
            row.change_in_list = describe_save(row.waiting.last_save, request.at, request.user)
            if isinstance(row, Publishable):
                row.status_in_list = status_of(row, row.waiting, request.at)
        return changelist

    @admin.display(description=_("last change"), ordering=Coalesce("last_saved_at", SET_UP))
    def last_change(self, obj: models.Model) -> str:
        when, who = obj.change_in_list
        return format_html('{} <span class="quiet">{}</span>', when, who)

    @admin.display(description=_("Lao"))
    def translation_status(self, obj: models.Model) -> str:
        """How much of the English text is translated, or that it is not in step."""
        states = [*obj.translation_states.values()]
        state = worst(states)
        if state in (State.OUTDATED, State.AWAITING_REVIEW):
            return state.label.lower()
        if all(state == State.UNTRANSLATED for state in states):
            return _("none")
        return _("complete") if state == State.CURRENT else _("in part")


class PublishableAdmin(DraftsMixin, PreviewMixin, DuplicateMixin, ContentAdmin):
    """What the admin pages of all Publishables share: their status, and how old their information is."""

    asks_before_saving = False
    #: Fields that may change while the information stays as old as it is.
    BOOKKEEPING = {*PUBLISHING_FIELDS, "reviewed_on", "review_due", "slug", "order"}

    list_filter = [StatusFilter, TranslatedFilter]
    search_fields = ["title_en", "title_lo", "slug"]
    prepopulated_fields = {"slug": ("title",)}

    def has_publish_permission(self, request: HttpRequest, obj: Publishable | None = None) -> bool:
        return can_publish(request.user, self.model)

    def has_delete_permission(self, request: HttpRequest, obj: Publishable | None = None) -> bool:
        is_draft = obj is None or obj.state == Publishable.State.DRAFT
        is_allowed = is_draft or self.has_publish_permission(request)
        return is_allowed and super().has_delete_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> list:
        fields = ["slug", ("information_date", "reviewed_on", "review_due")]
        return [*super().get_fieldsets(request, obj), (_("Publishing"), {"fields": fields})]

    @admin.display(description=_("status"), ordering="state")
    def status(self, obj: Publishable) -> str:
        context = {"status": obj.status_in_list, "shows_moment": True}
        return render_to_string("admin/status.html", context)

    def adjust_snapshot(self, request: HttpRequest, session: EditSession | None, typed: Snapshot) -> None:
        """Date the information by today where the text changed and the date was left alone."""
        super().adjust_snapshot(request, session, typed)
        changed = {each.path for each in merge.differences(session.filled, typed)} if session else set()
        bookkeeping = {("fields", name) for name in self.BOOKKEEPING}
        is_new = session is None and not typed["fields"]["information_date"]
        if is_new or (changed - bookkeeping and ("fields", "information_date") not in changed):
            typed["fields"]["information_date"] = PartialDate.of(request.at).iso


class FileOwnerAdmin(PublishableAdmin):
    """The admin pages of a Publishable with files."""

    #: The relation to its file versions.
    file_relation = "versions"

    list_filter = [StatusFilter, HasFileFilter, TranslatedFilter]

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changelist = super().get_changelist_instance(request)
        models.prefetch_related_objects(changelist.result_list, self.file_relation)
        return changelist

    @admin.display(description=_("files"))
    def files(self, obj: Publishable) -> str:
        return ", ".join(map(str, getattr(obj, self.file_relation).all())) or _("on request")

    def get_urls(self) -> list:
        return [self.admin_path("files/<slug:key>/", self.file_view, "file"), *super().get_urls()]

    def file_view(self, request: HttpRequest, key: str) -> FileResponse:
        """Serve a file to staff, also of a draft and of an earlier state."""
        version = self._find_version(key)
        if not self.has_view_permission(request, version and version.owner):
            raise PermissionDenied
        return file_response(version, in_browser=False)

    def _find_version(self, key: str) -> FileVersion | None:
        versions = self.opts.get_field(self.file_relation).related_model
        if version := versions.objects.filter(file__contains=f"/{key}.").first():
            return version
        revisions = Revision.objects.filter(model=self.opts.label_lower).containing(f"/{key}.")
        revision = revisions.order_by("-at").first()
        if revision is None:
            return None
        record = self.model(pk=self.opts.pk.to_python(revision.object_key))
        return find_file_version(record, revision.data, key)
