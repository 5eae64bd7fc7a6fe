"""Admin of users, groups and the log of sign-ins."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from iomlaos.accounts import otp
from iomlaos.accounts.models import SignInEvent
from iomlaos.staff.base import BaseAdmin, ReadOnlyAdmin

# Nobody may see the keys of phones and the recovery codes.
admin.site.unregister([User, Group, TOTPDevice, StaticDevice])


@admin.register(User)
class UserAdmin(BaseAdmin, auth_admin.UserAdmin):
    menu_order = 510
    about = _(
        "Who may sign in here. Give each colleague an account of their own, and clear “active” when "
        "somebody leaves."
    )
    list_display = ["username", "first_name", "last_name", "is_active", "is_superuser", "last_login"]
    readonly_fields = ["last_login", "date_joined", "second_factor"]
    fieldsets = [
        (None, {"fields": ["username", "password", "second_factor"]}),
        (_("Who it is"), {"fields": ["first_name", "last_name", "email"]}),
        (_("What they may do"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_change(request, obj)

    @staticmethod
    def _may_change(request: HttpRequest, user: User | None) -> bool:
        """Only superusers change superusers, their password and their second factor."""
        return user is None or not user.is_superuser or request.user.is_superuser

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, "is_superuser"]

    @admin.display(description=_("second factor"))
    def second_factor(self, obj: User) -> str:
        if not otp.is_enrolled(obj):
            return _("not set up")
        return format_html(
            '{} <a href="{}">{}</a>',
            _("set up."),
            reverse("admin:reset_second_factor", args=[obj.pk]),
            _("The phone is lost: reset it"),
        )

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.reset_view)
        return [path("<int:pk>/second-factor/", view, name="reset_second_factor"), *super().get_urls()]

    def reset_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Reset the second factor of a colleague who lost the phone."""
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user == request.user:
            return redirect("admin:second_factor")
        if request.method == "POST":
            otp.reset(user)
            SignInEvent.objects.record(SignInEvent.Kind.FACTOR_RESET, request, user)
            self.log_change(request, user, gettext("Second factor reset."))
            message = gettext("%(name)s sets up a phone anew at the next sign-in.")
            messages.success(request, message % {"name": user.get_username()})
            return redirect("admin:auth_user_change", user.pk)
        context = self.admin_site.each_context(request)
        context |= {"title": _("Reset the second factor"), "person": user, "opts": self.opts}
        return render(request, "accounts/reset_second_factor.html", context)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set a colleague's password. Users change their own where the old one is required."""
        if id == str(request.user.pk):
            return redirect("admin:password_change")
        response = super().user_change_password(request, id, form_url)
        if response.status_code == 302 and (user := self.get_object(request, id)):
            SignInEvent.objects.record(SignInEvent.Kind.PASSWORD_CHANGED, request, user)
        return response


@admin.register(Group)
class GroupAdmin(BaseAdmin, auth_admin.GroupAdmin):
    menu_order = 520
    about = _(
        "What several people may do, said once: an editor of careers, for instance. Put people into "
        "groups in their own account."
    )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        app_labels = {model._meta.app_label for model in self.admin_site._registry}
        field.queryset = field.queryset.filter(content_type__app_label__in=app_labels)
        field.label_from_instance = lambda permission: permission.name
        return field


@admin.register(SignInEvent)
class SignInEventAdmin(ReadOnlyAdmin):
    menu_order = 530
    menu_group = _("People")
    about = _(
        "Who signed in and who failed to, changed passwords, and second factors that were reset. It is "
        "kept for a year, and nobody can change it here."
    )
    list_display = ["at", "kind", "username", "by", "address"]
    list_filter = ["kind"]
    search_fields = ["username", "by", "address"]
