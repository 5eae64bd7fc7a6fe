"""Base classes of all admin pages."""

import uuid
from collections.abc import Callable
from functools import partial, reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.forms import CheckboxSelectMultiple, EmailField, SlugField
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_prose_editor.widgets import AdminProseEditorWidget
from js_asset import Media
from modeltranslation.utils import build_localized_fieldname

from iomlaos.media.forms import FileVersionField, FileVersionInput
from iomlaos.media.richtext import RichTextField
from iomlaos.publishing.dates import PartialDateField, PartialDateFormField
from iomlaos.publishing.diff import field_label
from iomlaos.staff import fields
from iomlaos.staff.export import export_list
from iomlaos.translations.lao import search_spellings

FORMFIELD_OVERRIDES: dict[type[models.Field], dict[str, Any]] = {
    models.CharField: {"form_class": fields.SingleLineField},
    models.DateField: {"form_class": fields.DateField, "widget": fields.DateInput},
    models.DateTimeField: {"form_class": fields.DateTimeField, "widget": fields.DateTimeInput},
    models.EmailField: {"form_class": EmailField},
    models.FileField: {"form_class": FileVersionField, "widget": FileVersionInput},
    models.ManyToManyField: {"widget": CheckboxSelectMultiple},
    models.PositiveSmallIntegerField: {
        "form_class": fields.OrderField,
        "widget": admin.widgets.AdminIntegerFieldWidget,
    },
    models.SlugField: {"form_class": SlugField, "widget": admin.widgets.AdminTextInputWidget},
    models.TextField: {
        "form_class": fields.MultiLineField,
        "widget": admin.widgets.AdminTextareaWidget(attrs={"rows": 4}),
    },
    models.URLField: {"assume_scheme": "https", "widget": admin.widgets.AdminURLFieldWidget},
    PartialDateField: {"form_class": PartialDateFormField, "widget": admin.widgets.AdminTextInputWidget},
    RichTextField: {"form_class": fields.RichTextFormField, "widget": AdminProseEditorWidget},
}


def parse_uuid(text: str | None) -> uuid.UUID | None:
    """A key from a request; None where it is no UUID."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


class TranslatedFieldsetsMixin:
    """Lets fieldsets name a translated text once: English is shown there, Lao in a fieldset of its own."""

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> list:
        if not self.fieldsets:
            return super().get_fieldsets(request, obj)
        translated = self.trans_opts.all_fields

        def in_english(field: Any) -> Any:
            if isinstance(field, tuple | list):
                return tuple(in_english(name) for name in field)
            return build_localized_fieldname(field, "en") if field in translated else field

        english = [
            (title, {**options, "fields": in_english(options["fields"])}) for title, options in self.fieldsets
        ]
        names = [name for name in flatten_fieldsets(self.fieldsets) if name in translated]
        lao = {
            "fields": [build_localized_fieldname(name, "lo") for name in names],
            "classes": ("lao",),
            "description": _("Empty texts are shown in English."),
        }
        return [*english, (_("Lao"), lao)]

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """Also those where Lao is spelt in another way than it was typed."""
        found = [
            super(TranslatedFieldsetsMixin, self).get_search_results(request, queryset, spelling)
            for spelling in search_spellings(search_term)
        ]
        return reduce(or_, (rows for rows, _ in found)), any(has_duplicates for _, has_duplicates in found)

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and hasattr(db_field, "translated_field"):
            field.label = field_label(db_field)
            if db_field.language == "lo":
                field.help_text = ""
                field.widget.attrs["lang"] = "lo"
        return field


class BaseAdmin(admin.ModelAdmin):
    """The admin pages of a model. `about` explains it in a sentence or two on its list and its form.

    `menu_order` is its place in the side bar, `menu_group` the heading there: without it, the name of its
    app. A group stands where its first entry does.
    """

    about = ""
    menu_order: int
    menu_group: Promise
    formfield_overrides = FORMFIELD_OVERRIDES
    #: The columns of the list's export; without any there is none. See `staff.export`.
    export_columns: tuple[str, ...] = ()
    list_per_page = 50
    #: No boxes to tick: what is done to a record is done from its form.
    actions = None
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    empty_value_display = '<span class="empty">–</span>'

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer to add a related record, not to delete or view one."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and hasattr(field.widget, "can_delete_related"):
            field.widget.can_delete_related = field.widget.can_view_related = False
            # The wrapper hides that boxes to tick are a group.
            field.widget.use_fieldset = field.widget.widget.use_fieldset
        return field

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only allow lookups on fields in list_filter; others would leak values."""
        name = lookup.partition(LOOKUP_SEP)[0]
        filters = [item[0] if isinstance(item, tuple) else item for item in self.get_list_filter(request)]
        offered = {item.partition(LOOKUP_SEP)[0] for item in filters if isinstance(item, str)}
        fields = {field.name for field in self.opts.get_fields()}
        fields |= {field.attname for field in self.opts.concrete_fields}
        is_offered = name not in fields or name in {*offered, self.date_hierarchy}
        return is_offered and super().lookup_allowed(lookup, value, request)

    def get_urls(self) -> list:
        urls = super().get_urls()
        if self.export_columns:
            view = partial(export_list, self)
            urls = [self.admin_path("export/<slug:file_format>/", view, "export"), *urls]
        return urls

    def url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def admin_url(self, page: str, record: models.Model | None = None) -> str:
        """The URL of an admin page of this model, or of one of its records."""
        return reverse(f"admin:{self.url_name(page)}", args=[quote(record.pk)] if record else [])

    def admin_path(self, route: str, view: Callable[..., HttpResponse], page: str) -> URLPattern:
        return path(route, self.admin_site.admin_view(view), name=self.url_name(page))

    def get_object_or_404(
        self, request: HttpRequest, object_id: str, has_permission: Callable[..., bool] | None = None
    ) -> models.Model:
        """The record. Raises PermissionDenied where `has_permission(request, record)` is false."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if has_permission and not has_permission(request, record):
            raise PermissionDenied
        return record

    def render_page(self, request: HttpRequest, page: str, context: dict, status: int = 200) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
            **context,
        }
        return TemplateResponse(request, f"admin/{page}.html", context, status=status)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        context = {"title": capfirst(self.opts.verbose_name_plural), "about": self.about}
        response = super().changelist_view(request, context | (extra_context or {}))
        if changelist := (getattr(response, "context_data", None) or {}).get("cl"):
            # The first filter is always shown.
            used = any(spec.used_parameters for spec in changelist.filter_specs[1:])
            response.context_data["more_filters_used"] = used
        return response

    def render_change_form(self, request: HttpRequest, context: dict, **kwargs: Any) -> HttpResponse:
        # The import map of the editor is an inline script, which needs the nonce of this response.
        context["media"] = Media.from_media(context["media"], nonce=str(request.csp_nonce))
        context["about"] = self.about
        return super().render_change_form(request, context, **kwargs)


class ReadOnlyAdmin(BaseAdmin):
    """The admin pages of a log, which nobody changes."""

    list_display_links = None
    date_hierarchy = "at"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_add_permission = has_delete_permission = has_change_permission
