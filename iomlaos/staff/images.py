"""Admin pages of images, and the dialog of the editor."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from iomlaos.media.filetypes import check_image
from iomlaos.media.filetypes.types import InvalidFile
from iomlaos.media.models import Image
from iomlaos.media.renditions import RenditionSize, sizes, widths_of
from iomlaos.media.richtext import alternative_text_error, render_figure
from iomlaos.media.views import image_response
from iomlaos.publishing.permissions import change_url
from iomlaos.staff.base import BaseAdmin
from iomlaos.staff.file_fields import FileVersionField, FileVersionInput

#: Pictures that the dialog offers to show once more.
OFFERED = 8
TAKEN = "image/jpeg,image/png,image/webp"


class ImageUploadForm(forms.ModelForm):
    """A new picture, or the words of one. What is wrong with its file, `filetypes` says."""

    file = FileVersionField(
        label=_("Picture"),
        help_text=_(
            "JPEG, PNG or WebP, at most 20 MB. Where and with what it was taken is removed, and it is made "
            "small enough for a telephone."
        ),
        widget=FileVersionInput(attrs={"accept": TAKEN}),
        error_messages={"required": _("Choose a picture.")},
    )

    class Meta:
        model = Image
        fields = ("alternative_text", "caption", "photographer")
        widgets = {
            name: admin.widgets.AdminTextareaWidget(attrs={"rows": 2})
            for name in ("alternative_text", "caption")
        } | {"photographer": admin.widgets.AdminTextInputWidget}

    field_order = ("file", *Meta.fields)
    sizes: list[RenditionSize]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = self.fields["alternative_text"]
        words.error_messages["required"] = alternative_text_error("")

    def clean_alternative_text(self) -> str:
        words = " ".join(self.cleaned_data["alternative_text"].split())
        file = self.cleaned_data.get("file")
        if fault := alternative_text_error(words, file.name if file else ""):
            raise ValidationError(fault)
        return words

    def clean_caption(self) -> str:
        return " ".join(self.cleaned_data["caption"].split())

    def clean(self) -> dict:
        cleaned = super().clean()
        # A good picture beside a fault is not made small for nothing: it has to be chosen again.
        file = cleaned.get("file")
        try:
            if file and (file_type := check_image(file, file.name)) and not self.errors:
                file.seek(0)
                self.sizes = sizes(file.read(), file_type)
        except InvalidFile as error:
            self.add_error("file", error)
        return cleaned

    def add_picture(self, by: Any) -> Image:
        self.instance.by = by
        Image.objects.add(self.instance, self.sizes)
        return self.instance


class ImageCaptionForm(ImageUploadForm):
    """The words of a picture that is there. Another picture is another one."""

    file = None
    field_order = None


class ImageInsertForm(ImageUploadForm):
    """A picture on its way into a text: a new one, or one that is there."""

    picture = forms.ModelChoiceField(
        Image.objects.all(),
        required=False,
        error_messages={"invalid_choice": _("This picture is not there any more. Choose another.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = False
        # The script keeps the chosen file when the form comes back.
        self.fields["file"].widget = forms.FileInput(attrs={"accept": TAKEN})

    def clean(self) -> dict:
        cleaned = super().clean()
        if not ({"file", "picture"} & self.errors.keys() or cleaned.get("file") or cleaned.get("picture")):
            self.add_error("file", _("Choose a picture."))
        return cleaned


@admin.register(Image)
class ImageAdmin(BaseAdmin):
    menu_order = 410
    about = _(
        "Pictures of texts. The editor puts them in by its button “Picture”; without the editor, paste the "
        "line of a picture into the text. Visitors see a picture while a public text shows it. What is older "
        "than 30 days, and in no text, draft or earlier state, is removed."
    )
    list_display = ("thumbnail", "alternative_text", "photographer", "created_at")
    list_display_links = ("alternative_text",)
    search_fields = ("alternative_text", "caption", "photographer")
    list_per_page = 25
    actions = None

    def get_form(
        self, request: HttpRequest, obj: Image | None = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        return super().get_form(
            request, obj, **kwargs | {"form": ImageCaptionForm if obj else ImageUploadForm}
        )

    def get_fieldsets(self, request: HttpRequest, obj: Image | None = None) -> list:
        words = list(ImageUploadForm.Meta.fields)
        return [(None, {"fields": ["shown", *words, "line", "used_in"] if obj else ["file", *words]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Image | None = None) -> Any:
        return ("shown", "line", "used_in") if obj else ()

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        return db_field.formfield(**{"widget": ImageUploadForm.Meta.widgets.get(db_field.name)} | kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        """What a text shows, or a draft that waits, cannot go."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_awaited())

    def save_model(self, request: HttpRequest, obj: Image, form: ImageUploadForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            form.add_picture(request.user)

    # --- What its pages show --------------------------------------------------------------------

    @admin.display(description=_("picture"))
    def thumbnail(self, obj: Image) -> str:
        return format_html('<img class="thumbnail" src="{}" alt="" loading="lazy">', self._address(obj))

    @admin.display(description=_("picture"))
    def shown(self, obj: Image) -> str:
        return format_html(
            '<img class="picture" src="{}" width="{}" height="{}" alt="{}">',
            self._address(obj), obj.width, obj.height, obj.alternative_text,
        )  # fmt: skip

    @admin.display(description=_("line for a text"))
    def line(self, obj: Image) -> str:
        return format_html(
            '<textarea class="line" rows="3" readonly aria-label="{}">{}</textarea>'
            '<div class="help">{}</div>',
            _("Line for a text"),
            obj.figure,
            _("Only where the editor does not run: paste it into a text, between two paragraphs."),
        )

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Image | None:
        picture = super().get_object(request, *args, **kwargs)
        if picture:
            picture.shown_in = [(row, change_url(self.admin_site, row, request)) for row in picture.users()]
        return picture

    @admin.display(description=_("stands in"))
    def used_in(self, obj: Image) -> str:
        rows = [(address, capfirst(row._meta.verbose_name), row) for row, address in obj.shown_in if address]
        others = len(obj.shown_in) - len(rows)
        if not obj.shown_in:
            return _("No text shows it now.")
        lines = [format_html('<li><a href="{}">{}: {}</a></li>', *row) for row in rows]
        if others:
            words = ngettext("%(number)s text of another part", "%(number)s texts of other parts", others) % {
                "number": others
            }
            lines.append(format_html("<li>{}</li>", words))
        return format_html('<ul class="used-in">{}</ul>', mark_safe("".join(lines)))

    @staticmethod
    def _address(picture: Image) -> str:
        width = widths_of(picture.width)[0]
        return reverse("admin:media_image_file", args=[picture.key, width])

    # --- For the editor -------------------------------------------------------------------------

    def get_urls(self) -> list:
        guarded = self.admin_site.admin_view
        return [
            path("dialog/", guarded(self.dialog_view), name="media_image_dialog"),
            path("<str:key>/<int:width>.webp", guarded(self.file_view), name="media_image_file"),
            *super().get_urls(),
        ]

    def file_view(self, request: HttpRequest, key: str, width: int) -> FileResponse:
        """Of every picture, for whoever is signed in: previews and the editor show it."""
        return image_response(key, width)

    def dialog_view(self, request: HttpRequest) -> HttpResponse:
        """The dialog of the editor, drawn into it by static/staff/js/images.js.

        `?picture=` names the picture whose place in a text is being changed. An answer in JSON is what to
        put there; a form that is not in order comes back.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = ImageInsertForm(*sent, initial={"picture": request.GET.get("picture")}, auto_id="picture_%s")
        if form.is_bound and form.is_valid():
            words = {name: form.cleaned_data[name] for name in ImageUploadForm.Meta.fields}
            is_new = bool(form.cleaned_data["file"])
            picture = form.add_picture(request.user) if is_new else form.cleaned_data["picture"]
            shown = render_figure(picture.key, *words.values())
            return JsonResponse({"figure": shown, "key": picture.key, "alt": words["alternative_text"]})
        chosen = str(form["picture"].value() or "")
        offered = list(Image.objects.all()[:OFFERED])
        if chosen and chosen not in [str(picture.pk) for picture in offered]:
            offered[:0] = form.fields["picture"].queryset.filter(pk=_uuid(chosen))
        context = {
            "form": form,
            "chosen": chosen,
            "changes_a_place": "picture" in request.GET,
            "offered": [(picture, self._address(picture)) for picture in offered],
        }
        return render(request, "admin/image_dialog.html", context)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
