"""Context processor of the alerts."""

from django.conf import settings
from django.http import HttpRequest


def alerts(request: HttpRequest) -> dict[str, bool]:
    """`alerts_offered`: whether pages may link to the form for alerts."""
    return {"alerts_offered": settings.ALERTS_ENABLED}
