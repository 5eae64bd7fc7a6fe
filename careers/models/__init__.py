"""Vacancies and procurement notices with their deadlines, and the forms that applicants fill in."""

from careers.models.alert_event import AlertEvent
from careers.models.amendment import Amendment
from careers.models.application_form import ApplicationForm, FormVersion
from careers.models.deadline_change import DeadlineChange
from careers.models.notice import (
    CLOSING_SOON,
    Notice,
    NoticeQuerySet,
    last_closed,
    next_to_close,
    notice_models,
)
from careers.models.notice_event import NoticeEvent
from careers.models.procurement import Award, Clarification, ProcurementDocument, ProcurementNotice
from careers.models.subscription import AlertMessage, Subscription
from careers.models.vacancy import SCALES, GradeScale, Vacancy

__all__ = [
    "CLOSING_SOON",
    "SCALES",
    "AlertEvent",
    "AlertMessage",
    "Amendment",
    "ApplicationForm",
    "Award",
    "Clarification",
    "DeadlineChange",
    "NoticeEvent",
    "FormVersion",
    "Notice",
    "NoticeQuerySet",
    "ProcurementDocument",
    "ProcurementNotice",
    "GradeScale",
    "Subscription",
    "Vacancy",
    "last_closed",
    "next_to_close",
    "notice_models",
]
