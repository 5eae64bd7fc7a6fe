"""Vacancies and procurement notices with their deadlines, and the forms that applicants fill in."""

from .alert import AlertEvent, AlertMessage, Subscription
from .application_form import ApplicationForm, FormVersion
from .event import Event
from .opportunity import (
    CLOSING_SOON,
    Opportunity,
    OpportunityQuerySet,
    last_closed,
    next_to_close,
    opportunities,
)
from .procurement import Award, Clarification, ProcurementDocument, ProcurementNotice
from .record import Amendment, DeadlineChange
from .vacancy import SCALES, Scale, Vacancy

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
    "Event",
    "FormVersion",
    "Opportunity",
    "OpportunityQuerySet",
    "ProcurementDocument",
    "ProcurementNotice",
    "Scale",
    "Subscription",
    "Vacancy",
    "last_closed",
    "next_to_close",
    "opportunities",
]
