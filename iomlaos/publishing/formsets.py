"""Forms of child rows that lie in memory: those of a draft, which the database does not hold."""

from typing import Any

from django import forms
from django.db import models

from iomlaos.publishing.serialization import owner_fields


class ChildForm(forms.ModelForm):
    """Leaves to the formset what is unique among the rows of one owner: a draft has other rows than the
    database."""

    def _get_validation_exclusions(self) -> set[str]:
        owners = owner_fields().get(self._meta.model, ())
        return super()._get_validation_exclusions() | {field.name for field in owners}


class ChildFormSet(forms.BaseInlineFormSet):
    """The child rows that `instance` holds (`serialization.build`), whether or not they are stored."""

    def get_queryset(self) -> Any:
        if self.instance.pk is None:
            return []
        return getattr(self.instance, self.fk.remote_field.get_accessor_name()).all()

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        """Add the key as text: as the choice of a row it would be looked up in the database."""
        super().add_fields(form, index)
        key = self.model._meta.pk
        if key.name in form.fields and isinstance(key, models.UUIDField):
            is_present = index is not None and index < self.initial_form_count()
            initial = form.instance.pk if is_present else None
            form.fields[key.name] = forms.UUIDField(initial=initial, required=False, widget=forms.HiddenInput)
