"""Donors and documents as tables."""

from iomlaos.publishing.admin.exchange.sheet import Sheet

from .models import Document, Donor


class DonorSheet(Sheet):
    alone = ("name_en",)

    class Meta:
        model = Donor
        fields = ("slug", "name_en", "name_lo", "abbreviation", "parent_en", "parent_lo", "kind")


class DocumentSheet(Sheet):
    """Documents without their files: those are added in the form."""

    class Meta:
        model = Document
        fields = (
            "slug", "state", "title_en", "title_lo", "kind", "summary_en", "summary_lo", "programme", "order",
            "projects", "as_of", "review_by",
        )  # fmt: skip
