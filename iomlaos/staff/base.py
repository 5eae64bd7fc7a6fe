"""Base classes of all admin pages."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import BadRequest, ValidationError
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.forms import CheckboxSelectMultiple, EmailField, SlugField
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_prose_editor.widgets import AdminProseEditorWidget
from js_asset import Media
from modeltranslation.utils import build_localized_fieldname

from iomlaos.media.richtext import RichTextField
from iomlaos.publishing.dates import PartialDateField, PartialDateFormField
from iomlaos.staff.fields import (
    DateField,
    DateInput,
    DateTimeField,
    DateTimeInput,
    MultiLineField,
    RichTextFormField,
    SingleLineField,
)
from iomlaos.staff.file_fields import FileVersionField, FileVersionInput

FORMFIELD_OVERRIDES: dict[type[models.Field], dict[str, Any]] = {
    models.CharField: {"form_class": SingleLineField},
    models.DateField: {"form_class": DateField, "widget": DateInput},
    models.DateTimeField: {"form_class": DateTimeField, "widget": DateTimeInput},
    models.EmailField: {"form_class": EmailField},
    models.FileField: {"form_class": FileVersionField, "widget": FileVersionInput},
    models.ManyToManyField: {"widget": CheckboxSelectMultiple},
    models.SlugField: {"form_class": SlugField, "widget": admin.widgets.AdminTextInputWidget},
    models.TextField: {
        "form_class": MultiLineField,
        "widget": admin.widgets.AdminTextareaWidget(attrs={"rows": 4}),
    },
    models.URLField: {"assume_scheme": "https", "widget": admin.widgets.AdminURLFieldWidget},
    PartialDateField: {"form_class": PartialDateFormField, "widget": admin.widgets.AdminTextInputWidget},
    RichTextField: {"form_class": RichTextFormField, "widget": AdminProseEditorWidget},
}


class TranslatedFieldsetsMixin:
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


class BaseAdmin(admin.ModelAdmin):
    """The pages of one kind of thing. `about` says in a sentence or two what it is and where it shows.

    `menu_order` is its place on the admin's front page: the hundreds are the groups, one an app.
    """

    about = ""
    menu_order: int
    formfield_overrides = FORMFIELD_OVERRIDES
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


class ReadOnlyAdmin(BaseAdmin):
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
