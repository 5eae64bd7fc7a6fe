"""Admin of programmes with their figures, projects, documents, donors and counterparts."""

import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing import serialization
from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.merge import Snapshot
from iomlaos.staff.content import ContentAdmin, FileOwnerAdmin, PublishableAdmin
from iomlaos.staff.filters import TranslatedFilter
from iomlaos.staff.inlines import FileVersionInline, TranslatedInline
from programmes.forms import FigureForm, FigureFormSet
from programmes.models import Counterpart, Document, DocumentVersion, Donor, Figure, Programme, Project


class FigureInline(TranslatedInline):
    model = Figure
    form = FigureForm
    formset = FigureFormSet
    add_label = _("Add a figure")
    order_field = "order"
    classes = ["narrow-first"]
    fieldsets = [
        (None, {"fields": [("value", "caption"), ("information_date", "source"), "is_headline", "order"]})
    ]


@admin.register(Programme)
class ProgrammeAdmin(PublishableAdmin):
    menu_order = 110
    about = _(
        "The lines of work under Migration Management. Each has a page of its own and a row on the home page."
    )
    list_display = [
        "title", "status", "figure_count", "translation_status", "information_date", "last_change",
    ]  # fmt: skip
    fieldsets = [
        (_("Text"), {"fields": ["title", "summary", "body"]}),
        (_("Details"), {"fields": [("since", "since_what"), "donors", "counterparts", "places", "order"]}),
    ]
    inlines = [FigureInline]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).prefetch_related("figures")

    @admin.display(description=_("figures"))
    def figure_count(self, obj: Programme) -> str | None:
        figures = obj.figures.all()
        missing = sum(not figure.caption for figure in figures)
        if not missing:
            return str(len(figures)) if figures else None
        counts = {"all": len(figures), "missing": missing}
        return _("%(all)s, of which %(missing)s without a caption") % counts


@admin.register(Project)
class ProjectAdmin(PublishableAdmin):
    menu_order = 120
    about = _(
        "Pieces of work within a programme, with their own dates, donors and partners. Each has a page of"
        " its own and a row on the page of its programme."
    )
    list_display = ["title", "acronym", "status", "period", "programme", "translation_status", "last_change"]
    list_filter = [*PublishableAdmin.list_filter, "programme"]
    list_select_related = ["programme"]
    search_fields = ["title_en", "title_lo", "acronym", "slug", "iati_identifier"]
    fieldsets = [
        (_("Text"), {"fields": ["title", "summary", "body"]}),
        (
            _("Details"),
            {
                "fields": [
                    ("programme", "acronym"),
                    ("starts", "ends", "dates_note"),
                    "donors",
                    "partners",
                    "places",
                    "role",
                    ("budget", "budget_currency", "iati_identifier"),
                ]
            },
        ),
    ]

    @admin.display(description=_("dates"), ordering="starts")
    def period(self, obj: Project) -> str | None:
        return obj.period or None


