from django.urls import path

from iomlaos.home import views
from iomlaos.home.sitemap import sitemap

app_name = "home"
urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, {"slug": "about"}, name="about"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
]
