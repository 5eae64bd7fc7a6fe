"""What staff do in the admin: change a record, take a step, make a review link."""

from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from iomlaos.publishing.models import Revision
from tests.helpers.forms import fill_form


def address_of(record, page: str = "change/") -> str:
    return f"/admin/{record._meta.app_label}/{record._meta.model_name}/{record.pk}/{page}"


def send(client: Client, record, *buttons: str, **given):
    """A change form, sent by a button."""
    form = fill_form(client.get(address_of(record)), **dict.fromkeys(buttons, "1"), **given)
    return client.post(address_of(record), form)


def take(client: Client, record, step: str, **given):
    """A step of a record, such as `withdraw`."""
    page = client.get(address_of(record, f"step/{step}/"))
    assert page.status_code == 200, page.headers.get("Location")
    return client.post(address_of(record, f"step/{step}/"), {"_source": page.context["source"], **given})


def link_to(client: Client, record, **given) -> str:
    """The address of a new review link."""
    sent = {"for_whom": "Ministry of Health", "days": "14", "_make": "1"} | given
    made = client.post(address_of(record, "links/"), sent).context["new_url"]
    return made.removeprefix("http://testserver")


def waiting(record) -> Revision:
    """The draft that waits beside a public record."""
    return Revision.objects.of(record).waiting().get()


def person(name: str, role: str) -> Client:
    """A client signed in as one of a role."""
    user = User.objects.create_user(name, password="a-long-password-7")
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def make_colleague(*rights: str, username: str = "colleague") -> User:
    """An account with a role of its own, which has these permissions alone."""
    role = Group.objects.create(name=f"Role of {username}")
    role.permissions.set(Permission.objects.filter(codename__in=rights))
    assert role.permissions.count() == len(rights)
    user = User.objects.create_user(username)
    user.groups.add(role)
    return user
