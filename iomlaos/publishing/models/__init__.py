from .events import ends_before, starts_after
from .publishable import PUBLISHING_FIELDS, Publishable, PublishableQuerySet, PublishingWarning, publishables
from .review_link import ReviewLink
from .revision import PublishingLogEntry, Revision
from .revision_queryset import RecordVersions
from .slug_redirect import SlugRedirect
from .workflow import GenericRecordModel, Submission, mark_existing
