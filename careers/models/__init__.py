"""Notices with their deadlines, the forms that applicants fill in, and subscriptions to alerts."""

from careers.models.alert_event import AlertEvent
from careers.models.amendment import Amendment
from careers.models.application_form import ApplicationForm, FormVersion
from careers.models.deadline_change import DeadlineChange
from careers.models.document_change import DocumentChange
from careers.models.notice import Notice
from careers.models.notice_number import NoticeNumber
from careers.models.procurement import Award, Clarification, ProcurementDocument, ProcurementNotice
from careers.models.subscription import AlertMessage, Subscription
from careers.models.vacancy import Vacancy
