"""What answers which address."""

from django.contrib import admin
from django.urls import include, path

from iomlaos.delivery import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/", admin.site.urls),
    path("", include("iomlaos.front.urls")),
    path("", include("programmes.urls")),
    path("careers/", include("careers.urls")),
    # Last: the office's plain pages answer any other first word of an address.
    path("", include("iomlaos.office.urls")),
]

handler400 = "iomlaos.delivery.errors.bad_request"
handler403 = "iomlaos.delivery.errors.forbidden"
handler404 = "iomlaos.delivery.errors.not_found"
handler500 = "iomlaos.delivery.errors.server_error"
