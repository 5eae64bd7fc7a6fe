"""Public pages of programmes, projects, donors and documents."""

from collections.abc import Iterable

from django.db.models import Prefetch
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from iomlaos.delivery.pagination import get_page
from iomlaos.media.views import serve_file
from iomlaos.publishing.dates import max_or_none
from iomlaos.publishing.models import Publishable
from iomlaos.publishing.shortcuts import get_published_or_raise
from programmes.models import Counterpart, Document, DocumentVersion, Donor, Programme, Project


@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    programmes = Programme.objects.live(request.at).prefetch_related("figures")
    return _render(request, "programmes/programme_list.html", programmes, programmes=programmes)


@require_safe
def programme_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = request.at
    queryset = Programme.objects.prefetch_related(
        "figures",
        "donors",
        Prefetch("counterparts", Counterpart.objects.select_related("parent")),
        "places",
        Prefetch("projects", Project.objects.live(at).by_date()),
        Prefetch("documents", Document.objects.live(at).with_versions(at)),
    )
    programme = get_published_or_raise(Programme, slug, at, queryset)
    context = {"programme": programme, "reviewed_on": programme.reviewed_on}
    return _render(request, "programmes/programme_detail.html", [programme], **context)


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    page = get_page(request, Project.objects.live(request.at).by_date().with_programme(request.at))
    return _render(request, "programmes/project_list.html", page, page=page)


@require_safe
def project_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = request.at
    queryset = Project.objects.with_programme(at).prefetch_related(
        "donors",
        Prefetch("partners", Counterpart.objects.select_related("parent")),
        "places",
        Prefetch("documents", Document.objects.live(at).with_versions(at)),
    )
    project = get_published_or_raise(Project, slug, at, queryset)
    context = {"project": project, "reviewed_on": project.reviewed_on}
    return _render(request, "programmes/project_detail.html", [project], **context)


@require_safe
def donor_list(request: HttpRequest) -> HttpResponse:
    donors = Donor.objects.public(request.at).with_work(request.at)
    work = [record for donor in donors for record in donor.work]
    context = {"groups": Donor.by_kind(donors), "count": len(donors), "section": "donors"}
    return _render(request, "programmes/donor_list.html", work, **context)


@require_safe
def donor_detail(request: HttpRequest, slug: str) -> HttpResponse:
    donor = get_object_or_404(Donor.objects.public(request.at).with_work(request.at), slug=slug)
    return _render(request, "programmes/donor_detail.html", donor.work, donor=donor, section="donors")


@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """All documents, or those of one programme or kind. Unknown programmes and kinds are ignored."""
    documents = Document.objects.live(request.at).with_versions(request.at).by_programme()
    programmes = Programme.objects.live(request.at).filter(documents__in=documents).distinct()
    programme = next((row for row in programmes if row.slug == request.GET.get("programme")), None)
    kinds = documents.kinds()
    kind = next((kind for kind in kinds if kind.value == request.GET.get("kind")), None)
    query = ""
    if programme:
        documents = documents.filter(programme=programme)
        query += f"programme={programme.slug}&"
    if kind:
        documents = documents.filter(kind=kind)
        query += f"kind={kind}&"
    page = get_page(request, documents)
    context = {"programmes": programmes, "programme": programme, "kinds": kinds, "kind": kind, "query": query}
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
        "section": "programmes",
        "information_date": max_or_none(record.information_date for record in records),
        **context,
    }
    return render(request, template, context)
