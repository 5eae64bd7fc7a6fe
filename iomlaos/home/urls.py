from django.urls import path

from iomlaos.home import views
from iomlaos.home.sitemap import sitemap, sitemap_of_year

app_name = "home"
urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, {"slug": "about"}, name="about"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("sitemap-<int:year>.xml", sitemap_of_year, name="sitemap_of_year"),
    path("robots.txt", views.robots, name="robots"),
]
