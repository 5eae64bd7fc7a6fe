"""The people who may sign in: Django's own forms, without the lists that are moved by mouse."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.admin import StaffPages

from .apps import StaffAdminConfig

admin.site.unregister([User, Group])


@admin.register(User)
class PersonAdmin(StaffPages, UserAdmin):
    about = _(
        "Who may sign in here. Give each colleague an account of their own, and clear “active” when "
        "somebody leaves."
    )
    list_display = ["username", "first_name", "last_name", "is_active", "is_superuser", "last_login"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Who it is"), {"fields": ["first_name", "last_name", "email"]}),
        (_("What they may do"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]


@admin.register(Group)
class PeopleAdmin(StaffPages, GroupAdmin):
    about = _(
        "What several people may do, said once: an editor of careers, for instance. Put people into "
        "groups in their own account."
    )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.queryset = field.queryset.filter(content_type__app_label__in=StaffAdminConfig.GROUPS)
        field.label_from_instance = lambda permission: permission.name
        return field
