"""Drafts that come true by the clock: in the first request after their moment."""

import datetime
import logging
from collections.abc import Callable

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from .drafts import publish_draft
from .revisions import Revision

logger = logging.getLogger(__name__)

#: Pages that say whether the site lives, and ask the database for nothing else.
WITHOUT = ("/healthz", "/readyz")
#: Somebody saves the same record each time: the next request tries again.
MOST_TRIES = 3


def come_true(at: datetime.datetime) -> None:
    """Publish each draft whose moment has come. What cannot be published is held, and staff are told why."""
    for draft in Revision.objects.due(at):
        for _try in range(MOST_TRIES):
            if _comes_true(draft):
                break


def _comes_true(draft: Revision) -> bool:
    """Whether nothing is left to do about a draft."""
    model = apps.get_model(draft.model)
    number = 0
    try:
        with transaction.atomic():
            record = model._base_manager.filter(pk=draft.object_key).first()
            if record is None:
                raise ValidationError(_("It was deleted."))
            standing = Revision.objects.standing(record)
            number = standing.number
            if standing.draft is None or standing.draft.pk != draft.pk:
                return True
            publish_draft(standing, record, by=draft.by, at=draft.publish_at)
    except ValidationError as error:
        _hold(draft, " ".join(error.messages))
    except IntegrityError:
        last = Revision.objects.filter(model=draft.model, object_key=draft.object_key)
        if last.filter(number__gt=number).exists() or not last.waiting().filter(pk=draft.pk).exists():
            return False
        _hold(draft, _("Something else has its address or its name now."))
    except DatabaseError:
        raise
    except Exception:
        # Whatever is wrong with one draft, no page is to fail of it.
        logger.exception("A draft could not be published: %s %s", draft.model, draft.object_key)
        _hold(draft, _("A fault of the site was in the way. Whoever runs it finds it in the log."))
    return True


def _hold(draft: Revision, reason: str) -> None:
    Revision.objects.waiting().filter(pk=draft.pk).update(held=reason[:500])


class ComesTrue:
    """Before anything is answered: what is due at the moment of the request is published.

    One query asks whether there is any. A database that fails here is left to the page itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in WITHOUT:
            try:
                come_true(request.at)
            except DatabaseError:
                logger.exception("What is due could not be published; the next request tries again.")
        return self.get_response(request)
