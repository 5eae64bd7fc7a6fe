"""A page as Wagtail's documentation builds one: blocks, a menu, and a foot from settings of the site."""

from django.db import models
from wagtail import blocks
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page


class LinkBlock(blocks.StructBlock):
    page = blocks.PageChooserBlock()
    text = blocks.CharBlock()

    class Meta:
        template = "peers/link.html"


class ContentPage(Page):
    intro = models.TextField(blank=True)
    body = StreamField(
        [
            ("heading", blocks.CharBlock()),
            ("text", blocks.RichTextBlock()),
            ("links", blocks.ListBlock(LinkBlock())),
        ],
        blank=True,
    )

    def get_context(self, request, *args, **kwargs) -> dict:
        context = super().get_context(request, *args, **kwargs)
        root = context["site_root"] = self.get_site().root_page
        context["menu"] = root.get_children().live().in_menu()
        return context


@register_setting
class OfficeSettings(BaseSiteSetting):
    address = models.TextField(blank=True)
    email = models.EmailField(blank=True)
