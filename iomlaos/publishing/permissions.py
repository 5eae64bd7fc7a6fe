"""Who may publish, and who may see a record."""

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from iomlaos.publishing.models import Publishable


def can_publish(user: AbstractUser | AnonymousUser, model: type[Publishable]) -> bool:
    """Whether somebody may publish and withdraw, and change what is public. Others write drafts."""
    return user.has_perm(f"{model._meta.app_label}.{get_permission_codename('publish', model._meta)}")


def can_view(site: AdminSite, model: type[models.Model], request: HttpRequest) -> bool:
    """Whether the admin shows records of this kind to whoever asks."""
    return site.is_registered(model) and site.get_model_admin(model).has_view_or_change_permission(request)


def change_url(site: AdminSite, record: models.Model | None, request: HttpRequest) -> str:
    """The address of a record's form; empty for those who may not look at it."""
    if record is None or not can_view(site, type(record), request):
        return ""
    options = record._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[quote(record.pk)])
