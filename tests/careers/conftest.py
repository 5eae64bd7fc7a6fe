import pytest
from django.core.mail import EmailMessage

from careers.alerts import rate_limit
from tests.helpers.factories import make_office


@pytest.fixture
def alerts(settings, db) -> None:
    """A portal that offers alerts, to which nobody has sent a form yet."""
    settings.ALERTS_ENABLED = True
    rate_limit.forms.clear()
    make_office()


@pytest.fixture
def mail(alerts, mailoutbox) -> list[EmailMessage]:
    """What was sent, in a portal that offers alerts."""
    return mailoutbox
