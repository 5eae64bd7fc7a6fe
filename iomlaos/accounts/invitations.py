"""Sign-in links: somebody sets a password with a link that an administrator made."""

import datetime
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from iomlaos.accounts.mail import send_in_background
from iomlaos.accounts.password_reset import PasswordResetConfirmView

VALID_FOR = datetime.timedelta(days=7)


class SignInLinkTokenGenerator(PasswordResetTokenGenerator):
    """Tokens that end with the password, as Django's do, and are valid for longer."""

    key_salt = "iomlaos.accounts.invitations.SignInLinkTokenGenerator"

    def make_token(self, user: User) -> str:
        """Dated ahead, because Django has one time limit for all kinds of links."""
        ahead = int(VALID_FOR.total_seconds()) - settings.PASSWORD_RESET_TIMEOUT
        return self._make_token_with_timestamp(user, self._num_seconds(self._now()) + ahead, self.secret)


token_generator = SignInLinkTokenGenerator()


def make_link(user: User) -> str:
    """The address of a page where the user sets a password. It works once."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return settings.SITE_URL + reverse("sign_in_link", args=[uid, token_generator.make_token(user)])


def send_link(user: User, url: str) -> bool:
    """Send the link, where the site sends mail and the user has an address."""
    if not (settings.PASSWORD_RESET_ENABLED and user.email):
        return False
    context = {"user": user, "url": url, "until": timezone.now() + VALID_FOR}
    transaction.on_commit(partial(send_in_background, "accounts/sign_in_link", context, user.email))
    return True


class SignInLinkView(PasswordResetConfirmView):
    title = _("Choose your password")
    template_name = "accounts/sign_in_link.html"
    token_generator = token_generator
