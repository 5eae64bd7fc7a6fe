"""Who may enter the admin. `User.is_staff` is not asked anywhere: a role is enough."""

from django.contrib.auth.decorators import user_passes_test
from django.contrib.auth.models import AbstractUser, AnonymousUser


def has_entry(user: AbstractUser | AnonymousUser) -> bool:
    """Whether this is an active account with a role, or an active superuser."""
    if not hasattr(user, "has_role"):
        user.has_role = user.is_superuser or user.groups.exists()
    return user.is_active and user.has_role


entry_required = user_passes_test(has_entry, login_url="admin:login")
