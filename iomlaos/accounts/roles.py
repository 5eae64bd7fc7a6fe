"""Make roles (groups with permissions) in a migration.

Django creates permissions after all migrations (`post_migrate`), so `make_role` creates those it needs.
"""

from typing import Any

from django.apps import apps as current_apps


def make_role(apps: Any, using: str, name: str, permissions: dict[str, str]) -> None:
    """Create a group, unless one has this name.

    `permissions` by model: `{"programmes.programme": "view add change publish"}`.
    """
    group, created = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=name)
    if not created:
        return
    for label, actions in permissions.items():
        app_label, model = label.split(".")
        verbose_name = current_apps.get_model(label)._meta.verbose_name_raw
        content_types = apps.get_model("contenttypes", "ContentType").objects.using(using)
        content_type, _ = content_types.get_or_create(app_label=app_label, model=model)
        for action in actions.split():
            permission, _ = (
                apps.get_model("auth", "Permission")
                .objects.using(using)
                .get_or_create(
                    content_type=content_type,
                    codename=f"{action}_{model}",
                    defaults={"name": f"Can {action} {verbose_name}"},
                )
            )
            group.permissions.add(permission)
