"""Who is told what somebody did with a draft."""

from typing import Any

from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from iomlaos.publishing.drafts import is_unpublished
from iomlaos.publishing.models import Publishable, RecordVersions, Revision, Submission
from iomlaos.staff.notifications.models import Notification


def people_told(kind: str, versions: RecordVersions, *, by: Any, at: Any) -> QuerySet[User]:
    """Active users who are told that `by` does this with a record; they may open it. Asked before it is done.

    A submission is told to whoever may publish the record, a return to the submitter, and all else to
    those whose text it is.
    """
    model, submissions = type(versions.record), Submission.objects.of(versions.record)
    if kind == Notification.Kind.SUBMITTED:
        people = _users_who_may("publish", model)
    elif kind == Notification.Kind.RETURNED:
        submitters = submissions.waiting().values("by")
        people = _users_who_may("change", model).filter(pk__in=submitters)
    else:
        submitters = submissions.filter(ended_at=None).values("by")
        saved = _unpublished_revisions(versions, at).values("by")
        people = _users_who_may("change", model).filter(Q(pk__in=saved) | Q(pk__in=submitters))
    return people.exclude(pk=by.pk).order_by("first_name", "last_name", "username")


def tell_of_due_change(record: Publishable, scheduled: Revision, **_kwargs: Any) -> None:
    """Tell whoever wrote or scheduled a change that the clock published it, or could not."""
    revisions = Revision.objects.of(record).saved().filter(number__lte=scheduled.number)
    if scheduled.base:
        revisions = revisions.filter(number__gt=scheduled.base.number)
    people = _users_who_may("change", type(record)).filter(pk__in=revisions.values("by"))
    kind = Notification.Kind.FAILED if scheduled.failure_reason else Notification.Kind.WENT_LIVE
    note = scheduled.failure_reason[:300]
    Notification.objects.tell(people, record, by=None, at=scheduled.publish_at, kind=kind, note=note)


def _users_who_may(action: str, model: type[Publishable]) -> QuerySet[User]:
    """Active accounts with a permission, by their role or as superusers."""
    permission = f"{model._meta.app_label}.{get_permission_codename(action, model._meta)}"
    return User.objects.with_perm(permission, backend="django.contrib.auth.backends.ModelBackend")


def _unpublished_revisions(versions: RecordVersions, at: Any) -> QuerySet[Revision]:
    """What was saved since visitors last got a new text, and what waits beside it."""
    # A state that is not saved yet has no number, and is later than all that have one.
    public = 0 if is_unpublished(versions.record, at) else versions.current.number or versions.number
    waiting = Q(kind__in=Revision.WAITING, closed_at=None)
    return Revision.objects.of(versions.record).saved().filter(Q(number__gt=public) | waiting)
