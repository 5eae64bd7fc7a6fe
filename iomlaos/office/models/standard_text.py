"""Standard texts, shown on several pages."""

import datetime
import re
from functools import cache

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from iomlaos.delivery.validity import cached_per_version
from iomlaos.media.richtext import RichTextField
from iomlaos.office.models.place import SlugKeyMixin, SlugQuerySet


@cache
def _template_usages() -> frozenset[str]:
    """The keys of the texts that templates name: `standard.no_fee`."""
    sources = (path.read_text(encoding="utf-8") for path in (settings.BASE_DIR / "templates").rglob("*.html"))
    return frozenset(
        key.replace("_", "-") for text in sources for key in re.findall(r"\bstandard\.(\w+)", text)
    )


class StandardText(SlugKeyMixin, models.Model):
    """A text that several pages show: the no-fee warning, for instance."""

    slug = models.SlugField(_("key"), max_length=80, unique=True, help_text=_("Pages name it by this key."))
    title = models.CharField(_("title"), max_length=120)
    body = RichTextField(_("text"))
    is_confirmed = models.BooleanField(
        _("confirmed by the office"),
        default=False,
    )
    updated_at = models.DateTimeField(_("last changed"), auto_now=True, db_default=Now())

    objects = SlugQuerySet.as_manager()

    class Meta:
        verbose_name = _("standard text")
        verbose_name_plural = _("standard texts")
        ordering = ["title_en"]

    def __str__(self) -> str:
        return self.title

    @property
    def template_usages(self) -> list[str]:
        """Where it is shown, for `staff.references`: templates name it by its key."""
        return [_("pages of the site, which name it by its key")] if self.slug in _template_usages() else []


@cached_per_version
def standard_texts(at: datetime.datetime) -> dict[str, StandardText]:
    """All texts by key, with underscores for templates: `standard.no_fee`."""
    return {text.slug.replace("-", "_"): text for text in StandardText.objects.all()}
