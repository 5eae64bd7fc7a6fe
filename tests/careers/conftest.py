import pytest
from django.core.cache import caches

from tests.helpers.factories import make_office


@pytest.fixture
def alerts(settings, db) -> None:
    """A portal that offers alerts, to which nobody has sent a form yet."""
    settings.ALERTS_ENABLED = True
    caches["limits"].clear()
    make_office()
