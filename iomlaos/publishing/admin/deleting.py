"""Deleting in the admin: where a thing is used is said first, and what something live needs stays."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import models
from django.http import HttpRequest

from iomlaos.publishing import usage
from iomlaos.publishing.usage import Use

from .seeing import way_to


@dataclass(frozen=True)
class Place:
    """A use, with the way to it for those who may go there."""

    use: Use
    address: str


@dataclass(frozen=True)
class Asked:
    """A record that somebody wants to delete."""

    record: models.Model
    was_public: bool
    places: list[Place]

    @property
    def is_held(self) -> bool:
        return self.was_public or any(place.use.holds for place in self.places)


class AsksBeforeDeleting:
    """A ModelAdmin that deletes nothing on which something live depends.

    Django asks `get_deleted_objects` before it shows the page and before it deletes, for one record
    and for many: what is `protected` there is shown and refused, whoever may delete what.
    """

    def get_deleted_objects(self, objs: Collection[models.Model], request: HttpRequest) -> tuple:
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)
        records = list(objs)
        public, uses = usage.were_public(records, request.at), usage.among(records, request.at)
        request.asked_to_delete = [
            Asked(
                record,
                record.pk in public,
                [Place(use, way_to(self.admin_site, use.by, request)) for use in uses[record.pk]],
            )
            for record in records
        ]
        held = [str(asked.record) for asked in request.asked_to_delete if asked.is_held]
        kept = held or protected
        return to_delete, counts, set() if kept else needed, kept
