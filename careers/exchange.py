"""Vacancies as a table."""

from typing import Any

from import_export.fields import Field

from iomlaos.publishing.admin.exchange.sheet import Cell, Sheet

from .models import Vacancy


class VacancySheet(Sheet):
    """The deadline is a date and an hour, as in the form; another one needs its reason."""

    only_read = ("deadline_reason",)
    told_elsewhere = frozenset({"closes_at"})

    closing_date = Field(column_name="closing_date", widget=Cell())
    closing_hour = Field(column_name="closing_hour", widget=Cell())
    deadline_reason = Field(column_name="deadline_reason", widget=Cell())

    class Meta:
        model = Vacancy
        fields = (
            "slug", "state", "title_en", "title_lo", "reference", "posted_on", "closing_date", "closing_hour",
            "deadline_reason", "grade", "duty_station", "organizational_unit_en", "organizational_unit_lo",
            "contract", "working_time", "appointment_type_en", "appointment_type_lo", "duration_en",
            "duration_lo", "starts_en", "starts_lo", "eligibility", "tier", "body_en", "body_lo",
            "context_en", "context_lo", "responsibilities_en", "responsibilities_lo", "qualifications_en",
            "qualifications_lo",
            "languages_en", "languages_lo", "competencies_en", "competencies_lo", "submission_email",
            "submission_link", "submission_address_en", "submission_address_lo", "contact_en", "contact_lo",
            "form", "what_next_en", "what_next_lo", "results_expected_by", "outcome", "outcome_note_en",
            "outcome_note_lo", "readvertised_as", "as_of", "review_by",
        )  # fmt: skip

    def dehydrate_closing_date(self, vacancy: Vacancy) -> str:
        return vacancy.closing_day.isoformat() if vacancy.closes_at else ""

    def dehydrate_closing_hour(self, vacancy: Vacancy) -> str:
        hour = vacancy.closing_hour if vacancy.closes_at else None
        return hour.isoformat(timespec="seconds" if hour.second else "minutes") if hour else ""

    def besides(self, vacancy: Vacancy) -> dict[str, Any]:
        """A deadline of which the table tells only one part keeps the other."""
        return {
            "closing_date": self.dehydrate_closing_date(vacancy),
            "closing_hour": self.dehydrate_closing_hour(vacancy),
            "deadline_reason": "",
        }
