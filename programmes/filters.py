"""The list of documents as its address says: all, or those of one programme or kind."""

import datetime
from typing import NamedTuple, Self

from django.http import QueryDict

from iomlaos.delivery.pagination import find_page_query
from iomlaos.delivery.validity import cached_per_version
from programmes.listings import live_programmes
from programmes.models import Document, Programme
from programmes.models.document import DocumentQuerySet


@cached_per_version
def _choices(at: datetime.datetime) -> tuple[list[Programme], list[Document.Kind]]:
    """The live programmes and the kinds that live documents have."""
    pairs = [*Document.objects.live(at).order_by().values_list("programme", "kind").distinct()]
    programmes = [row for row in live_programmes(at) if any(row.pk == of for of, _kind in pairs)]
    return programmes, [kind for kind in Document.Kind if any(kind == of for _programme, of in pairs)]


class DocumentFilter(NamedTuple):
    """What can be chosen, and what is. Unknown programmes and kinds are ignored."""

    programmes: list[Programme]
    kinds: list[Document.Kind]
    programme: Programme | None
    kind: Document.Kind | None

    @classmethod
    def of_query(cls, query: QueryDict, at: datetime.datetime) -> Self:
        programmes, kinds = _choices(at)
        programme = next((row for row in programmes if row.slug == query.get("programme")), None)
        kind = next((kind for kind in kinds if kind.value == query.get("kind")), None)
        return cls(programmes, kinds, programme, kind)

    @classmethod
    def find_canonical_query(cls, query: QueryDict, at: datetime.datetime) -> str:
        return f"{cls.of_query(query, at).query}{find_page_query(query, at)}".rstrip("&")

    @property
    def query(self) -> str:
        """The chosen values as the beginning of a query string, each followed by an ampersand."""
        programme = f"programme={self.programme.slug}&" if self.programme else ""
        return programme + (f"kind={self.kind.value}&" if self.kind else "")

    def narrow(self, documents: DocumentQuerySet) -> DocumentQuerySet:
        if self.programme:
            documents = documents.filter(programme=self.programme)
        return documents.filter(kind=self.kind) if self.kind else documents
