"""Admin pages of the office, its pages, standard texts, places and notices."""

import datetime
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.office.models import ContactPoint, Milestone, Office, Page, Place, SiteNotice, StandardText
from iomlaos.staff.content import ContentAdmin, PublishableAdmin
from iomlaos.staff.filters import TranslatedFilter
from iomlaos.staff.inlines import ContentInline, TranslatedInline


class ContactPointInline(ContentInline):
    model = ContactPoint
    add_label = _("Add a number, an address or a link")
    order_field = "order"
    fieldsets = [(None, {"fields": [("kind", "written", "address"), "order"]})]


class MilestoneInline(TranslatedInline):
    model = Milestone
    add_label = _("Add a milestone")
    fieldsets = [(None, {"fields": [("date", "text")]})]


@admin.register(Office)
class OfficeAdmin(ContentAdmin):
    """There is one office: its list is its form."""

    menu_order = 310
    about = _(
        "The address, the telephone numbers and the first words of the site. They show on the contact "
        "page, on the home page and at the foot of every page."
    )
    fieldsets = [
        (
            _("Details"),
            {"fields": ["short_name", "name", "introduction", "opened", "postal_address", "hours"]},
        ),
        (_("Questions"), {"fields": ["staff_note"]}),
    ]
    inlines = [ContactPointInline, MilestoneInline]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if office := Office.objects.first():
            return redirect("admin:office_office_change", office.pk)
        return redirect("admin:office_office_add")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not self._has_office(request)

    def _has_office(self, request: HttpRequest) -> bool:
        """Asked once a request: the menu of each page asks several times."""
        if not hasattr(request, "has_office"):
            request.has_office = Office.objects.exists()
        return request.has_office

    def has_delete_permission(self, request: HttpRequest, obj: Office | None = None) -> bool:
        return False

    def is_public(self, obj: Office, at: datetime.datetime) -> bool:
        return True

    def public_pages(self, request: HttpRequest, obj: Office) -> list[str]:
        return [gettext("Every page of the site"), gettext("Contact")]


@admin.register(SiteNotice)
class SiteNoticeAdmin(ContentAdmin):
    menu_order = 330
    about = _(
        "What every page of the site says at its top for a while: that the office is closed, or that "
        "somebody asks for money in its name. It comes and goes by itself, at its start and at its end."
    )
    list_display = [
        "text",
        "kind",
        "starts_at",
        "ends_at",
        "current_state",
        "translation_status",
        "last_change",
    ]
    list_filter = ["kind", TranslatedFilter]
    search_fields = ["text_en", "text_lo"]
    readonly_fields = ["current_state"]
    fieldsets = [
        (
            _("Notice"),
            {"fields": ["text", ("link", "kind"), ("starts_at", "ends_at"), "current_state"]},
        ),
    ]

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name.startswith("text"):
            kwargs["widget"] = admin.widgets.AdminTextareaWidget(attrs={"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("now"))
    def current_state(self, obj: SiteNotice) -> str:
        if obj.pk is None:
            return _("not saved yet")
        now = timezone.now()
        if obj.is_public(now):
            return _("on every page now")
        return _("not yet shown") if now < obj.starts_at else _("its time is over")

    def is_public(self, obj: SiteNotice, at: datetime.datetime) -> bool:
        return obj.is_public(at)

    def public_pages(self, request: HttpRequest, obj: SiteNotice) -> list[str]:
        is_over = obj.ends_at is not None and obj.ends_at <= request.at
        return [] if is_over else [gettext("Every page of the site, while the notice is shown")]


@admin.register(Page)
class PageAdmin(PublishableAdmin):
    menu_order = 320
    about = _(
        "Pages that stand by themselves: accessibility, privacy, how to apply, and others. The pages that"
        " every page of the site links to keep their address and cannot be deleted."
    )
    list_display = ["title", "address", "status", "translation_status", "last_change"]
    fieldsets = [(_("Text"), {"fields": ["title", "lead", "body"]})]

    @admin.display(description=_("address"), ordering="slug")
    def address(self, obj: Page) -> str:
        return f"/{obj.slug}/"

    def get_readonly_fields(self, request: HttpRequest, obj: Page | None = None) -> Any:
        return ["slug"] if obj and obj.is_fixed else super().get_readonly_fields(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_fixed)


@admin.register(StandardText)
class StandardTextAdmin(ContentAdmin):
    menu_order = 340
    about = _(
        "Texts that stand on several pages and are kept once: that IOM never asks for money, for "
        "instance. A change here shows on all of them."
    )
    list_display = ["title", "confirmed", "translation_status", "last_change"]
    list_filter = ["is_confirmed", TranslatedFilter]
    search_fields = ["title_en", "title_lo", "body_en", "body_lo"]
    fieldsets = [(_("Text"), {"fields": ["title", "body", "is_confirmed", "slug"]})]
    prepopulated_fields = {"slug": ("title",)}

    def get_readonly_fields(self, request: HttpRequest, obj: StandardText | None = None) -> Any:
        return ["slug"] if obj else super().get_readonly_fields(request, obj)

    @admin.display(description=_("wording"), ordering="is_confirmed")
    def confirmed(self, obj: StandardText) -> str:
        return _("confirmed by the office") if obj.is_confirmed else _("to be confirmed by the office")


@admin.register(Place)
class PlaceAdmin(ContentAdmin):
    menu_order = 350
    about = _(
        "Places that programmes, projects and vacancies name. One with a code or a position is marked on "
        "the map of the home page while a programme or project there is public."
    )
    list_display = ["name", "kind", "iso_code", "on_map", "translation_status", "last_change"]
    list_filter = ["kind", TranslatedFilter]
    search_fields = ["name_en", "name_lo", "iso_code"]
    fieldsets = [
        (
            _("Details"),
            {"fields": ["name", "kind", ("iso_code", "latitude", "longitude"), "slug"]},
        ),
    ]
    prepopulated_fields = {"slug": ("name",)}

    @admin.display(description=_("can be marked on the map"), boolean=True)
    def on_map(self, obj: Place) -> bool:
        return bool(obj.iso_code or obj.latitude is not None)
