from .counterpart import Counterpart
from .document import Document, DocumentVersion
from .donor import Donor
from .figure import Figure, group_figures
from .programme import Programme
from .project import Project
