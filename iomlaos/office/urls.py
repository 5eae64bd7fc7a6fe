from django.urls import path

from iomlaos.office import views

app_name = "office"
urlpatterns = [
    path("contact/", views.contact, name="contact"),
    path("<slug:slug>/", views.page, name="page"),
]
