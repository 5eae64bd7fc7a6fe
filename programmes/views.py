"""Programmes, projects, donors and documents, as visitors read them."""

from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iomlaos.delivery.pagination import get_page
from iomlaos.media.views import serve_file
from iomlaos.publishing.dates import max_or_none
from iomlaos.publishing.shortcuts import get_published_or_raise
from programmes.models import Counterpart, Document, DocumentVersion, Donor, Programme, Project


@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    projects = Prefetch("projects", Project.objects.live(request.at).by_date())
    programmes = Programme.objects.live(request.at).prefetch_related("figures", projects)
    context = {
        "programmes": programmes,
        "information_date": max_or_none(row.information_date for row in programmes),
    }
    return render(request, "programmes/programme_list.html", context | {"section": "programmes"})


@require_safe
def programme_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = request.at
    queryset = Programme.objects.prefetch_related(
        "figures",
        "donors",
        Prefetch("counterparts", Counterpart.objects.select_related("parent")),
        "places",
        Prefetch("projects", Project.objects.live(at).by_date()),
        Prefetch("documents", Document.objects.live(at).with_editions(at)),
    )
    programme = get_published_or_raise(Programme, slug, at, queryset)
    context = {
        "programme": programme,
        "information_date": programme.information_date,
        "section": "programmes",
    }
    context["reviewed_on"] = programme.reviewed_on
    return render(request, "programmes/programme_detail.html", context)


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    rows = Project.objects.live(request.at).by_date().with_programme(request.at)
    page = get_page(request, rows)
    context = {
        "page": page,
        "information_date": max_or_none(row.information_date for row in page),
        "section": "programmes",
    }
    return render(request, "programmes/project_list.html", context)


@require_safe
def project_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = request.at
    queryset = Project.objects.with_programme(at).prefetch_related(
        "donors",
        Prefetch("partners", Counterpart.objects.select_related("parent")),
        "places",
        Prefetch("documents", Document.objects.live(at).with_editions(at)),
    )
    project = get_published_or_raise(Project, slug, at, queryset)
    context = {"project": project, "information_date": project.information_date, "section": "programmes"}
    context["reviewed_on"] = project.reviewed_on
    return render(request, "programmes/project_detail.html", context)


@require_safe
def donor_list(request: HttpRequest) -> HttpResponse:
    donors = Donor.objects.shown(request.at).with_work(request.at)
    context = {"groups": Donor.by_kind(donors), "count": len(donors), "section": "donors"}
    context["information_date"] = max_or_none(
        work.information_date for donor in donors for work in donor.work
    )
    return render(request, "programmes/donor_list.html", context)


@require_safe
def donor_detail(request: HttpRequest, slug: str) -> HttpResponse:
    donor = Donor.objects.shown(request.at).with_work(request.at).filter(slug=slug).first()
    if donor is None:
        raise Http404
    context = {
        "donor": donor,
        "information_date": max_or_none(work.information_date for work in donor.work),
        "section": "donors",
    }
    return render(request, "programmes/donor_detail.html", context)


@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """All documents, or those of one programme or kind. Other values of the two are ignored."""
    documents = Document.objects.live(request.at).with_editions(request.at).in_order()
    programmes = Programme.objects.live(request.at).filter(documents__in=documents).distinct()
    programme = next((row for row in programmes if row.slug == request.GET.get("programme")), None)
    kinds = Document.kinds(documents)
    kind = next((kind for kind in kinds if kind.value == request.GET.get("kind")), None)
    rows = documents.filter(programme=programme) if programme else documents
    page = get_page(request, rows.filter(kind=kind) if kind else rows)
    context = {"page": page, "programmes": programmes, "kinds": kinds, "programme": programme, "kind": kind}
    context["query"] = "".join(
        f"{name}={value}&"
        for name, value in (("programme", programme and programme.slug), ("kind", kind))
        if value
    )
    context |= {"information_date": max_or_none(row.information_date for row in page), "section": "documents"}
    return render(request, "programmes/document_list.html", context)


@require_safe
def document_file(request: HttpRequest, pk: str, name: str) -> FileResponse:
    edition = DocumentVersion.objects.select_related("document").filter(pk=pk).first()
    return serve_file(edition, request.at)
