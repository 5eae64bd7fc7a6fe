"""Public pages of programmes, projects, donors and documents."""

import datetime
from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iomlaos.delivery.cacheability import canonical_query
from iomlaos.delivery.pagination import find_page_query, get_page
from iomlaos.media.views import serve_file
from iomlaos.publishing.dates import max_or_none
from iomlaos.publishing.models import Publishable
from iomlaos.publishing.shortcuts import previewed_by, record_view
from programmes.filters import DocumentFilter
from programmes.listings import (
    donors_for_pages,
    live_programmes,
    load_programmes,
    programmes_for_pages,
    set_live_programmes,
)
from programmes.models import Counterpart, Document, DocumentVersion, Donor, Programme, Project, group_figures


@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    programmes = live_programmes(request.at)
    return _render(request, "programmes/programme_list.html", programmes, programmes=programmes)


@record_view(Programme, load_programmes, programmes_for_pages)
def programme_detail(request: HttpRequest, programme: Programme) -> HttpResponse:
    previous, following = programme.neighbours(live_programmes(request.at))
    context = {
        "programme": programme,
        "figure_groups": group_figures(programme.figures.all()),
        "previous_programme": previous,
        "next_programme": following,
        "reviewed_on": programme.reviewed_on,
    }
    return _render(request, "programmes/programme_detail.html", [programme], **context)


@canonical_query(find_page_query)
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    page = get_page(request, Project.objects.live(request.at).by_date().defer("body"))
    set_live_programmes(page, request.at)
    return _render(request, "programmes/project_list.html", page, page=page)


def _load_projects(at: datetime.datetime) -> QuerySet:
    return Project.objects.prefetch_related(
        "donors",
        Prefetch("partners", Counterpart.objects.select_related("parent")),
        "places",
        Prefetch("documents", Document.objects.live(at).prefetch_related("versions")),
    )


@record_view(Project, _load_projects)
def project_detail(request: HttpRequest, project: Project) -> HttpResponse:
    set_live_programmes([project], request.at)
    context = {"project": project, "reviewed_on": project.reviewed_on}
    return _render(request, "programmes/project_detail.html", [project], **context)


@require_safe
def donor_list(request: HttpRequest) -> HttpResponse:
    donors = donors_for_pages(request.at)
    work = [record for donor in donors for record in donor.work]
    context = {"groups": Donor.by_kind(donors), "count": len(donors)}
    return _render(request, "programmes/donor_list.html", work, **context)


@require_safe
def donor_detail(request: HttpRequest, slug: str) -> HttpResponse:
    donor = next((donor for donor in donors_for_pages(request.at) if donor.slug == slug), None)
    if donor is None:
        raise Http404
    return _render(request, "programmes/donor_detail.html", donor.work, donor=donor)


def _document_preview(request: HttpRequest, document: Document) -> HttpResponse:
    """The list with one document: a document is a row of the list, not a page."""
    context = {"programmes": filter(None, [document.programme]), "kinds": [document.Kind(document.kind)]}
    return _render_documents(request, [document], **context)


@previewed_by(_document_preview)
@canonical_query(DocumentFilter.find_canonical_query)
@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """All documents, or those of one programme or kind."""
    filters = DocumentFilter.of_query(request.GET, request.at)
    documents = filters.narrow(Document.objects.live(request.at)).by_programme().prefetch_related("versions")
    return _render_documents(request, documents, query=filters.query, **filters._asdict())


def _render_documents(request: HttpRequest, documents: Iterable[Document], **context: object) -> HttpResponse:
    page = get_page(request, documents)
    set_live_programmes(page, request.at)
    return _render(request, "programmes/document_list.html", page, page=page, section="documents", **context)


@require_safe
def document_file(request: HttpRequest, pk: str, name: str) -> FileResponse:
    version = DocumentVersion.objects.select_related("document").filter(pk=pk).first()
    return serve_file(version, request.at)


def _render(
    request: HttpRequest, template: str, records: Iterable[Publishable], **context: object
) -> HttpResponse:
    """Render a page, dated by the latest of the records that it shows."""
    context = {
        "section": "work",
        "information_date": max_or_none(record.information_date for record in records),
        **context,
    }
    return render(request, template, context)
