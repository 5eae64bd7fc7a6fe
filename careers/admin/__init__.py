"""Admin pages of notices and application forms."""

from careers.admin.application_form import ApplicationFormAdmin
from careers.admin.notice import NoticeAdmin
from careers.admin.procurement import ProcurementNoticeAdmin
from careers.admin.subscription import SubscriptionAdmin
from careers.admin.vacancy import VacancyAdmin

__all__ = [
    "ApplicationFormAdmin",
    "NoticeAdmin",
    "ProcurementNoticeAdmin",
    "SubscriptionAdmin",
    "VacancyAdmin",
]
