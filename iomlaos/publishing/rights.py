"""Who may decide what the public sees: the right `publish_…` of each Publishable.

It is made after each migration, as Django makes those to add, change, delete and view.
"""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as present_apps
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import AbstractUser, AnonymousUser

from .models import Publishable


def may_publish(user: AbstractUser | AnonymousUser, model: type[Publishable]) -> bool:
    """Whether somebody may publish and withdraw, and change what is public. Others write drafts."""
    return user.has_perm(f"{model._meta.app_label}.{get_permission_codename('publish', model._meta)}")


def make_publish_rights(app_config: AppConfig, using: str, apps: Any = present_apps, **kwargs: Any) -> None:
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
