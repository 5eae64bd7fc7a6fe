"""Who sees what of another part of the office: a record is named to those who may look at it."""

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.db import models
from django.http import HttpRequest
from django.urls import reverse


def may_see(site: AdminSite, model: type[models.Model], request: HttpRequest) -> bool:
    """Whether the admin shows records of this kind to whoever asks."""
    return site.is_registered(model) and site.get_model_admin(model).has_view_or_change_permission(request)


def way_to(site: AdminSite, record: models.Model | None, request: HttpRequest) -> str:
    """The address of a record's form; empty for those who may not look at it."""
    if record is None or not may_see(site, type(record), request):
        return ""
    options = record._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[quote(record.pk)])
