"""Form fields for uploaded files, and the forms of images."""

import re
from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminFileWidget, AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.forms.formsets import TOTAL_FORM_COUNT
from django.http import QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.media.filetypes import check_image
from iomlaos.media.filetypes.types import InvalidFile
from iomlaos.media.models import Image
from iomlaos.media.renditions import RenditionSize
from iomlaos.media.richtext.images import alternative_text_error
from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.formsets import ChildFormSet


class CurrentFile:
    """The file of a version as a form shows it: by the name that staff gave it, linked through the admin."""

    def __init__(self, version: Any) -> None:
        options = version.owner._meta
        self.name = version.filename or version.file.name
        self.url = reverse(f"admin:{options.app_label}_{options.model_name}_file", args=[version.public_id])

    def __str__(self) -> str:
        return self.name


class FileVersionInput(AdminFileWidget):
    """A file input that links to the present file, and says when a chosen file has to be chosen again."""

    lost_filename = ""

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        if isinstance(value, FieldFile):
            value = CurrentFile(value.instance) if value and value._committed else None
        return super().get_context(name, value, attrs)

    def render(self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None) -> str:
        html = super().render(name, value, attrs, renderer)
        if self.lost_filename:
            message = gettext("“%(name)s” was not kept. Choose a file again before you save.")
            message %= {"name": self.lost_filename}
            html = format_html('{}<p class="not-kept">{}</p>', html, message)
        return html


class FileVersionField(forms.FileField):
    """A file field whose file is checked by its model alone (`filetypes.check_file`)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"allow_empty_file": True, "max_length": None})

    def bound_data(self, data: Any, initial: Any) -> Any:
        if isinstance(data, UploadedFile):
            # A browser forgets the chosen file when the form is shown again, without a word.
            self.widget.lost_filename = data.name
        return super().bound_data(data, initial)


LAO_FILE = re.compile(r"(?:^|[\W_])lao?(?:$|[\W_])|[\u0e80-\u0eff]", re.IGNORECASE)


class FileFormSet(ChildFormSet):
    """Makes a row of each file that was chosen under “Add files”."""

    def __init__(self, data: Any = None, files: Any = None, *args: Any, **kwargs: Any) -> None:
        prefix = kwargs.get("prefix") or self.get_default_prefix()
        if added := files.getlist(f"{prefix}-add") if files else []:
            data, files = data.copy(), files.copy()
            for file in added:
                self._add_row(prefix, data, files, file)
        super().__init__(data, files, *args, **kwargs)

    def _add_row(self, prefix: str, data: QueryDict, files: MultiValueDict, file: UploadedFile) -> None:
        total = f"{prefix}-{TOTAL_FORM_COUNT}"
        number = int(data[total]) if data.get(total, "").isdecimal() else 0
        name = " ".join(re.sub(r"[\W_]+", " ", PurePath(file.name).stem).split())
        language = "lo" if LAO_FILE.search(PurePath(file.name).stem) else "en"
        values = {"title_en": name[:160], "language": language, "position": str(number + 1)}
        for field in values.keys() & self.form.base_fields.keys():
            data[f"{prefix}-{number}-{field}"] = values[field]
        files[f"{prefix}-{number}-file"] = file
        data[total] = str(number + 1)


class FileVersionFormSet(FileFormSet):
    """Refuses two versions with the same language and date, also within one form."""

    def clean(self) -> None:
        super().clean()
        seen: set[tuple[str, PartialDate | None]] = set()
        for form in self.forms:
            values = form.cleaned_data if form.is_valid() else {}
            if not values or values.get("DELETE"):
                continue
            key = (values["language"], values["dated"])
            if key in seen:
                form.add_error("dated", _("Two of these have the same language and date."))
            seen.add(key)


ACCEPTED_TYPES = "image/jpeg,image/png,image/webp"


class ImageUploadForm(forms.ModelForm):
    file = FileVersionField(
        label=_("Picture"),
        help_text=_(
            "JPEG, PNG or WebP, up to 20 MB. We remove its location and camera data, and make it small "
            "enough for a phone."
        ),
        widget=FileVersionInput(attrs={"accept": ACCEPTED_TYPES}),
        error_messages={"required": _("Choose a picture.")},
    )

    class Meta:
        model = Image
        fields = ("alternative_text", "caption", "photographer")
        widgets = {
            "alternative_text": AdminTextareaWidget(attrs={"rows": 2}),
            "caption": AdminTextareaWidget(attrs={"rows": 2}),
            "photographer": AdminTextInputWidget,
        }

    field_order = ("file", *Meta.fields)
    sizes: list[RenditionSize]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alternative_text"].error_messages["required"] = alternative_text_error("")

    def clean_alternative_text(self) -> str:
        text = " ".join(self.cleaned_data["alternative_text"].split())
        file = self.cleaned_data.get("file")
        if error := alternative_text_error(text, file.name if file else ""):
            raise ValidationError(error)
        return text

    def clean_caption(self) -> str:
        return " ".join(self.cleaned_data["caption"].split())

    def clean(self) -> dict:
        from iomlaos.media.resize import sizes  # noqa: PLC0415  Pillow: 1 MB, for uploads alone

        cleaned = super().clean()
        # With another error the file has to be chosen again: do not scale it for nothing.
        file = cleaned.get("file")
        try:
            if file and (file_type := check_image(file, file.name)) and not self.errors:
                file.seek(0)
                self.sizes = sizes(file.read(), file_type)
        except InvalidFile as error:
            self.add_error("file", error)
        return cleaned

    def add_image(self, user: Any) -> Image:
        self.instance.by = user
        Image.objects.add(self.instance, self.sizes)
        return self.instance


class ImageCaptionForm(ImageUploadForm):
    """Changes the texts of an image. Its file never changes."""

    file = None
    field_order = None


class ImageInsertForm(ImageUploadForm):
    """An image to insert into a text: a new one, or an existing one."""

    picture = forms.ModelChoiceField(
        Image.objects.all(),
        required=False,
        error_messages={"invalid_choice": _("This picture no longer exists. Choose another.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = False
        # The script keeps the chosen file when the form comes back.
        self.fields["file"].widget = forms.FileInput(attrs={"accept": ACCEPTED_TYPES})

    def clean(self) -> dict:
        cleaned = super().clean()
        if not ({"file", "picture"} & self.errors.keys() or cleaned.get("file") or cleaned.get("picture")):
            self.add_error("file", _("Choose a picture."))
        return cleaned
