from django.urls import path
from django.views.generic import RedirectView

from careers import views
from careers.alerts import views as alerts
from careers.exports import feeds, ics
from careers.lists import archives
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from careers.verification import views as verification

VACANCY, TENDER = {"model": Vacancy}, {"model": ProcurementNotice}
CLOSED_JOBS, CLOSED_TENDERS = {"archive": archives.CLOSED_JOBS}, {"archive": archives.CLOSED_TENDERS}
AWARDS = {"archive": archives.AWARDS}

app_name = "careers"
urlpatterns = [
    path("", views.career_list, name="career_list"),
    path("feed.atom", feeds.open_feed, feeds.ALL, name="feed"),
    path("calendar.ics", ics.calendar, name="calendar"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/notice/<slug:slug>/", alerts.notice_alerts, name="notice_alerts"),
    path("vacancies/", RedirectView.as_view(pattern_name="careers:career_list")),
    path("vacancies/feed.atom", feeds.open_feed, feeds.JOBS, name="vacancies_feed"),
    path("vacancies/<slug:slug>/", views.vacancy_detail, name="vacancy_detail"),
    path("vacancies/<slug:slug>/feed.atom", feeds.notice_feed, VACANCY, name="vacancy_feed"),
    path("vacancies/<slug:slug>/deadline.ics", ics.notice_calendar, VACANCY, name="vacancy_calendar"),
    path("procurement/", views.procurement_list, name="procurement_list"),
    path("procurement/feed.atom", feeds.open_feed, feeds.TENDERS, name="procurements_feed"),
    path("procurement/closed/", views.archive_list, CLOSED_TENDERS, name="procurement_closed_list"),
    path(
        "procurement/closed/<int:year>/", views.archive_list, CLOSED_TENDERS, name="procurement_closed_year"
    ),
    path("procurement/awards/", views.archive_list, AWARDS, name="award_list"),
    path("procurement/awards/<int:year>/", views.archive_list, AWARDS, name="award_year"),
    path("procurement/<slug:slug>/", views.procurement_detail, name="procurement_detail"),
    path("procurement/<slug:slug>/feed.atom", feeds.notice_feed, TENDER, name="procurement_feed"),
    path("procurement/<slug:slug>/deadline.ics", ics.notice_calendar, TENDER, name="procurement_calendar"),
    path("check/", verification.check, name="check"),
    path("closed/", views.archive_list, CLOSED_JOBS, name="closed_list"),
    path("closed/<int:year>/", views.archive_list, CLOSED_JOBS, name="closed_year"),
    path("forms/", views.form_list, name="form_list"),
]
