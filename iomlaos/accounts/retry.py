"""Retry an admin view once when the database refuses it, then answer 503 with what was submitted."""

import functools
import logging
import os
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.messages import get_messages
from django.db import IntegrityError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

#: A deadlock or a lock timeout; a unique value that somebody else took at the same moment.
RETRIED = (OperationalError, IntegrityError)


def retry_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator for admin views, which roll back what they did when they fail."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        for is_last in (False, True):
            try:
                return view(request, *args, **kwargs)
            except RETRIED:
                if is_last or not _has_all_files(request):
                    return _service_unavailable(request)
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


def _service_unavailable(request: HttpRequest) -> HttpResponse:
    """A page with the submitted form, to be sent again. It holds no password."""
    logger.exception("Not saved: %s", request.path)
    # A view may have changed what was submitted.
    submitted = getattr(request, "as_sent", request.POST)
    has_password = any("password" in name for name in submitted)
    context = admin.site.each_context(request) | {
        "title": _("Not saved: the database is busy"),
        "fields": [
            (name, value)
            for name, values in submitted.lists()
            for value in values
            if name != "csrfmiddlewaretoken" and not has_password
        ],
        "files": list(request.FILES),
        "address": request.get_full_path(),
    }
    get_messages(request)._queued_messages.clear()
    return render(request, "admin/retry.html", context, status=503)
