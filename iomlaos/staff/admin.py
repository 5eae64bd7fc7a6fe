"""The admin pages that this app registers itself."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from iomlaos.media.image_admin import ImageAdminMixin
from iomlaos.media.models import Image

from . import publishing_log  # noqa: F401
from .base import BaseAdmin


@admin.register(Image)
class ImageAdmin(ImageAdminMixin, BaseAdmin):
    menu_order = 360
    menu_group = _("The office")
