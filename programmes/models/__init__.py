from .counterpart import Counterpart
from .document import Document, DocumentVersion
from .donor import Donor
from .figure import Figure
from .programme import Programme
from .project import Project
