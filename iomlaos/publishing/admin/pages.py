"""What all of the admin's pages share: plain inputs, English before Lao, and how a thing is published."""

import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.forms import CheckboxSelectMultiple, EmailField, SlugField
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_prose_editor.widgets import AdminProseEditorWidget
from js_asset import Media
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline
from modeltranslation.utils import build_localized_fieldname

from iomlaos.publishing.dates import PartialDate, PartialDateField, PartialDateFormField
from iomlaos.publishing.editions import Edition, editions_in, file_of
from iomlaos.publishing.models import Publishable, Revision
from iomlaos.publishing.richtext import RichTextField
from iomlaos.publishing.rights import may_publish

from .copying import Copies
from .deleting import AsksBeforeDeleting
from .drafting import KeepsDrafts
from .filters import InLao, LiveNow, WithFile
from .forms import (
    DayField,
    DayInput,
    EditionFileField,
    EditionFileInput,
    EditionFormSet,
    LineField,
    MomentField,
    MomentInput,
    RichTextFormField,
    TextField,
)
from .history import KeepsHistory
from .keeping import KeepsTyping
from .previewing import Previews
from .steps import HasSteps

PLAIN_INPUTS: dict[type[models.Field], dict[str, Any]] = {
    models.CharField: {"form_class": LineField},
    models.DateField: {"form_class": DayField, "widget": DayInput},
    models.DateTimeField: {"form_class": MomentField, "widget": MomentInput},
    models.EmailField: {"form_class": EmailField},
    models.FileField: {"form_class": EditionFileField, "widget": EditionFileInput},
    models.ManyToManyField: {"widget": CheckboxSelectMultiple},
    models.SlugField: {"form_class": SlugField, "widget": admin.widgets.AdminTextInputWidget},
    models.TextField: {
        "form_class": TextField,
        "widget": admin.widgets.AdminTextareaWidget(attrs={"rows": 4}),
    },
    models.URLField: {"assume_scheme": "https", "widget": admin.widgets.AdminURLFieldWidget},
    PartialDateField: {"form_class": PartialDateFormField, "widget": admin.widgets.AdminTextInputWidget},
    RichTextField: {"form_class": RichTextFormField, "widget": AdminProseEditorWidget},
}


class EnglishBeforeLao:
    """Fieldsets name a text once; its English stands in its place, its Lao in a part of its own."""

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> list:
        translated = self.trans_opts.all_fields
        names = [name for name in flatten_fieldsets(self.fieldsets) if name in translated]

        def in_english(field: Any) -> Any:
            if isinstance(field, tuple | list):
                return tuple(in_english(name) for name in field)
            return build_localized_fieldname(field, "en") if field in translated else field

        lao = {
            "fields": [build_localized_fieldname(name, "lo") for name in names],
            "classes": ("collapse", "lao"),
            "description": _(
                "For the pages in Lao, once the site has them. What is empty is shown in English."
            ),
        }
        english = [
            (title, {**options, "fields": in_english(options["fields"])}) for title, options in self.fieldsets
        ]
        return [*english, (_("Lao (optional)"), lao)]

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and hasattr(db_field, "translated_field"):
            field.label = capfirst(db_field.translated_field.verbose_name)
            if db_field.language == "lo":
                field.label = _("%(name)s in Lao") % {"name": field.label}
                field.help_text = ""
                field.widget.attrs["lang"] = "lo"
        return field


class StaffPages(admin.ModelAdmin):
    """The pages of one kind of thing. `about` says in a sentence or two what it is and where it shows.

    `menu_order` is its place on the admin's front page: the hundreds are the groups, one an app.
    """

    about = ""
    menu_order: int
    formfield_overrides = PLAIN_INPUTS
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = "–"

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Beside a choice, one may add what is missing; deleting it is done in its own place."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and hasattr(field.widget, "can_delete_related"):
            field.widget.can_delete_related = field.widget.can_view_related = False
        return field

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A list is narrowed by what it offers: the answers of another field would tell what is in it."""
        name = lookup.partition(LOOKUP_SEP)[0]
        fields = {field.name for field in self.opts.get_fields()}
        fields |= {field.attname for field in self.opts.concrete_fields}
        if name in fields and name not in self._narrowed_by(request):
            return False
        return super().lookup_allowed(lookup, value, request)

    def _narrowed_by(self, request: HttpRequest) -> set[str]:
        names = {self.date_hierarchy} if self.date_hierarchy else set()
        for each in self.get_list_filter(request):
            if isinstance(each, type):
                names.add(each.parameter_name)
            else:
                names.add((each if isinstance(each, str) else each[0]).partition(LOOKUP_SEP)[0])
        return names

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            try:
                self.opts.pk.clean(key, None)
            except ValidationError:
                raise BadRequest(f"{key!r} is the key of no row.") from None
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(
            request, {"title": title, "about": self.about, **(extra_context or {})}
        )

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The editor's import map is an inline script: it runs with the nonce of this response."""
        context["media"] = Media.from_media(context["media"], nonce=str(request.csp_nonce))
        context["about"] = self.about
        return super().render_change_form(request, context, *args, **kwargs)


