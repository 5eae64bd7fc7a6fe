"""Forms of the figures of a programme, at most one of which is its headline figure."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class FigureForm(forms.ModelForm):
    """Leaves `is_headline` to the formset: one box may be cleared and another ticked in the same save."""

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "is_headline"}


class FigureFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        if len(headlines := self._headline_forms()) > 1:
            headlines[-1].add_error("is_headline", _("Another figure speaks for this programme already."))

    def save(self, commit: bool = True) -> Any:
        if commit and (headlines := self._headline_forms()):
            # Clear the former one first: the database allows one at any time.
            self.instance.figures.exclude(pk=headlines[0].instance.pk).update(is_headline=False)
        return super().save(commit)

    def _headline_forms(self) -> list[forms.ModelForm]:
        return [
            form
            for form in self.forms
            if form.is_valid()
            and form.cleaned_data.get("is_headline")
            and not form.cleaned_data.get("DELETE")
        ]
