"""Vacancies."""

import datetime

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from careers.exchange import VacancySheet
from careers.forms import VacancyForm
from careers.models import Vacancy
from careers.reliefweb import reasons_against
from iomlaos.publishing.admin.exchange.pages import Exchanges

from .filters import GradeScale
from .opportunity import DEADLINE, NEXT, OUTCOME, WAYS, OpportunityAdmin


@admin.register(Vacancy)
class VacancyAdmin(Exchanges, OpportunityAdmin):
    sheet = VacancySheet
    menu_order = 210
    about = _(
        "Positions that the office seeks to fill. They show under Careers while they are open, and among "
        "the closed ones afterwards."
    )
    form = VacancyForm
    begins_anew = (*OpportunityAdmin.begins_anew, "starts", "form_version")
    no_way_to_submit = _(
        "This position is published, and nobody can apply: give an e-mail address, a link or an address "
        "under “How to apply”."
    )
    list_display = [
        "title", "closes", "by_the_clock", "state_in_short", "live_now", "grade", "outcome", "in_lao",
    ]  # fmt: skip
    list_filter = [*OpportunityAdmin.list_filter, GradeScale]
    fieldsets = [
        (_("Title and reference"), {"fields": ["title", "slug", "reference"]}),
        (_("Dates and deadline"), {"fields": [DEADLINE, "deadline_reason", "posted_on"]}),
        (
            _("The position"),
            {
                "fields": [
                    ("grade", "duty_station"),
                    "organizational_unit",
                    ("contract", "working_time"),
                    "appointment_type",
                    ("duration", "starts"),
                    ("eligibility", "tier"),
                    "body",
                    "context",
                    "responsibilities",
                ],
                "classes": ["long"],
            },
        ),
        (
            _("What is needed"),
            {"fields": ["qualifications", "languages", "competencies"], "classes": ["long"]},
        ),
        (
            _("How to apply"),
            {**WAYS, "fields": [*WAYS["fields"], ("form", "form_version")]},
        ),
        NEXT,
        OUTCOME,
    ]

    def warnings(self, obj: Vacancy, at: datetime.datetime) -> list[str]:
        """Also why ReliefWeb will not carry it, where the office's jobs go there."""
        reasons = reasons_against(obj, at) if settings.RELIEFWEB_SOURCE and obj.has_way_to_submit else []
        words = [_now("ReliefWeb will not carry this position. %(reasons)s") % {"reasons": " ".join(reasons)}]
        return [*super().warnings(obj, at), *(words if reasons else [])]
