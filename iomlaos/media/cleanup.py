"""Delete uploaded files that nothing references.

A rolled-back transaction does not remove a stored file. So new files are checked at the end of the request,
and replaced ones on commit. `clean_uploads` finds what a fault left behind.
"""

import datetime
import logging
import re
import threading
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.core.signals import request_finished, request_started
from django.db import DatabaseError, models, transaction
from django.db.models.functions import Cast
from django.db.models.signals import post_delete

logger = logging.getLogger(__name__)
_request = threading.local()


def referenced_paths(among: Collection[str]) -> Iterator[str]:
    """Those of these paths that a file field or a JSON field names: drafts and earlier revisions are JSON."""
    left = set(among)
    for model, field in fields_of_type(models.FileField):
        found = model._base_manager.filter(**{f"{field.name}__in": left}).values_list(field.name, flat=True)
        found = left.intersection(found)
        left -= found
        yield from found
    for model, field in fields_of_type(models.JSONField):
        texts = model._base_manager.annotate(_as_text=Cast(field.name, models.TextField()))
        found = {path for path in left if texts.filter(_as_text__contains=path).exists()}
        left -= found
        yield from found


def fields_of_type(*types: type[models.Field]) -> Iterator[tuple[type[models.Model], models.Field]]:
    """The columns of all models that are of one of these types."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, types):
                yield model, field


def delete_unreferenced(paths: Collection[str]) -> None:
    for path in set(paths) - set(referenced_paths(paths)):
        default_storage.delete(path)


def on_file_saved(path: str) -> None:
    """Check a new file at the end of the request: its row may not have been saved."""
    if (paths := getattr(_request, "paths", None)) is not None:
        paths.append(path)


def on_file_replaced(path: str) -> None:
    """Delete the former file of a row on commit, unless something else names it."""
    transaction.on_commit(partial(delete_unreferenced, [path]), robust=True)


def unreferenced(owners: Iterable[type[models.Model]], before: datetime.datetime) -> dict[str, Path]:
    """Files of these models that nothing names. Younger ones may belong to a row that is being saved."""
    root = Path(default_storage.path(""))
    stored = {
        path.relative_to(root).as_posix(): path
        for owner in owners
        for path in (root / owner._meta.label_lower).glob("*")
        if path.is_file() and path.stat().st_mtime < before.timestamp()
    }
    for name in referenced_paths(stored):
        stored.pop(name, None)
    return dict(sorted(stored.items()))


def _begin(**_kwargs: Any) -> None:
    _request.paths = []


def _end(**_kwargs: Any) -> None:
    paths, _request.paths = getattr(_request, "paths", None), None
    if paths:
        try:
            delete_unreferenced(paths)
        except (DatabaseError, OSError):
            logger.exception("Left for clean_uploads: %s", ", ".join(paths))


def _deleted(instance: models.Model, **_kwargs: Any) -> None:
    if instance.file:
        on_file_replaced(instance.file.name)


def connect_signals(owners: Iterable[type[models.Model]]) -> None:
    """Called once, when all models are known, with those whose rows have a `file`."""
    request_started.connect(_begin, dispatch_uid="uploads begin")
    request_finished.connect(_end, dispatch_uid="uploads end")
    for model in owners:
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"uploads of {model._meta.label}")


def as_name(words: str) -> str:
    """Turn words into a file name without its ending. Not every system accepts `:*?"<>|`."""
    printable = "".join(character if character.isprintable() else " " for character in words)
    return "-".join(re.sub(r"[:*?\"<>|/\\\ufffd]", " ", printable).split())
