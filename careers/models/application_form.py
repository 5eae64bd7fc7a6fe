"""Application forms and their versions."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from iomlaos.media.models import FileVersion, current_versions, unique_per_date
from iomlaos.publishing.models import Publishable


class ApplicationForm(Publishable):
    """A form that applicants fill in; "on request" without a version."""

    list_url_name = "careers:form_list"
    in_sitemap = False
    shows_changes = False
    record_options = Publishable.record_options.extend(children=("versions",))

    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(_("summary"), blank=True, help_text=_("One sentence."))

    class Meta(Publishable.Meta):
        verbose_name = _("application form")
        verbose_name_plural = _("application forms")
        ordering = ["title_en"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('careers:form_list')}#{self.slug}"

    @property
    def current_versions(self) -> list["FormVersion"]:
        """The newest version of each language."""
        return current_versions(self.versions.all())

    @property
    def replaced_versions(self) -> list["FormVersion"]:
        current = self.current_versions
        return [version for version in self.versions.all() if version not in current]


class FormVersion(FileVersion):
    """An application form in one language and of one date."""

    form = models.ForeignKey(
        ApplicationForm, models.CASCADE, related_name="versions", verbose_name=_("application form")
    )

    class Meta(FileVersion.Meta):
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [*FileVersion.Meta.constraints, *unique_per_date("form")]

    def get_absolute_url(self) -> str:
        return self.address or reverse("form_file", args=[self.pk, self.display_name])

    @property
    def replaced_by(self) -> "FormVersion | None":
        """The current version of the same language; None if this is it."""
        current = next(version for version in self.form.current_versions if version.language == self.language)
        return None if current == self else current
