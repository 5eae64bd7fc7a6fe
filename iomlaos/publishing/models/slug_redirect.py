"""Redirects from the former slugs of a record."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SlugRedirectManager(models.Manager):
    def belongs_to_other(self, record: models.Model) -> bool:
        """Whether the address of this record is one by which another, which is still there, was known."""
        kinds = {kind._meta.label_lower: kind for kind in record.slug_namespace()}
        former = self.filter(model__in=kinds, slug=record.slug)
        former = former.exclude(model=record._meta.label_lower, object_id=record.pk)
        return any(kinds[each.model]._base_manager.filter(pk=each.object_id).exists() for each in former)


class SlugRedirect(models.Model):
    """An address that a Publishable once had. It leads to the present one for good."""

    model = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80)
    object_id = models.BigIntegerField()

    objects = SlugRedirectManager()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [
            models.UniqueConstraint(fields=["model", "slug"], name="formeraddress_leads_to_one_object")
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.slug}"
