from django.urls import path

from iomlaos.home import views

app_name = "home"
urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, {"slug": "about"}, name="about"),
]
