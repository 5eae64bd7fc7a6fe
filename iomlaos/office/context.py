"""The office on every page: the footer, and the name at the top."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .models import Office


def office(request: HttpRequest) -> dict[str, object]:
    """`office`, read when a template first asks for it."""
    return {"office": SimpleLazyObject(the_office)}


def the_office() -> Office | None:
    return Office.objects.prefetch_related("contact_points").first()
