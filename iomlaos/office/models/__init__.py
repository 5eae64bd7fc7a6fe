from .office import ContactPoint, Milestone, Office, current_office, needs_english
from .page import Page
from .place import Place, SlugKeyMixin, SlugQuerySet, places
from .site_notice import SiteNotice, current_site_notices
from .standard_text import StandardText, standard_texts
