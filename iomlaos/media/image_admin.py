"""The admin pages of images, and the image dialog of the rich-text editor."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from iomlaos.media.forms import ImageCaptionForm, ImageInsertForm, ImageUploadForm
from iomlaos.media.models import Image
from iomlaos.media.renditions import widths_of
from iomlaos.media.richtext.images import render_figure
from iomlaos.media.views import image_response
from iomlaos.publishing.permissions import change_url

#: Images that the dialog offers to insert again.
RECENT_IMAGES = 8


class ImageAdminMixin:
    """The ModelAdmin of images, without what all admin pages share."""

    about = _(
        "Pictures of texts. The editor puts them in by its button “Picture”; without the editor, paste the "
        "line of a picture into the text. Visitors see a picture while a public text shows it. What is older "
        "than 30 days, and in no text, draft or earlier state, is removed."
    )
    list_display = ("thumbnail", "alternative_text", "photographer", "created_at")
    list_display_links = ("alternative_text",)
    search_fields = ("alternative_text", "caption", "photographer")
    list_per_page = 25

    def get_form(
        self, request: HttpRequest, obj: Image | None = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = ImageCaptionForm if obj else ImageUploadForm
        return super().get_form(request, obj, **kwargs | {"form": form})

    def get_fieldsets(self, request: HttpRequest, obj: Image | None = None) -> list:
        texts = ImageUploadForm.Meta.fields
        return [(None, {"fields": ["full_image", *texts, "line", "used_in"] if obj else ["file", *texts]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Image | None = None) -> Any:
        return ("full_image", "line", "used_in") if obj else ()

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        return db_field.formfield(**{"widget": ImageUploadForm.Meta.widgets.get(db_field.name)} | kwargs)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Image | None:
        image = super().get_object(request, *args, **kwargs)
        if image:
            image.user_links = [(change_url(self.admin_site, row, request), row) for row in image.users()]
        return image

    def has_delete_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        """Whether no text and no draft shows it."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_awaited())

    def save_model(self, request: HttpRequest, obj: Image, form: ImageUploadForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            form.add_image(request.user)

    # --- Columns and read-only fields -----------------------------------------------------------

    @admin.display(description=_("picture"))
    def thumbnail(self, obj: Image) -> str:
        return format_html('<img class="thumbnail" src="{}" alt="" loading="lazy">', image_url(obj))

    @admin.display(description=_("picture"))
    def full_image(self, obj: Image) -> str:
        return format_html(
            '<img class="picture" src="{}" width="{}" height="{}" alt="{}">',
            image_url(obj), obj.width, obj.height, obj.alternative_text,
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

    @admin.display(description=_("stands in"))
    def used_in(self, obj: Image) -> str:
        if not obj.user_links:
            return _("No text shows it now.")
        visible = [(url, capfirst(row._meta.verbose_name), row) for url, row in obj.user_links if url]
        items = format_html_join("", '<li><a href="{}">{}: {}</a></li>', visible)
        if hidden := len(obj.user_links) - len(visible):
            message = ngettext("%(number)s text of another part", "%(number)s texts of other parts", hidden)
            items += format_html("<li>{}</li>", message % {"number": hidden})
        return format_html('<ul class="used-in">{}</ul>', items)

    # --- For the editor -------------------------------------------------------------------------

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("dialog/", wrap(self.dialog_view), name="media_image_dialog"),
            path("<str:key>/<int:width>.webp", wrap(self.file_view), name="media_image_file"),
            *super().get_urls(),
        ]

    def file_view(self, request: HttpRequest, key: str, width: int) -> FileResponse:
        """Serve any image to anybody who is signed in: previews and the editor show it."""
        return image_response(key, width)

    def dialog_view(self, request: HttpRequest) -> HttpResponse:
        """The dialog of the editor, which static/staff/js/images.js shows.

        `?picture=` names the image that is to be replaced in a text. The answer to a valid form is JSON with
        the HTML to insert.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        submitted = (request.POST, request.FILES) if request.method == "POST" else ()
        initial = {"picture": request.GET.get("picture")}
        form = ImageInsertForm(*submitted, initial=initial, auto_id="picture_%s")
        if form.is_bound and form.is_valid():
            texts = {name: form.cleaned_data[name] for name in ImageUploadForm.Meta.fields}
            is_new = bool(form.cleaned_data["file"])
            image = form.add_image(request.user) if is_new else form.cleaned_data["picture"]
            figure = render_figure(image.key, *texts.values())
            return JsonResponse({"figure": figure, "key": image.key, "alt": texts["alternative_text"]})
        chosen = form["picture"].value()
        images = list(Image.objects.all()[:RECENT_IMAGES])
        if chosen and str(chosen) not in [str(image.pk) for image in images]:
            images[:0] = _images_with_key(chosen)
        context = {
            "form": form,
            "chosen": str(chosen or ""),
            "changes_a_place": "picture" in request.GET,
            "offered": [(image, image_url(image)) for image in images],
        }
        return render(request, "admin/image_dialog.html", context)


def image_url(image: Image) -> str:
    """The address of the smallest rendition in the admin."""
    return reverse("admin:media_image_file", args=[image.key, widths_of(image.width)[0]])


def _images_with_key(key: Any) -> list[Image]:
    try:
        return list(Image.objects.filter(pk=key))
    except ValidationError:
        return []
