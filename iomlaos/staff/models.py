"""The models of this app, where Django looks for them."""

from .autosave.models import AutosavedForm, EditingSession  # noqa: F401
from .notifications.models import Notification  # noqa: F401
