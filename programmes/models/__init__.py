from .counterpart import Counterpart, CounterpartQuerySet
from .document import Document, DocumentQuerySet, DocumentVersion
from .donor import Donor, DonorQuerySet
from .figure import Figure, FigureQuerySet
from .programme import Programme
from .project import Project, ProjectQuerySet

__all__ = [
    "Counterpart",
    "CounterpartQuerySet",
    "Document",
    "DocumentQuerySet",
    "DocumentVersion",
    "Donor",
    "DonorQuerySet",
    "Figure",
    "FigureQuerySet",
    "Programme",
    "Project",
    "ProjectQuerySet",
]
