"""Form fields for the files of a record."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.serialization import delete_for_replace


class CurrentFile:
    """The file of an edition as a form shows it: by the name that staff gave it, and for staff only."""

    def __init__(self, edition: Any) -> None:
        options = edition._meta
        self.name = edition.filename or edition.file.name
        self.url = reverse(f"admin:{options.app_label}_{options.model_name}_file", args=[edition.public_id])

    def __str__(self) -> str:
        return self.name


class FileVersionInput(AdminFileWidget):
    """Uploads have no open address, so the link leads through the admin."""

    not_kept = ""

    def is_initial(self, value: Any) -> bool:
        return isinstance(value, CurrentFile)

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        if isinstance(value, FieldFile):
            value = CurrentFile(value.instance) if value and value._committed else None
        return super().get_context(name, value, attrs)

    def render(self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None) -> str:
        html = super().render(name, value, attrs, renderer)
        if self.not_kept:
            words = gettext("“%(name)s” was not kept. Choose a file again before you save.")
            html = format_html('{}<p class="not-kept">{}</p>', html, words % {"name": self.not_kept})
        return html


class FileVersionField(forms.FileField):
    """A browser forgets the chosen file when a form comes back, and says nothing of it."""

    def __init__(self, **options: Any) -> None:
        """What is wrong with a file, its edition says (`filetypes.check_file`), and nobody before it."""
        super().__init__(**options | {"allow_empty_file": True, "max_length": None})

    def bound_data(self, data: Any, initial: Any) -> Any:
        if isinstance(data, UploadedFile):
            self.widget.not_kept = data.name
        return super().bound_data(data, initial)


class FileVersionFormSet(forms.BaseInlineFormSet):
    """Two editions of one language and date are refused within one form, too."""

    def save(self, commit: bool = True) -> Any:
        if commit:
            # Two may swap their languages or dates.
            changed = [form for form in self.initial_forms if form.has_changed()]
            delete_for_replace([form.instance for form in changed if form not in self.deleted_forms])
        return super().save(commit)

    def clean(self) -> None:
        super().clean()
        seen: set[tuple[str, PartialDate | None]] = set()
        for form in self.forms:
            typed = form.cleaned_data if form.is_valid() else {}
            if not typed or typed.get("DELETE"):
                continue
            key = (typed["language"], typed["dated"])
            if key in seen:
                form.add_error("dated", _("Two of these have the same language and date."))
            seen.add(key)
