"""Retry an admin view once when the database refuses it, then answer 503 with what was submitted."""

import functools
import logging
import os
import time
from collections.abc import Callable
from typing import Any

from django.contrib.messages import get_messages
from django.db import IntegrityError, OperationalError, connection
from django.http import HttpRequest, HttpResponse

from iomlaos.delivery.unsaved import unavailable_to_staff

logger = logging.getLogger(__name__)

#: A deadlock or a lock timeout; a unique value that somebody else took at the same moment.
RETRIED = (OperationalError, IntegrityError)
#: Seconds. Whoever waited longer for a lock has waited enough.
RETRIED_WITHIN = 5


def retry_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator for admin views, which roll back what they did when they fail."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        began = time.monotonic()
        for is_last in (False, True):
            try:
                return view(request, *args, **kwargs)
            except RETRIED:
                if is_last or time.monotonic() - began > RETRIED_WITHIN or not _has_all_files(request):
                    logger.exception("Not saved: %s", request.path)
                    get_messages(request)._queued_messages.clear()
                    return unavailable_to_staff(request)
                logger.warning("Tried once more: %s", request.path, exc_info=True)
            get_messages(request)._queued_messages.clear()
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()

    return inner


def _has_all_files(request: HttpRequest) -> bool:
    """Whether every large uploaded file is still where it was received."""
    files = (file for _name, files in request.FILES.lists() for file in files)
    paths = (file.temporary_file_path() for file in files if hasattr(file, "temporary_file_path"))
    return all(map(os.path.exists, paths))
