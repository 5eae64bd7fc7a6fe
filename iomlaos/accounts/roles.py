"""What migrations need to make roles: groups with rights that do not exist yet when they run.

Rights come into being after a migration (`post_migrate`); a migration that hands them out makes them.
"""

from typing import Any

from django.apps import apps as present

#: By model, the rights: `{"programmes.programme": "view add change publish"}`.
Permissions = dict[str, str]


def make_role(apps: Any, using: str, name: str, rights: Permissions) -> None:
    """A group with these rights; one of this name that is there already stays as it is."""
    group, is_new = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=name)
    if is_new:
        grant(apps, using, group, rights)


def grant(apps: Any, using: str, group: Any, rights: Permissions) -> None:
    """Rights more, for what has come to the site since the group was made."""
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(using)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    for label, actions in rights.items():
        app_label, model = label.split(".")
        kind, _ = kinds.get_or_create(app_label=app_label, model=model)
        for action in actions.split():
            permission, _ = permissions.get_or_create(
                content_type=kind,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {_name_of(app_label, model)}"},
            )
            group.permissions.add(permission)


def _name_of(app_label: str, model: str) -> str:
    try:
        return present.get_model(app_label, model)._meta.verbose_name_raw
    except LookupError:
        return model
