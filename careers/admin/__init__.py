"""Admin pages of notices, application forms and subscriptions."""

from careers.admin import application_form, procurement, subscription, vacancy

__all__ = ["application_form", "procurement", "subscription", "vacancy"]
