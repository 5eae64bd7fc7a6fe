"""The people who may sign in, in Django's own forms without the lists that are moved by mouse; and
the log of their sign-ins."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from iomlaos.accounts import otp
from iomlaos.accounts.log import Kind, record
from iomlaos.accounts.models import SignInEvent
from iomlaos.staff.base import BaseAdmin, ReadOnlyAdmin

# Keys of phones and recovery codes are for nobody's eyes.
admin.site.unregister([User, Group, TOTPDevice, StaticDevice])


@admin.register(User)
class PersonAdmin(BaseAdmin, UserAdmin):
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
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    @staticmethod
    def _may_touch(request: HttpRequest, person: User | None) -> bool:
        """A superuser's account, its password and its second factor are for superusers."""
        return person is None or not person.is_superuser or request.user.is_superuser

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody makes a superuser who is none."""
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
        """A colleague's lost phone. One's own is changed where one has passed the second factor."""
        person = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if person.pk == request.user.pk:
            return redirect("admin:second_factor")
        if request.method == "POST":
            otp.disable(person)
            otp.end_sessions(person)
            record(Kind.FACTOR_RESET, request, user=person)
            self.log_change(request, person, _now("Second factor reset."))
            words = _now("%(name)s sets up a phone anew at the next sign-in.")
            messages.success(request, words % {"name": person.get_username()})
            return redirect("admin:auth_user_change", person.pk)
        context = self.admin_site.each_context(request)
        context |= {"title": _("Reset the second factor"), "person": person, "opts": self.opts}
        return render(request, "accounts/reset_second_factor.html", context)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """A colleague's password. One's own is changed where the old one is asked for."""
        if id == str(request.user.pk):
            return redirect("admin:password_change")
        response = super().user_change_password(request, id, form_url)
        if response.status_code == 302 and (person := self.get_object(request, id)):
            record(Kind.PASSWORD_CHANGED, request, user=person)
        return response


@admin.register(Group)
class PeopleAdmin(BaseAdmin, GroupAdmin):
    menu_order = 520
    about = _(
        "What several people may do, said once: an editor of careers, for instance. Put people into "
        "groups in their own account."
    )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        in_the_admin = {model._meta.app_label for model in self.admin_site._registry}
        field.queryset = field.queryset.filter(content_type__app_label__in=in_the_admin)
        field.label_from_instance = lambda permission: permission.name
        return field


@admin.register(SignInEvent)
class SignInEventAdmin(ReadOnlyAdmin):
    menu_order = 610
    about = _(
        "Who signed in and who failed to, changed passwords, and second factors that were reset. It is "
        "kept for a year, and nobody can change it here."
    )
    list_display = ["at", "kind", "username", "by", "address"]
    list_filter = ["kind"]
    search_fields = ["username", "by", "address"]
