"""Delete protection: what is public or used elsewhere is not deleted."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import models
from django.http import HttpRequest

from iomlaos.publishing.permissions import change_url
from iomlaos.staff.references import Reference, keys_once_public, references_to


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
        """Add to `protected` what is blocked.

        Django calls this before each delete and its page, for one record and for many, but passes nothing
        else of ours to the template: it finds the candidates on the request.
        """
        to_delete, model_count, perms_needed, protected = super().get_deleted_objects(objs, request)
        records = list(objs)
        once_public, references = keys_once_public(records, request.at), references_to(records, request.at)
        request.delete_candidates = []
        for record in records:
            uses = [(use, change_url(self.admin_site, use.source, request)) for use in references[record.pk]]
            request.delete_candidates.append(DeleteCandidate(record, record.pk in once_public, uses))
        blocked = [str(candidate.record) for candidate in request.delete_candidates if candidate.is_blocked]
        protected = blocked or protected
        return to_delete, model_count, set() if protected else perms_needed, protected
