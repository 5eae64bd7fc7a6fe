"""The forms that applicants fill in, with their versions."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from careers.models import ApplicationForm, FormVersion
from iomlaos.publishing.admin.pages import EditionInline, OwnsEditions


class FormVersionInline(EditionInline):
    model = FormVersion


@admin.register(ApplicationForm)
class ApplicationFormAdmin(OwnsEditions):
    menu_order = 230
    about = _(
        "Forms that applicants fill in. They show under Careers; one without a file or an address is "
        "listed as on request."
    )
    editions = "versions"
    list_display = ["title", "files", "state_in_short", "live_now", "in_lao", "changed_at"]
    fieldsets = [(None, {"fields": ["title", "slug", "summary"]})]
    inlines = [FormVersionInline]
