"""The side bar: what a role may open, in groups.

A ModelAdmin says with `menu_order` where it stands, and with `menu_group` under which heading. Without
them, it comes last, under the name of its app.
"""

import math
from dataclasses import dataclass

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
    group: str
    order: float = math.inf
    is_current: bool = False


def menu_for(site: AdminSite, app_list: list[dict], request: HttpRequest) -> dict[str, list[MenuEntry]]:
    """Entries by group; a group stands where its first entry does."""
    entries = [*_models(site, app_list, request), *_overviews(site, request)]
    groups: dict[str, list[MenuEntry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.order):
        groups.setdefault(entry.group, []).append(entry)
    return groups


@dataclass(frozen=True)
class NewEntries:
    """What the user may add: with a button on the front page, and in its menu "New…"."""

    buttons: list[tuple[str, str]]
    menu: list[tuple[str, str]]


def new_entries(site: AdminSite, request: HttpRequest) -> NewEntries:
    entries = NewEntries([], [])
    model_admins = (found for found in site._registry.values() if isinstance(found, ContentAdmin))
    for model_admin in sorted(model_admins, key=lambda found: getattr(found, "menu_order", math.inf)):
        if model_admin.has_add_permission(request):
            name, url = model_admin.opts.verbose_name, model_admin.admin_url("add")
            if model_admin.has_button_on_home:
                entries.buttons.append((_("New %(kind)s") % {"kind": name}, url))
            else:
                entries.menu.append((capfirst(name), url))
    return entries


def _models(site: AdminSite, app_list: list[dict], request: HttpRequest) -> list[MenuEntry]:
    entries = []
    for app in app_list:
        for model in app["models"]:
            if url := model["admin_url"] or model["add_url"]:
                model_admin = site.get_model_admin(model["model"])
                group = str(getattr(model_admin, "menu_group", app["name"]))
                order = getattr(model_admin, "menu_order", math.inf)
                is_current = request.path.startswith(url)
                entries.append(MenuEntry(str(model["name"]), url, group, order, is_current))
    return entries


def _overviews(site: AdminSite, request: HttpRequest) -> list[MenuEntry]:
    """Pages of the site that are about several kinds, or none."""
    pages = [(_("Staff guide"), "guide", 430)]
    if exportable_admins(site, request):
        pages.append((_("Export"), "export", 410))
    if deletable_admins(site, request):
        pages.append((_("Deleted"), "deleted", 420))
    group = _("Keeping track")
    urls = {name: reverse(f"admin:{name}") for _title, name, _order in pages}
    return [
        MenuEntry(title, urls[name], group, order, request.path.startswith(urls[name]))
        for title, name, order in pages
    ]
