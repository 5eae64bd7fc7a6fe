from .log_entry import PublishingLogEntry
from .publishable import Publishable, PublishableQuerySet, publishables
from .review_link import ReviewLink
from .revision import RecordVersions, Revision, starts_after
from .slug_redirect import SlugRedirect
from .workflow import GenericRecordModel, Submission
