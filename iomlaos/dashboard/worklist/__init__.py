"""The work list: what the office has to do, read from the content itself.

The admin's front page shows each member of staff their part; `content_health` prints all of it.
"""

import datetime

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from iomlaos.dashboard.worklist.base import Block, Row, Status
from iomlaos.dashboard.worklist.blocks import Blocks
from iomlaos.dashboard.worklist.later import LaterTask, broken_links, broken_links_block, counted, later_tasks
from iomlaos.dashboard.worklist.records import OfficeRecords
from iomlaos.dashboard.worklist.server import server_block
from iomlaos.publishing.models import publishables
from iomlaos.publishing.permissions import can_publish, can_view

__all__ = ["Block", "LaterTask", "Row", "Status", "blocks_for", "find_block", "later_for", "shared_blocks"]


def blocks_for(request: HttpRequest) -> list[Block]:
    """What the signed-in user can do something about, what waits for others last."""
    return [block for block in _all_blocks(request) if block.rows]


def later_for(request: HttpRequest) -> list[LaterTask]:
    kinds = _changeable(request)
    links = broken_links(request.at, kinds)
    return [*([links] if links.count else []), *counted(later_tasks(request.at, kinds))]


def find_block(request: HttpRequest, name: str) -> Block | None:
    """The rows of a block or a later task; None where there is none of this name."""
    kinds = _changeable(request)
    if name == "broken-links":
        return broken_links_block(request.at, kinds)
    if task := next((task for task in later_tasks(request.at, kinds) if task.name == name), None):
        return task.block()
    return next((block for block in _all_blocks(request) if block.name == name), None)


def shared_blocks(at: datetime.datetime) -> list[Block]:
    """Everything, for the whole office; empty blocks are left out."""
    kinds = publishables()
    blocks = Blocks(OfficeRecords(kinds, at), kinds)
    everything = [task.block() for task in later_tasks(at, admin.site._registry)]
    links = broken_links_block(at, admin.site._registry)
    office = [blocks.due(), blocks.to_review(), blocks.returned(), blocks.drafts(), links]
    found = [server_block(at), *office, *everything]
    return [block for block in found if block.rows]


def _all_blocks(request: HttpRequest) -> list[Block]:
    visible = [model for model in publishables() if can_view(admin.site, model, request)]
    publishable = {model for model in visible if can_publish(request.user, model)}
    blocks = Blocks(OfficeRecords(visible, request.at), publishable, request.user)
    # Administrators: they make the accounts, and know who runs the server.
    server = [server_block(request.at)] if request.user.has_perm("auth.add_user") else []
    return [*server, blocks.to_review(), blocks.returned(), blocks.due(), blocks.drafts(), blocks.waiting()]


def _changeable(request: HttpRequest) -> set[type[models.Model]]:
    registry = admin.site._registry.items()
    return {model for model, model_admin in registry if model_admin.has_change_permission(request)}
