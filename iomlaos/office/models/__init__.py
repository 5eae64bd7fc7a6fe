from .office import ContactPoint, Milestone, Office
from .page import Page
from .place import Place, SlugQuerySet
from .site_notice import SiteNotice
from .standard_text import StandardText
