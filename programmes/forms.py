"""Forms of the figures of a programme, at most one of which is its headline figure."""

from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.formsets import ChildForm, ChildFormSet


class FigureForm(ChildForm):
    """Leaves `is_headline` to the formset: one box may be cleared and another ticked in the same save."""

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "is_headline"}


class FigureFormSet(ChildFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.is_valid() and not form.cleaned_data.get("DELETE")]
        headlines = [form for form in kept if form.cleaned_data.get("is_headline")]
        if len(headlines) > 1:
            message = _("Another figure is the headline figure of this programme.")
            headlines[-1].add_error("is_headline", message)
