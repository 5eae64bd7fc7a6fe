"""Admin of users, roles and the log of sign-ins."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from iomlaos.accounts import otp
from iomlaos.accounts.entry import has_entry
from iomlaos.accounts.forms import UserForm
from iomlaos.accounts.models import Role, SignInEvent
from iomlaos.accounts.password_links import make_sign_in_link, send_sign_in_link
from iomlaos.staff.base import BaseAdmin, ReadOnlyAdmin

# Nobody may see the keys of phones and the recovery codes.
admin.site.unregister([User, Group, TOTPDevice, StaticDevice])


@admin.register(User)
class UserAdmin(BaseAdmin):
    """Accounts. Nobody types the password of somebody else: a sign-in link takes its place."""

    menu_order = 510
    menu_group = _("People")
    about = _("Everyone who signs in here has an account of their own. Roles say what they may do.")
    form = UserForm
    list_display = ["username", "full_name", "roles", "is_active", "last_sign_in"]
    ordering = ["username"]
    search_fields = ["username", "first_name", "last_name", "email"]
    readonly_fields = ["last_sign_in", "password_state", "two_step_sign_in"]

    class Media:
        css = {"all": ["staff/css/accounts.css"]}

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> list:
        fields = ["username", "first_name", "last_name", "email", "groups", "is_active"]
        if request.user.is_superuser:
            fields.append("is_superuser")
        if obj is None:
            return fields
        may_help = self.has_change_permission(request, obj)
        return [*fields, *(self.readonly_fields if may_help else ["last_sign_in"])]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_change(request, obj)

    @staticmethod
    def _may_change(request: HttpRequest, user: User | None) -> bool:
        """Only superusers change superusers, and help them to sign in."""
        return user is None or not user.is_superuser or request.user.is_superuser

    @admin.display(description=_("name"), ordering="first_name")
    def full_name(self, obj: User) -> str:
        return obj.get_full_name()

    @admin.display(description=_("roles"))
    def roles(self, obj: User) -> str:
        return ", ".join(str(group) for group in obj.groups.all()) or (
            gettext("Full access") if obj.is_superuser else ""
        )

    @admin.display(description=_("last sign-in"), ordering="last_login")
    def last_sign_in(self, obj: User) -> str:
        return (
            date_format(localtime(obj.last_login), "DATETIME_FORMAT") if obj.last_login else gettext("Never")
        )

    @admin.display(description=_("password"))
    def password_state(self, obj: User) -> str:
        return format_html(
            '{} <a href="{}">{}</a>',
            gettext("Set.") if obj.has_usable_password() else gettext("Not set yet."),
            reverse("admin:new_sign_in_link", args=[obj.pk]),
            gettext("New sign-in link"),
        )

    @admin.display(description=_("two-step sign-in"))
    def two_step_sign_in(self, obj: User) -> str:
        if not otp.is_enrolled(obj):
            return gettext("Not set up")
        return format_html(
            '{} <a href="{}">{}</a>',
            gettext("Set up."),
            reverse("admin:reset_second_factor", args=[obj.pk]),
            gettext("Phone lost? Reset it"),
        )

    # --- Adding somebody, and helping somebody to sign in ------------------------------------

    def save_model(self, request: HttpRequest, obj: User, form: UserForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: UserForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        user = form.instance
        if not change:
            self._make_link(request, user)
        if user.is_active and not has_entry(user):
            message = gettext("Without a role %(name)s cannot sign in. Give this account a role.")
            messages.warning(request, message % {"name": user.get_username()})

    @staticmethod
    def _make_link(request: HttpRequest, user: User) -> None:
        """Show a new link once, in a message."""
        url = make_sign_in_link(user)
        SignInEvent.objects.record(SignInEvent.Kind.LINK_MADE, request, user)
        messages.success(
            request,
            format_html(
                "{} <code>{}</code> {}",
                gettext("Sign-in link for %(name)s:") % {"name": user.get_username()},
                url,
                gettext("Copy the link now. It will not be shown again. It works once, for 7 days."),
            ),
        )
        if send_sign_in_link(user, url):
            messages.success(request, gettext("We also send it to %(email)s.") % {"email": user.email})

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/sign-in-link/", wrap(self.link_view), name="new_sign_in_link"),
            path("<int:pk>/second-factor/", wrap(self.reset_view), name="reset_second_factor"),
            *super().get_urls(),
        ]

    def link_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a new sign-in link. Users change their own password where the old one is required."""
        user = self._get_changeable(request, pk)
        if user == request.user:
            return redirect("admin:password_change")
        if request.method == "POST":
            self.log_change(request, user, gettext("Sign-in link made."))
            self._make_link(request, user)
            return redirect("admin:auth_user_change", user.pk)
        return self._confirm(request, user, "confirm_link", gettext("New sign-in link"))

    def reset_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Reset the two-step sign-in of a colleague who lost the phone."""
        user = self._get_changeable(request, pk)
        if user == request.user:
            return redirect("admin:second_factor")
        if request.method == "POST":
            otp.reset(user)
            SignInEvent.objects.record(SignInEvent.Kind.FACTOR_RESET, request, user)
            self.log_change(request, user, gettext("Two-step sign-in reset."))
            message = gettext("At the next sign-in, %(name)s sets up a phone again.")
            messages.success(request, message % {"name": user.get_username()})
            return redirect("admin:auth_user_change", user.pk)
        return self._confirm(request, user, "confirm_reset", gettext("Reset two-step sign-in"))

    def _get_changeable(self, request: HttpRequest, pk: int) -> User:
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        return user

    def _confirm(self, request: HttpRequest, user: User, template: str, title: str) -> HttpResponse:
        context = self.admin_site.each_context(request)
        context |= {"title": title, "person": user, "opts": self.opts}
        return render(request, f"accounts/{template}.html", context)


@admin.register(Role)
class RoleAdmin(BaseAdmin):
    menu_order = 520
    menu_group = _("People")
    about = _("Permissions shared by several people. Give somebody a role on the page of their account.")
    ordering = ["name"]

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
        "Sign-ins, wrong passwords, new passwords and sign-in links. Kept for a year; nobody can change it."
    )
    list_display = ["at", "kind", "username", "by", "address"]
    list_filter = ["kind"]
    search_fields = ["username", "by", "address"]
