"""Notices with their deadlines, and the forms that applicants fill in. Alerts bring their own models."""

from careers.models.amendment import Amendment
from careers.models.application_form import ApplicationForm, FormVersion
from careers.models.deadline_change import DeadlineChange
from careers.models.document_change import DocumentChange
from careers.models.notice import Notice
from careers.models.notice_number import NoticeNumber
from careers.models.procurement import Award, Clarification, ProcurementDocument, ProcurementNotice
from careers.models.vacancy import Vacancy

# Last: it builds on the models above.
from careers.alerts.models import AlertEvent, AlertMessage, Subscription  # isort: skip
