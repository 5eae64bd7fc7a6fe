"""Admin pages of vacancies."""

import datetime

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from careers.admin.filters import GradeScaleFilter
from careers.admin.notice import APPLY, DEADLINE, OUTCOME, SUBMIT, NoticeAdmin
from careers.exports.reliefweb import ReliefWebJob
from careers.forms import VacancyForm
from careers.models.vacancy import Vacancy


@admin.register(Vacancy)
class VacancyAdmin(NoticeAdmin):
    menu_order = 210
    about = _(
        "Jobs. Visitors find them under Careers while they are open, and among the closed ones afterwards. "
        "Those for IOM staff only have a list of their own."
    )
    form = VacancyForm
    list_select_related = ["duty_station"]
    list_filter = [*NoticeAdmin.list_filter, GradeScaleFilter]
    fieldsets = [
        (
            _("Basics"),
            {
                "fields": [
                    "title",
                    DEADLINE,
                    "deadline_reason",
                    ("reference", "grade", "duty_station"),
                    ("contract", "working_time", "duration"),
                    ("starts", "eligibility", "organizational_unit"),
                    ("appointment_type", "tier", "posted_on"),
                ]
            },
        ),
        (_("Text"), {"fields": ["body", *Vacancy.SECTIONS], "classes": ["short-text"]}),
        (_("Apply"), APPLY | {"fields": [*SUBMIT, ("form", "form_version"), "what_next"]}),
        (_("Outcome"), OUTCOME),
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

    def publishing_hints(self, record: Vacancy, at: datetime.datetime) -> list[str]:
        """Why ReliefWeb will not carry it, where the office's jobs go there."""
        if not (settings.RELIEFWEB_SOURCE and record.is_open(at)):
            return []
        reasons = ReliefWebJob(record, at).rejection_reasons
        return [gettext("ReliefWeb will not carry this job. %(why)s") % {"why": why} for why in reasons]
