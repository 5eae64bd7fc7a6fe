"""The rule by which donors and counterparts are public."""

import datetime
from typing import Self

from django.db.models import Prefetch, Q, QuerySet

from iomlaos.office.models import SlugQuerySet


class PublicViaWorkQuerySet(SlugQuerySet):
    """Donors or counterparts: public while a live programme or project names them."""

    def public(self, at: datetime.datetime) -> Self:
        rows = self.model._base_manager
        return self.filter(
            Q(pk__in=rows.filter(programmes__in=self._live("programmes", at)))
            | Q(pk__in=rows.filter(projects__in=self._live("projects", at)))
        )

    def with_work(self, at: datetime.datetime) -> Self:
        """Prefetch the live programmes and projects that name them."""
        return self.prefetch_related(
            Prefetch("programmes", self._live("programmes", at).defer("body")),
            Prefetch("projects", self._live("projects", at).by_date().defer("body")),
        )

    def _live(self, relation: str, at: datetime.datetime) -> QuerySet:
        return self.model._meta.get_field(relation).related_model.objects.live(at)
