"""Health checks: is the process alive, and is it ready to answer?"""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process is alive. Says nothing about the database."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 unless the database answers and all migrations are applied."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return JsonResponse({"status": "not ready", "database": "does not answer"}, status=503)
    if plan:
        return JsonResponse({"status": "not ready", "migrations": "wait to be applied"}, status=503)
    return JsonResponse({"status": "ready", "database": "answers", "migrations": "applied"})
