"""What answers which address."""

from django.contrib import admin
from django.urls import include, path

from careers.sharing import short_notice
from iomlaos.delivery import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/password-reset/", include("iomlaos.accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include("iomlaos.front.urls")),
    path("", include("programmes.urls")),
    path("careers/", include("careers.urls")),
    path("n/<slug:slug>", short_notice, name="short_notice"),
    path("n/<slug:slug>/", short_notice),
    # Last: the office's plain pages answer any other first word of an address.
    path("", include("iomlaos.office.urls")),
]

handler400 = "iomlaos.delivery.errors.bad_request"
handler403 = "iomlaos.delivery.errors.forbidden"
handler404 = "iomlaos.delivery.errors.not_found"
handler500 = "iomlaos.delivery.errors.server_error"
