"""Figures as a programme's form holds them: at most one of them speaks for the programme."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class FigureForm(forms.ModelForm):
    """Whether another figure speaks for the programme is asked of the whole form, not of each row:
    one box may be cleared and another ticked in the same go."""

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "is_headline"}


class FigureFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        if len(speaking := self._speaking()) > 1:
            speaking[-1].add_error("is_headline", _("Another figure speaks for this programme already."))

    def save(self, commit: bool = True) -> Any:
        if commit and (speaking := self._speaking()):
            # The former one steps back first: the database allows one at any time.
            self.instance.figures.exclude(pk=speaking[0].instance.pk).update(is_headline=False)
        return super().save(commit)

    def _speaking(self) -> list[forms.ModelForm]:
        return [
            form
            for form in self.forms
            if form.is_valid()
            and form.cleaned_data.get("is_headline")
            and not form.cleaned_data.get("DELETE")
        ]