class LogPages(StaffPages):
    """A log: it is read, and nobody changes it."""

    list_display_links = None
    date_hierarchy = "at"
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StaffAdmin(
    AsksBeforeDeleting, KeepsTyping, KeepsHistory, EnglishBeforeLao, StaffPages, TranslationAdmin
):
    """What all of the office's content shares."""

    def get_prepopulated_fields(self, request: HttpRequest, obj: models.Model | None = None) -> dict:
        """An address or a key follows the title of a new thing; an existing one stays as it is."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_view_on_site_url(self, obj: models.Model | None = None) -> str | None:
        """A link to the public page, where there is one now."""
        return obj.get_absolute_url() if obj and self.is_shown(obj, timezone.now()) else None

    def is_shown(self, obj: models.Model, at: datetime.datetime) -> bool:
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


class PublishableAdmin(Copies, KeepsDrafts, HasSteps, Previews, StaffAdmin):
    """What all Publishables share: when they are public, and as of when they are true."""

    publishing_fields: tuple = (
        "state",
        ("withdrawal_reason_en", "withdrawal_reason_lo"),
        ("publish_from", "publish_until"),
        "publish_at",
        ("as_of", "checked_on", "review_by"),
    )
    #: What may change without the information becoming any newer.
    BOOKKEEPING = frozenset(
        {
            "state", "publish_from", "publish_until", "publish_at", "checked_on", "review_by", "slug",
            "order", "withdrawal_reason_en", "withdrawal_reason_lo",
        }
    )  # fmt: skip

    save_on_top = True
    list_filter = ["state", LiveNow, InLao]
    search_fields = ["title_en", "title_lo", "slug"]
    prepopulated_fields = {"slug": ("title",)}

    def may_publish(self, request: HttpRequest) -> bool:
        """Whether this person decides what the public sees. Others write drafts, of what is public too."""
        return may_publish(request.user, self.model)

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

    def is_shown(self, obj: Publishable, at: datetime.datetime) -> bool:
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
        if set(form.changed_data) - self.BOOKKEEPING and "as_of" not in form.changed_data:
            obj.as_of = PartialDate.of(request.at)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> None:
        """What a thing owns is part of its information: a changed figure or file makes it newer, too."""
        super().save_related(request, form, formsets, change)
        today = PartialDate.of(request.at)
        owned_changed = any(
            formset.new_objects or formset.changed_objects or formset.deleted_objects for formset in formsets
        )
        if owned_changed and "as_of" not in form.changed_data and form.instance.as_of != today:
            form.instance.as_of = today
            form.instance.save(update_fields=["as_of", "changed_at"])


class OwnsEditions(PublishableAdmin):
    """A Publishable whose files are editions, as its inline and `editions` name them."""

    editions: str

    list_filter = ["state", LiveNow, WithFile, InLao]

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
        return file_of(edition, in_browser=False)

    def _edition(self, key: str) -> Edition | None:
        editions = self.model._meta.get_field(self.editions).related_model.objects
        if edition := editions.filter(file__contains=f"/{key}.").first():
            return edition
        kept = (
            Revision.objects.filter(model=self.opts.label_lower).holding(f"/{key}.").order_by("-at").first()
        )
        editions = editions_in(self.model, kept.object_key, kept.data) if kept else []
        return next((edition for edition in editions if edition.file_key == key), None)


class StaffInline(admin.StackedInline):
    """Rows that a thing owns, under it. One empty row stands ready while the thing is new.

    They have no rights of their own: whoever may change the thing may change them.
    """

    formfield_overrides = PLAIN_INPUTS
    # That of a draft has no public page; a file is a link in the form itself.
    view_on_site = False

    @property
    def _of_owner(self) -> admin.ModelAdmin:
        return self.admin_site.get_model_admin(self.parent_model)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._of_owner.has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._of_owner.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_change_permission(request, obj) if obj else self._of_owner.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def get_extra(self, request: HttpRequest, obj: models.Model | None = None, **kwargs: Any) -> int:
        return 0 if obj else 1


class TranslatedInline(EnglishBeforeLao, TranslationStackedInline, StaffInline):
    """Owned rows with texts of their own."""


class EditionInline(StaffInline):
    formset = EditionFormSet
    fieldsets = [(None, {"fields": [("language", "dated"), "file", "address"]})]
