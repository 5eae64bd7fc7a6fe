"""URLs of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from careers.exports.share import short_notice
from iomlaos.delivery import health
from iomlaos.delivery.cacheability import any_query
from iomlaos.media.views import image_file
from iomlaos.staff.review import review, review_file, review_image

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

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/", include("iomlaos.accounts.urls")),
    path("admin/", admin.site.urls),
    path("review/<str:key>/", review, name="review"),
    path("review/<str:key>/pictures/<str:image>/<int:width>.webp", review_image, name="review_image"),
    path("review/<str:key>/files/<slug:file>/", review_file, name="review_file"),
    path("review/<str:key>/<str:language>/", review, name="review"),
    path("", include("iomlaos.home.urls")),
    path("", include("programmes.urls")),
    path("careers/", include("careers.urls")),
    path("n/<slug:name>", short_notice, name="short_notice"),
    path("n/<slug:name>/", short_notice),
    path("pictures/<str:key>/<int:width>.webp", image_file, name="picture_file"),
    *(
        path(
            f"{name}/", any_query(RedirectView.as_view(pattern_name=page, permanent=True, query_string=True))
        )
        for name, page in SHORTCUTS.items()
    ),
    # Last: it matches any other `<slug>/`.
    path("", include("iomlaos.office.urls")),
]

handler400 = "iomlaos.delivery.errors.bad_request"
handler403 = "iomlaos.delivery.errors.forbidden"
handler404 = "iomlaos.delivery.errors.not_found"
handler500 = "iomlaos.delivery.errors.server_error"
