"""What staff do in the admin: change a record, publish it, act on it, make a review link."""

from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from iomlaos.publishing.models import Publishable, Revision
from tests.helpers.forms import fill_form


def address_of(record, page: str = "change/") -> str:
    return f"/admin/{record._meta.app_label}/{record._meta.model_name}/{record.pk}/{page}"


def send(client: Client, record, *buttons: str, **given):
    """A change form, sent by a button. Without one, a draft is saved, and what visitors know is published."""
    form = fill_form(client.get(address_of(record)), **dict.fromkeys(buttons, "1"), **given)
    if not isinstance(record, Publishable):
        return client.post(address_of(record), form | {"_confirm": "1"})
    if buttons:
        return client.post(address_of(record), form)
    return post(client, record, form)


def post(client: Client, record, form: dict):
    """A change form that is filled in. What visitors know already is published at once."""
    record = type(record).objects.get(pk=record.pk)
    if record.state == "draft":
        return client.post(address_of(record), form)
    response = client.post(address_of(record), form | {"_publish": "1"})
    is_saved = response.status_code == 302 and response.url.endswith("/publish/")
    return confirm(client, record) if is_saved else response


def confirm(client: Client, record, *, moment: str = "", **given):
    """The step Publish…, now or at a moment in Vientiane (`2026-06-02T10:00`)."""
    if moment:
        day, _, hour = moment.partition("T")
        given = {"when": "later", "date": day, "hour": hour, **given}
    return take(client, record, "publish", **{"when": "now", "anyway": "1", **given})


def take(client: Client, record, action: str, **given):
    """An action on a record, such as `withdraw`. A page that is not offered redirects."""
    page = client.get(address_of(record, f"{action}/"))
    if page.status_code != 200:
        return page
    hidden = {"_source": page.context["source"], "_current": page.context["current"]}
    return client.post(address_of(record, f"{action}/"), {**hidden, **given})


def link_to(client: Client, record, **given) -> str:
    """The address of a new review link."""
    sent = {"for_whom": "Ministry of Health", "days": "14", "_make": "1"} | given
    made = client.post(address_of(record, "links/"), sent).context["new_url"]
    return made.removeprefix("http://testserver")


def waiting(record) -> Revision:
    """The draft that waits beside what visitors know."""
    return Revision.objects.of(record).drafts().get()


def scheduled(record) -> Revision:
    return Revision.objects.of(record).scheduled().get()


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
