"""Lists of the admin that remember how somebody last searched and filtered them, and say so."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR, PAGE_VAR, ChangeList
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _

#: Asks for the whole list, whatever is remembered.
EVERYTHING = "everything"
REMEMBERED = "lists"
#: Longer than any filter; a session is no place for more.
LONGEST = 1000


class RememberedList(ChangeList):
    """A list whose links to everything say so: without a question it shows what is remembered."""

    def get_query_string(self, new_params: dict | None = None, remove: list | None = None) -> str:
        query = super().get_query_string(new_params, remove)
        return query if query != "?" else f"?{EVERYTHING}=1"

    @property
    def filtered_by(self) -> list[str]:
        """What narrows it, in words."""
        return list(self._filtered_by())

    def _filtered_by(self) -> Iterator[str]:
        if self.query:
            yield _("“%(words)s”") % {"words": self.query}
        for spec in self.filter_specs:
            chosen = [choice for choice in spec.choices(self) if choice["selected"]]
            # The first choice of each is everything.
            if chosen and spec.used_parameters:
                yield f"{capfirst(str(spec.title))}: {chosen[0]['display']}"


class RemembersFilters:
    """A ModelAdmin whose list comes back as the same person last looked at it, until they sign out.

    Kept in the session, on the server. What narrows a list is said above it, with the way to all of it.
    """

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RememberedList

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        asked = request.GET.copy()
        if request.method != "GET" or IS_POPUP_VAR in asked or TO_FIELD_VAR in asked:
            return super().changelist_view(request, extra_context)
        kept = request.session.get(REMEMBERED, {})
        if EVERYTHING in asked:
            del asked[EVERYTHING]
            request.GET = asked
            self._remember(request, "")
        elif not asked and (last := kept.get(self.opts.label_lower)):
            return redirect(f"{request.path}?{last}")
        response = super().changelist_view(request, extra_context)
        if ERROR_FLAG in asked:
            self._remember(request, "")
        elif asked and "cl" in (getattr(response, "context_data", None) or {}):
            self._remember(request, _narrowing(asked))
        return response

    def _remember(self, request: HttpRequest, query: str) -> None:
        kept = request.session.get(REMEMBERED, {})
        if len(query) > LONGEST or kept.get(self.opts.label_lower, "") == query:
            return
        request.session[REMEMBERED] = {**kept, self.opts.label_lower: query}


def _narrowing(asked: Any) -> str:
    """What is worth remembering: no page of the list, and no empty box."""
    pairs = [(name, value) for name, values in asked.lists() for value in values if value]
    if all(name in (PAGE_VAR, ORDER_VAR) for name, _value in pairs):
        return ""
    return urlencode([(name, value) for name, value in pairs if name != PAGE_VAR])
