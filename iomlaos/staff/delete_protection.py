"""Delete protection: what is public or used elsewhere is not deleted."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import models
from django.http import HttpRequest

from iomlaos.publishing.permissions import change_url
from iomlaos.staff import references
from iomlaos.staff.references import Reference


@dataclass(frozen=True)
class UsageLink:
    """A use, with the way to it for those who may go there."""

    use: Reference
    address: str


@dataclass(frozen=True)
class DeleteCandidate:
    """A record that somebody wants to delete."""

    record: models.Model
    was_public: bool
    places: list[UsageLink]

    @property
    def is_held(self) -> bool:
        return self.was_public or any(place.use.holds for place in self.places)


class DeleteProtectionMixin:
    """A ModelAdmin that deletes nothing on which something live depends.

    Django asks `get_deleted_objects` before it shows the page and before it deletes, for one record
    and for many: what is `protected` there is shown and refused, whoever may delete what.
    """

    def get_deleted_objects(self, objs: Collection[models.Model], request: HttpRequest) -> tuple:
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)
        records = list(objs)
        public, uses = (
            references.were_public(records, request.at),
            references.references_to_many(records, request.at),
        )
        request.asked_to_delete = [
            DeleteCandidate(
                record,
                record.pk in public,
                [UsageLink(use, change_url(self.admin_site, use.by, request)) for use in uses[record.pk]],
            )
            for record in records
        ]
        held = [str(asked.record) for asked in request.asked_to_delete if asked.is_held]
        kept = held or protected
        return to_delete, counts, set() if kept else needed, kept
