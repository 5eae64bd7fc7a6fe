from .log_entry import PublishingLogEntry, PublishingLogEntryManager
from .publishable import Publishable, PublishableQuerySet, publishables
from .review_link import ReviewLink, ReviewLinkQuerySet
from .revision import RecordVersions, Revision, RevisionQuerySet, starts_after
from .slug_redirect import SlugRedirect, SlugRedirectManager
from .workflow import GenericRecordModel, GenericRecordQuerySet, Submission, SubmissionQuerySet

__all__ = [
    "GenericRecordModel",
    "GenericRecordQuerySet",
    "Publishable",
    "PublishableQuerySet",
    "PublishingLogEntry",
    "PublishingLogEntryManager",
    "ReviewLink",
    "ReviewLinkQuerySet",
    "Revision",
    "RevisionQuerySet",
    "SlugRedirect",
    "SlugRedirectManager",
    "RecordVersions",
    "Submission",
    "SubmissionQuerySet",
    "starts_after",
    "publishables",
]
