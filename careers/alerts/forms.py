"""The form to subscribe to alerts."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.encoding import punycode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from careers.alerts.models import Subscription
from careers.models.notice import Notice

INVALID_EMAIL = _("Enter an e-mail address like name@example.org.")


class SubscribeForm(forms.Form):
    """An e-mail address and a topic; without the topic in the form for one notice."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        error_messages={"required": _("Enter your e-mail address."), "invalid": INVALID_EMAIL},
    )
    topic = forms.ChoiceField(
        widget=forms.RadioSelect,
        label=_("What would you like to hear about?"),
        choices=[choice for choice in Subscription.Topic.choices if choice[0] != Subscription.Topic.NOTICE],
        initial=Subscription.Topic.ALL,
        error_messages={
            "required": _("Choose what you would like to hear about."),
            "invalid_choice": _("Choose one of these."),
        },
    )
    #: A honeypot: hidden from people, filled in by programs.
    message = forms.CharField(required=False)

    def __init__(self, *args: Any, notice: Notice | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notice = notice
        if notice:
            del self.fields["topic"]

    @property
    def is_spam(self) -> bool:
        return bool(self.data.get("message"))

    def clean_email(self) -> str:
        """In lower case, with the domain in ASCII: one spelling of each address."""
        name, _at, domain = self.cleaned_data["email"].lower().rpartition("@")
        try:
            email = f"{name}@{punycode(domain)}"
        except UnicodeError:
            email = ""
        # The standard allows quoted names and domains in brackets; nobody has one.
        if not email.isascii() or set('"[]') & set(email) or not 3 <= len(email) <= 254:
            raise ValidationError(INVALID_EMAIL)
        return email

    def save(self, at: datetime.datetime) -> None:
        topic = self.cleaned_data.get("topic", Subscription.Topic.NOTICE)
        Subscription.objects.subscribe(self.cleaned_data["email"], topic, self.notice, get_language(), at)
