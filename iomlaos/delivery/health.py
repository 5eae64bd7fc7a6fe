"""Health checks: is the process alive, and is it ready to answer?"""

from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from iomlaos.delivery.timers import timers


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process is alive. Says nothing about the database."""
    return JsonResponse({"status": "alive"})


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """By their names: loading them all would take each worker 2 MB."""
    return frozenset(
        (app.label, path.stem)
        for app in apps.get_app_configs()
        for path in Path(app.path, "migrations").glob("[0-9]*.py")
    )


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 unless the database answers and all migrations are applied. Timers are told of, and no more."""
    try:
        if known_migrations() - MigrationRecorder(connection).applied_migrations().keys():
            return JsonResponse({"status": "not ready", "migrations": "wait to be applied"}, status=503)
        found = {
            timer.name: {"status": timer.status, "ran_at": timer.run and timer.run.finished_at}
            for timer in timers(timezone.now())
        }
    except DatabaseError:
        return JsonResponse({"status": "not ready", "database": "does not answer"}, status=503)
    return JsonResponse({"status": "ready", "database": "answers", "migrations": "applied", "timers": found})
