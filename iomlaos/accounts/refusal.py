"""The page for staff whose roles do not include what they opened."""

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Group, User
from django.db.models.options import Options
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _

#: Which permission a page asks for, in this order, where its name does not say it.
ACTIONS = ("view", "change", "publish", "delete")
BACKEND = "django.contrib.auth.backends.ModelBackend"


def refuse(request: HttpRequest, model_admin: ModelAdmin | None) -> HttpResponse:
    """Say which roles have the permission that was missing. `model_admin` is whose page it is, if known."""
    options = model_admin.opts if model_admin else None
    action = _missing_action(request, options) if options else ""
    roles = Group.objects.none()
    if action:
        roles = Group.objects.filter(
            permissions__codename=get_permission_codename(action, options),
            permissions__content_type__app_label=options.app_label,
        )
    title = _("You cannot open this page")
    if action == "view":
        title = _("You cannot open “%(name)s”") % {"name": capfirst(options.verbose_name_plural)}
    referer = request.headers.get("Referer", "")
    is_own = url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure())
    context = admin.site.each_context(request) | {
        "title": title,
        "own_roles": request.user.groups.order_by("name"),
        "roles": roles.order_by("name"),
        "administrators": _administrators(request.user),
        "back": referer if is_own and referer != request.build_absolute_uri() else "",
    }
    return render(request, "accounts/refusal.html", context, status=403)


def _missing_action(request: HttpRequest, options: Options) -> str:
    """The first permission on this model that the user lacks and the page may have asked for."""
    page = request.resolver_match.url_name.rpartition("_")[2]
    for action in [page] if page in ("add", "delete") else ACTIONS:
        if not request.user.has_perm(f"{options.app_label}.{get_permission_codename(action, options)}"):
            return action
    return ""


def _administrators(user: User) -> list[str]:
    """Up to three people who give roles; those who have a role for it first."""
    people = User.objects.with_perm("auth.change_user", backend=BACKEND).exclude(pk=user.pk)
    return [
        person.get_full_name() or person.get_username()
        for person in people.order_by("is_superuser", "username")[:3]
    ]
