"""Documents and their files."""

from typing import Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from iomlaos.media.models import FileVersion, current_versions, unique_per_date
from iomlaos.publishing.models import Publishable, PublishableQuerySet
from programmes.models.programme import Programme
from programmes.models.project import Project


class DocumentQuerySet(PublishableQuerySet):
    def by_programme(self) -> Self:
        """In the order of the programmes; documents of no programme come last."""
        return self.order_by(
            models.F("programme__order").asc(nulls_last=True), "programme", "order", "title_en"
        )


class Document(Publishable):
    """A factsheet, an infosheet, a report or a tool. Without a version it is "on request"."""

    list_url_name = "programmes:document_list"
    in_sitemap = False
    shows_changes = False
    record_options = Publishable.record_options.extend(children=("versions",), not_copied=("staff_note",))

    class Kind(models.TextChoices):
        FACTSHEET = "factsheet", _("Factsheet")
        INFOSHEET = "infosheet", _("Infosheet")
        REPORT = "report", _("Report")
        TOOL = "tool", _("Tool")

    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    summary = models.TextField(_("summary"), blank=True, help_text=_("One sentence."))
    staff_note = models.CharField(
        _("note for staff"),
        max_length=300,
        blank=True,
        help_text=_("An open question, for staff only. It stays in the work list until you empty it."),
    )
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name=_("programme"),
    )
    projects = models.ManyToManyField(
        Project, blank=True, related_name="documents", verbose_name=_("projects")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Within its programme."))

    objects = DocumentQuerySet.as_manager()

    class Meta(Publishable.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["order", "title_en"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('programmes:document_list')}#{self.slug}"

    @property
    def current_versions(self) -> list["DocumentVersion"]:
        """The newest version in each language, of the prefetched ones."""
        return current_versions(self.versions.all())


class DocumentVersion(FileVersion):
    """A version of a document: one language and one date."""

    document = models.ForeignKey(
        Document, models.CASCADE, related_name="versions", verbose_name=_("document")
    )

    class Meta(FileVersion.Meta):
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [*FileVersion.Meta.constraints, *unique_per_date("document")]

    def get_absolute_url(self) -> str:
        return self.address or reverse("document_file", args=[self.pk, self.display_name])
