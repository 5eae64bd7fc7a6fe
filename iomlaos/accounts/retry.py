"""Retry an admin view once when the database refuses it, then answer 503 with what was typed."""

import functools
import logging
import os
from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.messages import get_messages
from django.db import IntegrityError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

#: A deadlock or a lock that took too long; a number or a name that somebody else was given first.
RETRIED = (OperationalError, IntegrityError)


def retry_once(view: Callable[..., HttpResponse], site: AdminSite) -> Callable[..., HttpResponse]:
    """Call a view of the admin again where the database refused it: each call rolls back what it did."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except RETRIED:
            if not _has_all_files(request):
                logger.exception("Not saved: %s", request.path)
                return _service_unavailable(request, site)
            logger.warning("Tried once more: %s", request.path, exc_info=True)
        get_messages(request)._queued_messages.clear()
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        try:
            return view(request, *args, **kwargs)
        except RETRIED:
            logger.exception("Not saved: %s", request.path)
            return _service_unavailable(request, site)

    return inner


def _has_all_files(request: HttpRequest) -> bool:
    """Whether no large file that was sent has been moved to its place already."""
    files = (file for _name, files in request.FILES.lists() for file in files)
    paths = (file.temporary_file_path() for file in files if hasattr(file, "temporary_file_path"))
    return all(map(os.path.exists, paths))


def _service_unavailable(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """A page with the form as it was sent, and a button that sends it again. It holds no password."""
    # A view may have changed what was sent.
    sent = getattr(request, "as_sent", request.POST)
    is_secret = any("password" in name for name in sent)
    context = site.each_context(request) | {
        "title": _("Not saved: the database is busy"),
        "fields": [
            (name, value)
            for name, values in sent.lists()
            for value in values
            if name != "csrfmiddlewaretoken" and not is_secret
        ],
        "files": list(request.FILES),
        "address": request.get_full_path(),
    }
    get_messages(request)._queued_messages.clear()
    return render(request, "admin/retry.html", context, status=503)
