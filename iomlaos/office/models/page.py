"""Plain pages of the office."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import Resolver404, reverse
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery.language import resolve_page
from iomlaos.media.richtext import RichTextField
from iomlaos.publishing.models import Publishable


class Page(Publishable):
    """About, accessibility, privacy, how to apply, and others."""

    #: Slugs of the pages that every page links to in its header or footer.
    FIXED = ("about", "accessibility", "privacy", "how-to-apply")

    title = models.CharField(_("title"), max_length=120)
    lead = models.TextField(_("lead"), blank=True, help_text=_("One or two sentences under the title."))
    body = RichTextField(_("text"), blank=True)

    class Meta(Publishable.Meta):
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["title_en"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("office:page", args=[self.slug])

    @property
    def is_fixed(self) -> bool:
        """Whether it must keep its address and stay published, because other pages link to it."""
        was_published = getattr(self, "_state_before", None) == self.State.PUBLISHED
        return was_published and getattr(self, "_address_before", None) in self.FIXED

    def clean(self) -> None:
        super().clean()
        if self.is_fixed and self.slug != self._address_before:
            raise ValidationError({"slug": _("Other pages link to this address, so it stays as it is.")})
        has_times = self.publish_from or self.publish_until
        if (self.is_fixed and self.state != self.State.PUBLISHED) or (self.slug in self.FIXED and has_times):
            raise ValidationError(
                _("Every page of the site links to this one, so it stays published, without times.")
            )
        if self.slug and not self._is_address_free():
            raise ValidationError(
                {"slug": _("This address belongs to a section of the site. Choose another.")}
            )

    def _is_address_free(self) -> bool:
        try:
            return resolve_page(f"/{self.slug}/").view_name in ("office:page", "home:about")
        except Resolver404:
            return True
