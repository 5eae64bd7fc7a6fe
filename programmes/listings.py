"""What many public pages show of the work, read once for all of them. Nobody may change these rows."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter

from django.db.models import Prefetch, QuerySet

from iomlaos.delivery.validity import cached_per_version
from iomlaos.office.models import Place, places
from programmes.models import Counterpart, Document, Donor, Figure, Programme, Project


@cached_per_version
def live_programmes(at: datetime.datetime) -> list[Programme]:
    """With what lists show, and pages that name them."""
    programmes = Programme.objects.live(at).only("slug", "title", "summary", "information_date")
    return [*programmes.prefetch_related("figures")]


@cached_per_version
def places_of_programmes(at: datetime.datetime) -> dict[int, list[Place]]:
    """The places of each live programme and of its live projects, by name."""
    links = Programme.places.through.objects.values_list("programme", "place")
    of_projects = Project.places.through.objects.filter(project__in=Project.objects.live(at))
    links = links.union(of_projects.values_list("project__programme", "place"))
    known = places(at)
    found: dict[int, list[Place]] = defaultdict(list)
    for programme, place in links:
        found[programme].append(known[place])
    return {programme: sorted(named, key=attrgetter("sort_key")) for programme, named in found.items()}


def load_programmes(at: datetime.datetime) -> QuerySet:
    """With all that their pages show."""
    return Programme.objects.prefetch_related(
        "figures",
        "donors",
        Prefetch("counterparts", Counterpart.objects.select_related("parent")),
        "places",
        Prefetch("projects", Project.objects.live(at).by_date().defer("body")),
        Prefetch("documents", Document.objects.live(at).prefetch_related("versions")),
    )


@cached_per_version
def programmes_for_pages(at: datetime.datetime) -> list[Programme]:
    return [*load_programmes(at).live(at)]


@cached_per_version
def public_donors(at: datetime.datetime) -> list[Donor]:
    return Donor.sorted_by_name(Donor.objects.public(at))


@cached_per_version
def donors_for_pages(at: datetime.datetime) -> list[Donor]:
    """By name, with their work and what its rows show."""
    donors = Donor.objects.public(at).with_work(at).prefetch_related("programmes__figures")
    set_live_programmes((project for donor in donors for project in donor.projects.all()), at)
    return Donor.sorted_by_name(donors)


@cached_per_version
def office_counterparts(at: datetime.datetime) -> list[Counterpart]:
    """Those of the office as a whole."""
    return [*Counterpart.objects.filter(is_internal=True)]


@cached_per_version
def country_figures(at: datetime.datetime) -> list[Figure]:
    return [*Figure.objects.filter(programme=None)]


def set_live_programmes(records: Iterable[Project | Document], at: datetime.datetime) -> None:
    """Set the programme of projects or documents; it is None where it is not live."""
    programmes = {programme.pk: programme for programme in live_programmes(at)}
    for record in records:
        relation = record._meta.get_field("programme")
        relation.set_cached_value(record, programmes.get(record.programme_id))
