"""Admin pages of application forms and their versions."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from careers.models.application_form import ApplicationForm, FormVersion
from iomlaos.staff.content import FileOwnerAdmin
from iomlaos.staff.inlines import FileVersionInline


class FormVersionInline(FileVersionInline):
    model = FormVersion


@admin.register(ApplicationForm)
class ApplicationFormAdmin(FileOwnerAdmin):
    menu_order = 230
    about = _(
        "Forms that applicants fill in. They show under Careers; one without a file or an address is "
        "listed as on request."
    )
    list_display = ["title", "files", "status", "translation_status", "last_change"]
    fieldsets = [(_("Text"), {"fields": ["title", "summary"]})]
    inlines = [FormVersionInline]
