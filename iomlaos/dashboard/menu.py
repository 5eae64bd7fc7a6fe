"""The side bar: what a role may open, in groups.

A ModelAdmin says with `menu_order` where it stands, and with `menu_group` under which heading. Without
them, it comes last, under the name of its app.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from iomlaos.dashboard.overviews import deletable_admins, exportable_admins
from iomlaos.staff.content import ContentAdmin


@dataclass(frozen=True)
class MenuEntry:
    name: str
    url: str
    is_current: bool


def menu_for(site: AdminSite, app_list: list[dict], request: HttpRequest) -> dict[str, list[MenuEntry]]:
    """Entries by group; a group stands where its first entry does."""
    groups: dict[str, list[MenuEntry]] = {}
    found = [*_models(site, app_list), *_overviews(site, request)]
    for _order, group, name, url in sorted(found, key=itemgetter(0)):
        groups.setdefault(group, []).append(MenuEntry(name, url, request.path.startswith(url)))
    return groups


def new_entries(site: AdminSite, request: HttpRequest) -> dict[str, list[tuple[str, str]]]:
    """What the user may add: with a button on the front page, and in its menu "New…"."""
    entries: dict[str, list[tuple[str, str]]] = {"buttons": [], "menu": []}
    model_admins = (found for found in site._registry.values() if isinstance(found, ContentAdmin))
    for model_admin in sorted(model_admins, key=lambda found: getattr(found, "menu_order", math.inf)):
        if model_admin.has_add_permission(request):
            name, url = model_admin.opts.verbose_name, model_admin.admin_url("add")
            if model_admin.has_button_on_home:
                entries["buttons"].append((_("New %(kind)s") % {"kind": name}, url))
            else:
                entries["menu"].append((capfirst(name), url))
    return entries


#: Its order, its group, its name and its address.
Found = tuple[float, str, str, str]


def _models(site: AdminSite, app_list: list[dict]) -> Iterator[Found]:
    for app in app_list:
        for model in app["models"]:
            if url := model["admin_url"] or model["add_url"]:
                model_admin = site.get_model_admin(model["model"])
                group = str(getattr(model_admin, "menu_group", app["name"]))
                yield getattr(model_admin, "menu_order", math.inf), group, str(model["name"]), url


def _overviews(site: AdminSite, request: HttpRequest) -> Iterator[Found]:
    """Pages of the site that are about several kinds, or none."""
    group = _("Keeping track")
    if exportable_admins(site, request):
        yield 410, group, _("Export"), reverse("admin:export")
    if deletable_admins(site, request):
        yield 420, group, _("Deleted"), reverse("admin:deleted")
    yield 430, group, _("Staff guide"), reverse("admin:guide")
