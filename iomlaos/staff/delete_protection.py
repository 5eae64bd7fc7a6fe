"""Delete protection: what is public or used elsewhere is not deleted."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db import models
from django.http import HttpRequest

from iomlaos.publishing.models import Publishable, Revision, starts_after
from iomlaos.publishing.permissions import change_url
from iomlaos.staff.references import Reference, references_to


@dataclass(frozen=True)
class DeleteCandidate:
    """A record that somebody wants to delete."""

    record: models.Model
    was_public: bool
    #: Each with the URL of the record that uses it; empty for those who may not see that.
    references: list[tuple[Reference, str]]

    @property
    def is_blocked(self) -> bool:
        return self.was_public or any(reference.blocks_delete for reference, _url in self.references)


class DeleteProtectionMixin:
    """A ModelAdmin that deletes nothing that is or was public, or that something live depends on."""

    def get_deleted_objects(self, objs: Collection[models.Model], request: HttpRequest) -> tuple:
        """Protect the record where it has to stay.

        Django passes nothing else of ours to the template, which finds the candidate on the request.
        """
        to_delete, model_count, perms_needed, protected = super().get_deleted_objects(objs, request)
        [record] = objs
        references = references_to([record], request.at)[record.pk]
        uses = [(each, change_url(self.admin_site, each.source, request)) for each in references]
        request.delete_candidate = DeleteCandidate(record, was_ever_public(record, request.at), uses)
        if request.delete_candidate.is_blocked:
            protected = [str(record)]
        return to_delete, model_count, set() if protected else perms_needed, protected


def was_ever_public(record: models.Model, at: datetime.datetime) -> bool:
    """Whether visitors can see a record, or ever could: its address may be known."""
    if not isinstance(record, Publishable):
        return False
    published_at = getattr(record, "first_published_at", None)
    if record.is_live(at) or record.was_withdrawn(at) or (published_at and published_at <= at):
        return True
    announced = [Publishable.State.PUBLISHED, Publishable.State.WITHDRAWN]
    states = Revision.objects.of(record).states().filter(data__fields__state__in=announced)
    return any(not starts_after(data, at) for data in states.values_list("data", flat=True))
