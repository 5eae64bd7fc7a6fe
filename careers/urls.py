from django.urls import path

from . import views

app_name = "careers"
urlpatterns = [
    path("", views.career_list, name="career_list"),
    path("vacancies/<slug:slug>/", views.vacancy_detail, name="vacancy_detail"),
    path("procurement/", views.procurement_list, name="procurement_list"),
    path("closed/", views.closed_list, name="closed_list"),
    path("closed/<int:year>/", views.closed_list, name="closed_year"),
    path("forms/", views.form_list, name="form_list"),
    path("forms/files/<uuid:pk>/<str:name>", views.form_file, name="form_file"),
]
