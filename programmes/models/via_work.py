"""Donors and counterparts: public through the work that names them."""

import datetime
from typing import ClassVar, Self

from django.db import models

from iomlaos.office.models import SlugQuerySet


class PublicViaWorkQuerySet(SlugQuerySet):
    """Donors and counterparts: public while a live programme or project names them."""

    #: The fields by which programmes and projects name them.
    owner_field: ClassVar[str]
    project_field: ClassVar[str]

    @property
    def _programmes(self) -> models.QuerySet:
        return self.model._meta.get_field("programmes").related_model.objects

    @property
    def _projects(self) -> models.QuerySet:
        return self.model._meta.get_field("projects").related_model.objects

    def shown(self, at: datetime.datetime) -> Self:
        return self.filter(
            models.Exists(self._programmes.live(at).filter(**{self.owner_field: models.OuterRef("pk")}))
            | models.Exists(self._projects.live(at).filter(**{self.project_field: models.OuterRef("pk")}))
        )

    def with_work(self, at: datetime.datetime) -> Self:
        """With the live programmes and projects that name them, loaded along."""
        return self.prefetch_related(
            models.Prefetch("programmes", self._programmes.live(at)),
            models.Prefetch("projects", self._projects.live(at).by_date().with_programme(at)),
        )