@admin.register(Figure)
class FigureAdmin(ContentAdmin):
    menu_order = 130
    about = _(
        "Numbers with what they count. A figure of a programme appears on its page; one without a "
        "programme is a fact of the country, and appears on the home page once it has a caption."
    )
    list_display = [
        "value",
        "caption_or_missing",
        "subject",
        "information_date",
        "is_headline",
        "translation_status",
    ]
    list_filter = [
        ("programme", admin.RelatedOnlyFieldListFilter),
        ("caption_en", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["programme"]
    search_fields = ["value_en", "value_lo", "caption_en", "caption_lo", "source_en"]
    fieldsets = [
        (_("Figure"), {"fields": [
            "programme", "value", "caption", ("information_date", "source"), ("is_headline", "order"),
        ]}),
    ]  # fmt: skip

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Lock the programmes first, as their own form does, and record what changed outside the admin.

        Otherwise the history would ascribe that change to whoever saves the figure.
        """
        if request.method != "POST":
            return super().changeform_view(request, object_id, *args, **kwargs)
        figure = self.get_object(request, unquote(object_id)) if object_id else None
        submitted = request.POST.get("programme", "")
        keys = {figure and figure.programme_id, int(submitted) if submitted.isdecimal() else None}
        with transaction.atomic():
            for programme in Programme.objects.filter(pk__in=keys - {None}).order_by("pk"):
                self.versions_of(programme)
            return super().changeform_view(request, object_id, *args, **kwargs)

    def after_saving(self, request: HttpRequest, record: Figure, before: Snapshot | None) -> None:
        """Update the programme, as its own form does when a figure changes there."""
        super().after_saving(request, record, before)
        if before == serialization.serialize(record):
            # A second click on the same button.
            return
        former = before["fields"]["programme"] if before else None
        for programme in Programme.objects.filter(pk__in={record.programme_id, former} - {None}):
            self._record_change(programme, request)

    def delete_model(self, request: HttpRequest, obj: Figure) -> None:
        programme = obj.programme
        if programme:
            self.versions_of(programme)
        super().delete_model(request, obj)
        if programme:
            self._record_change(programme, request)

    def _record_change(self, programme: Programme, request: HttpRequest) -> None:
        """Date the programme, and record in its history who changed a figure of it."""
        programme.information_date = PartialDate.of(request.at)
        programme.save(update_fields=["information_date", "updated_at"])
        self.versions_of(programme, by=request.user)

    def public_pages(self, request: HttpRequest, obj: Figure) -> list[str]:
        if obj.programme is None:
            return [gettext("The home page")]
        return [str(obj.programme)] if obj.programme.is_live(request.at) else []

    @admin.display(description=_("what it counts"), ordering="caption_en")
    def caption_or_missing(self, obj: Figure) -> str:
        return obj.caption or format_html('<span class="missing">{}</span>', _("caption to be confirmed"))

    @admin.display(description=_("of"), ordering="programme")
    def subject(self, obj: Figure) -> str:
        return str(obj.programme) if obj.programme else _("the country")


class DocumentVersionInline(FileVersionInline):
    model = DocumentVersion


@admin.register(Document)
class DocumentAdmin(FileOwnerAdmin):
    menu_order = 140
    about = _(
        "Factsheets, infosheets, reports and tools. They show on the documents page and beside their "
        "programme; one without a file or an address is listed as on request."
    )
    list_display = ["title", "status", "files", "kind", "programme", "translation_status", "last_change"]
    list_filter = [*FileOwnerAdmin.list_filter, "kind", ("programme", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["programme"]
    BOOKKEEPING = FileOwnerAdmin.BOOKKEEPING | {"staff_note"}
    fieldsets = [
        (_("Text"), {"fields": ["title", "kind", "summary", "staff_note"]}),
        (_("Details"), {"fields": [("programme", "order"), "projects"]}),
    ]
    inlines = [DocumentVersionInline]
    export_columns = (
        "slug", "state", "title_en", "title_lo", "kind", "summary_en", "summary_lo", "programme", "order",
        "projects", "information_date", "review_due",
    )  # fmt: skip


@admin.register(Donor)
class DonorAdmin(ContentAdmin):
    menu_order = 150
    about = _(
        "Who pays for programmes and projects. A donor shows, with a page of its own, while a public "
        "programme or project names it."
    )
    list_display = ["full_name", "kind", "live_now", "translation_status", "last_change"]
    list_filter = ["kind", TranslatedFilter]
    search_fields = ["name_en", "name_lo", "abbreviation", "parent_en", "slug"]
    fieldsets = [(_("Details"), {"fields": ["name", ("abbreviation", "kind"), "parent", "slug"]})]
    prepopulated_fields = {"slug": ("name",)}
    export_columns = ("slug", "name_en", "name_lo", "abbreviation", "parent_en", "parent_lo", "kind")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        shown = Donor.objects.public(request.at).filter(pk=models.OuterRef("pk"))
        return super().get_queryset(request).annotate(is_live_now=models.Exists(shown))

    @admin.display(description=_("name"), ordering="name_en")
    def full_name(self, obj: Donor) -> str:
        return obj.full_name

    @admin.display(description=_("live now"), boolean=True, ordering="is_live_now")
    def live_now(self, obj: Donor) -> bool:
        return obj.is_live_now

    def is_public(self, obj: Donor, at: datetime.datetime) -> bool:
        return Donor.objects.public(at).contains(obj)


@admin.register(Counterpart)
class CounterpartAdmin(ContentAdmin):
    menu_order = 160
    about = _(
        "Ministries, departments and others that the office works with. They show on the about page, if "
        "so marked, and on the pages of programmes and projects."
    )
    list_display = ["__str__", "kind", "parent", "is_internal", "order", "translation_status", "last_change"]
    list_filter = ["kind", "is_internal", TranslatedFilter]
    list_select_related = ["parent"]
    search_fields = ["name_en", "name_lo", "abbreviation"]
    fieldsets = [
        (
            _("Details"),
            {"fields": ["name", ("abbreviation", "kind", "parent"), ("is_internal", "order"), "slug"]},
        )
    ]
    prepopulated_fields = {"slug": ("name",)}

    def public_pages(self, request: HttpRequest, obj: Counterpart) -> list[str]:
        about = [gettext("About")] if obj.is_internal else []
        return [*about, *super().public_pages(request, obj)]

    def get_form(self, request: HttpRequest, obj: Counterpart | None = None, **kwargs: Any) -> Any:
        """Leave the counterpart itself out of the choices for `parent`."""
        form = super().get_form(request, obj, **kwargs)
        if obj and "parent" in form.base_fields:
            form.base_fields["parent"].queryset = Counterpart.objects.exclude(pk=obj.pk)
        return form
