"""Who may publish, and who may see a record: the permission `publish_…` of each Publishable.

It is made after each migration, as Django makes those to add, change, delete and view.
"""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as present_apps
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


def create_publish_permissions(
    app_config: AppConfig, using: str, apps: Any = present_apps, **kwargs: Any
) -> None:
    """The right for each Publishable of an app: after a migration, and after a database was emptied."""
    models = [model for model in app_config.get_models() if issubclass(model, Publishable)]
    if not models:
        return
    try:
        kinds = apps.get_model("contenttypes", "ContentType").objects.db_manager(using)
        permissions = apps.get_model("auth", "Permission").objects.using(using)
    except LookupError:  # Migrated back to before there were any.
        return
    for model in models:
        permissions.get_or_create(
            content_type=kinds.get_for_model(model),
            codename=get_permission_codename("publish", model._meta),
            defaults={"name": f"Can publish {model._meta.verbose_name_raw}"},
        )


def can_view(site: AdminSite, model: type[models.Model], request: HttpRequest) -> bool:
    """Whether the admin shows records of this kind to whoever asks."""
    return site.is_registered(model) and site.get_model_admin(model).has_view_or_change_permission(request)


def change_url(site: AdminSite, record: models.Model | None, request: HttpRequest) -> str:
    """The address of a record's form; empty for those who may not look at it."""
    if record is None or not can_view(site, type(record), request):
        return ""
    options = record._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[quote(record.pk)])
