"""List filters shared by all content."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from iomlaos.publishing.models import Publishable
from iomlaos.publishing.status import with_status
from iomlaos.translations.queries import has_text_in, translated_fields
from iomlaos.translations.states import State


class BooleanListFilter(SimpleListFilter):
    """Rows that meet a condition, or that do not: a subclass has `condition(request, model)`, a Q object."""

    yes, no = _("Yes"), _("No")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        self.model_admin = model_admin
        return [("yes", self.yes), ("no", self.no)]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        if self.value() not in ("yes", "no"):
            return queryset
        condition = self.condition(request, queryset.model)
        return queryset.filter(condition if self.value() == "yes" else ~condition)


class StatusFilter(SimpleListFilter):
    """The main filter of a list of Publishables, with counts. See `publishing.status`."""

    title, parameter_name = _("status"), "status"
    choices_offered: tuple[tuple[str, Any], ...] = (
        ("live", _("Live")),
        ("drafts", _("Drafts")),
        ("review", _("Submitted")),
        ("scheduled", _("Scheduled")),
        ("withdrawn", _("Withdrawn")),
    )

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        return [*self.choices_offered]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(self.condition(request, queryset.model, self.value()))

    def condition(self, request: HttpRequest, model: type[models.Model], value: str) -> models.Q:
        return with_status(model, value, request.at)

    def get_facet_counts(self, pk_attname: str, filtered_qs: models.QuerySet) -> dict[str, models.Count]:
        return {"all": models.Count(pk_attname), **super().get_facet_counts(pk_attname, filtered_qs)}

    def get_facet_queryset(self, changelist: ChangeList) -> dict[str, int]:
        if self.value():
            return super().get_facet_queryset(changelist)
        return changelist.queryset.aggregate(
            **self.get_facet_counts(changelist.pk_attname, changelist.queryset)
        )

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        """With a count each, by one query for all."""
        counts = self.get_facet_queryset(changelist).values()
        for choice, count in zip(super().choices(changelist), counts, strict=True):
            yield choice | {"count": count}


class TranslatedFilter(SimpleListFilter):
    """Whether the first text, which is the title or the name, is translated; and whether all are in step."""

    title, parameter_name = _("Lao"), "lao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        states = [(state.value, state.label) for state in (State.OUTDATED, State.AWAITING_REVIEW)]
        return [("yes", _("It has a Lao title")), ("no", _("It has none")), *states]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        model = queryset.model
        if self.value() in (State.OUTDATED, State.AWAITING_REVIEW):
            return queryset.filter(has_text_in(model, State(self.value())))
        shared = {field.name for field in Publishable._meta.fields}
        title = next(name for name in translated_fields(model) if name not in shared)
        has_title = models.Q(**{f"{build_localized_fieldname(title, 'lo')}__gt": ""})
        return queryset.filter({"yes": has_title, "no": ~has_title}.get(self.value(), models.Q()))


class HasFileFilter(BooleanListFilter):
    title, parameter_name = _("file"), "file"
    yes, no = _("There is a file or an address"), _("On request")

    def condition(self, request: HttpRequest, model: type[models.Model]) -> models.Q:
        versions = model._meta.get_field(self.model_admin.file_relation)
        return models.Q(pk__in=versions.related_model.objects.values(versions.field.name))
