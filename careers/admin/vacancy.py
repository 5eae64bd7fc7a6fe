"""Admin pages of vacancies."""

import datetime

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from careers.admin.filters import GradeScaleFilter
from careers.admin.notice import DEADLINE, NEXT, OUTCOME, WAYS, NoticeAdmin
from careers.exports.reliefweb import ReliefWebJob
from careers.forms import VacancyForm
from careers.models.vacancy import Vacancy
from iomlaos.staff.export import ExportMixin


@admin.register(Vacancy)
class VacancyAdmin(ExportMixin, NoticeAdmin):
    menu_order = 210
    about = _(
        "Positions that the office seeks to fill. They show under Careers while they are open, and among "
        "the closed ones afterwards."
    )
    form = VacancyForm
    no_way_to_submit = _(
        "This position is published, and nobody can apply: give an e-mail address, a link or an address "
        "under “How to apply”."
    )
    list_display = [
        "headline", "closes", "open_or_closed", "state_label", "live_now", "outcome", "translation_status",
    ]  # fmt: skip
    list_select_related = ["duty_station"]
    list_filter = [*NoticeAdmin.list_filter, GradeScaleFilter]
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
        (_("How to apply"), {**WAYS, "fields": [*WAYS["fields"], ("form", "form_version")]}),
        NEXT,
        OUTCOME,
    ]
    export_columns = (
        "slug", "state", "title_en", "title_lo", "reference", "posted_on", "closing_date", "closing_hour",
        "grade", "duty_station", "organizational_unit_en", "organizational_unit_lo",
        "contract", "working_time", "appointment_type_en", "appointment_type_lo", "duration_en",
        "duration_lo", "starts_en", "starts_lo", "eligibility", "tier", "body_en", "body_lo",
        "context_en", "context_lo", "responsibilities_en", "responsibilities_lo", "qualifications_en",
        "qualifications_lo",
        "languages_en", "languages_lo", "competencies_en", "competencies_lo", "submission_email",
        "submission_link", "submission_address_en", "submission_address_lo", "contact_en", "contact_lo",
        "form", "what_next_en", "what_next_lo", "results_expected_by", "outcome", "outcome_note_en",
        "outcome_note_lo", "readvertised_as", "information_date", "review_due",
    )  # fmt: skip

    def headline_details(self, obj: Vacancy) -> list[str]:
        return [obj.grade, str(obj.duty_station or "")]

    def closing_date(self, obj: Vacancy) -> datetime.date:
        """The date as a value: that of the model is text."""
        return obj.closing_day

    def warnings(self, obj: Vacancy, at: datetime.datetime) -> list[str]:
        """Also why ReliefWeb will not carry it, where the office's jobs go there."""
        warnings = super().warnings(obj, at)
        reasons = ReliefWebJob(obj, at).rejection_reasons
        if settings.RELIEFWEB_SOURCE and obj.has_way_to_submit and reasons:
            warning = gettext("ReliefWeb will not carry this position. %(reasons)s")
            warnings.append(warning % {"reasons": " ".join(reasons)})
        return warnings
