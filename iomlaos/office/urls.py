from django.urls import path

from . import views

app_name = "office"
urlpatterns = [
    path("contact/", views.contact, name="contact"),
    path("about/", views.about, name="about"),
    path("<slug:slug>/", views.page, name="page"),
]
