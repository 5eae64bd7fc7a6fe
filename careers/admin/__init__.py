"""The admin's pages of vacancies, procurement notices, and the forms that applicants fill in."""

from .application_form import ApplicationFormAdmin
from .opportunity import OpportunityAdmin
from .procurement import ProcurementNoticeAdmin
from .subscription import SubscriptionAdmin
from .vacancy import VacancyAdmin

__all__ = [
    "ApplicationFormAdmin",
    "OpportunityAdmin",
    "ProcurementNoticeAdmin",
    "SubscriptionAdmin",
    "VacancyAdmin",
]
