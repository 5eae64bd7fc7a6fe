"""The models of this app, where Django looks for them."""

from .autosave.models import AutosavedForm, EditingSession, clear_sessions_on_logout

__all__ = ["AutosavedForm", "EditingSession", "clear_sessions_on_logout"]
