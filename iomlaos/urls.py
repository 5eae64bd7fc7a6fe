"""URLs of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from careers.alerts.views import confirm_alerts, stop_alerts
from careers.exports.reliefweb import reliefweb
from careers.exports.share import short_notice
from careers.views import form_file, procurement_document
from iomlaos.delivery import health
from iomlaos.delivery.cacheability import any_query
from iomlaos.home.sitemap import sitemap, sitemap_of_year
from iomlaos.home.views import robots
from iomlaos.media.views import image_file
from iomlaos.staff.review import review, review_file, review_image
from programmes.views import document_file

#: What people type and write in messages, and the page that they mean. No page of staff gets such an address.
SHORTCUTS = {
    "jobs": "careers:career_list",
    "vacancies": "careers:career_list",
    "tenders": "careers:procurement_list",
    "procurement": "careers:procurement_list",
    "check": "careers:check",
    "forms": "careers:form_list",
    "alerts": "careers:alerts",
    "work": "programmes:programme_list",
}

#: Staff, programs and files: one address, whatever the language.
urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("sitemap-<int:year>.xml", sitemap_of_year, name="sitemap_of_year"),
    path("admin/", include("iomlaos.accounts.urls")),
    path("admin/", admin.site.urls),
    path("review/<str:key>/", review, name="review"),
    path("review/<str:key>/pictures/<str:image>/<int:width>.webp", review_image, name="review_image"),
    path("review/<str:key>/files/<slug:file>/", review_file, name="review_file"),
    path("review/<str:key>/<str:language>/", review, name="review"),
    path("pictures/<str:key>/<int:width>.webp", image_file, name="picture_file"),
    path("documents/files/<uuid:pk>/<str:name>", document_file, name="document_file"),
    path("careers/forms/files/<uuid:pk>/<str:name>", form_file, name="form_file"),
    path("careers/procurement/files/<uuid:pk>/<str:name>", procurement_document, name="procurement_document"),
    path("careers/reliefweb.xml", reliefweb, name="reliefweb"),
]

#: Pages: in Lao below `/lo/`.
urlpatterns += i18n_patterns(
    path("", include("iomlaos.home.urls")),
    path("", include("programmes.urls")),
    path("careers/", include("careers.urls")),
    path("careers/alerts/confirm/<slug:token>/", confirm_alerts, name="confirm_alerts"),
    path("careers/alerts/stop/<slug:token>/", stop_alerts, name="stop_alerts"),
    path("n/<slug:name>", short_notice, name="short_notice"),
    path("n/<slug:name>/", short_notice),
    *(
        path(
            f"{name}/", any_query(RedirectView.as_view(pattern_name=page, permanent=True, query_string=True))
        )
        for name, page in SHORTCUTS.items()
    ),
    # Last: it matches any other `<slug>/`.
    path("", include("iomlaos.office.urls")),
    prefix_default_language=False,
)

handler400 = "iomlaos.delivery.errors.bad_request"
handler403 = "iomlaos.delivery.errors.forbidden"
handler404 = "iomlaos.delivery.errors.not_found"
handler500 = "iomlaos.delivery.errors.server_error"
