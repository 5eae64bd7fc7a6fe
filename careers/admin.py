"""Vacancies and the forms that applicants fill in."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.admin import EditionInline, OwnsEditions, PublishableAdmin
from iomlaos.publishing.filters import InLao, LiveNow

from .forms import OpportunityForm
from .models import ApplicationForm, FormVersion, Opportunity, Vacancy


class OpenNow(admin.SimpleListFilter):
    title, parameter_name = _("deadline"), "deadline"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        return [("open", _("Open now")), ("closed", _("Closed"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        match self.value():
            case "open":
                return queryset.filter(pk__in=queryset.model.objects.open(request.at).values("pk"))
            case "closed":
                return queryset.filter(pk__in=queryset.model.objects.closed(request.at).values("pk"))
        return queryset


class OpportunityAdmin(PublishableAdmin):
    """What people can apply or bid for. It closes; it is not taken down at a time."""

    form = OpportunityForm
    publishing_fields = ("state", "publish_from", ("as_of", "review_by"))
    list_filter = [OpenNow, "state", LiveNow, InLao]
    search_fields = ["title_en", "title_lo", "reference", "slug"]

    @admin.display(description=_("closes"), ordering="closes_at")
    def closes(self, obj: Opportunity) -> str:
        return obj.deadline


@admin.register(Vacancy)
class VacancyAdmin(OpportunityAdmin):
    about = _(
        "Positions that the office seeks to fill. They show under Careers while they are open, and among "
        "the closed ones afterwards."
    )
    list_display = ["title", "closes", "state_in_short", "live_now", "grade", "outcome", "in_lao"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "reference"]}),
        (_("Dates"), {"fields": ["posted_on", ("closing_date", "closing_hour"), "outcome"]}),
        (
            _("The position"),
            {"fields": ["grade", "duty_station", "organizational_unit", "appointment_type", "body"]},
        ),
        (_("How to apply"), {"fields": ["form", "contact"]}),
    ]


class FormVersionInline(EditionInline):
    model = FormVersion


@admin.register(ApplicationForm)
class ApplicationFormAdmin(OwnsEditions):
    about = _(
        "Forms that applicants fill in. They show under Careers; one without a file or an address is "
        "listed as on request."
    )
    editions = "versions"
    list_display = ["title", "files", "state_in_short", "live_now", "in_lao", "changed_at"]
    fieldsets = [(None, {"fields": ["title", "slug", "summary"]})]
    inlines = [FormVersionInline]
