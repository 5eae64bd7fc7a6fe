"""Template context: whether alerts are offered."""

from django.conf import settings
from django.http import HttpRequest


def alerts(request: HttpRequest) -> dict[str, bool]:
    """`alerts_offered`: whether the site can send mail, so that a page may lead to the form."""
    return {"alerts_offered": settings.ALERTS_ENABLED}
