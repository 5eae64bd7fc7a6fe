"""The five roles: each sees its part, and contributors publish nothing."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from careers.models.vacancy import Vacancy
from iomlaos.publishing.models import Revision, publishables
from tests.helpers.admin import address_of, confirm, send, take, waiting
from tests.helpers.factories import (
    make_document_version,
    make_programme,
    make_vacancy,
)
from tests.helpers.forms import errors, fill_form

PROGRAMMES = {"programme", "project", "document", "figure", "donor", "counterpart"}
OFFICE = {"office", "sitenotice", "page", "standardtext", "place"}
CAREERS = {"vacancy", "procurementnotice", "applicationform"}
IMAGES = {"image"}
LOG = {"publishinglogentry"}
SEES = {
    "Contributors": PROGRAMMES | CAREERS | IMAGES,
    "Editors": PROGRAMMES | OFFICE | IMAGES | LOG,
    "HR": {"vacancy", "applicationform"} | IMAGES | LOG,
    "Procurement": {"procurementnotice"} | IMAGES | LOG,
    "Administrators": PROGRAMMES
    | OFFICE
    | CAREERS
    | IMAGES
    | LOG
    | {"subscription", "user", "role", "signinevent"},
}
#: The right to publish comes with the right to change, but for contributors.
DRAFTED = ["programme", "project", "document", "vacancy", "procurementnotice", "applicationform"]


def rights_of(role: str, action: str) -> set[str]:
    codenames = Group.objects.get(name=role).permissions.values_list("codename", flat=True)
    return {name.removeprefix(f"{action}_") for name in codenames if name.startswith(f"{action}_")}


def test_each_role_sees_its_part_and_403_elsewhere(signed_in):
    desks = {role: signed_in(role, username=role) for role in SEES}
    shown = {
        role: {
            model["model"]._meta.model_name
            for group in desk.get("/admin/").context["app_list"]
            for model in group["models"]
        }
        for role, desk in desks.items()
    }
    assert shown == SEES
    for role, desk in desks.items():
        other = {"Editors": "careers/vacancy", "Administrators": "axes/accessattempt"}.get(
            role, "office/page"
        )
        refused = 404 if role == "Administrators" else 403
        for page in ("", "add/"):
            assert desk.get(f"/admin/{other}/{page}").status_code == refused, (role, page)


def test_each_role_may_publish_what_it_may_change_and_contributors_nothing(db):
    kinds = {model._meta.model_name for model in publishables()}
    for role in SEES:
        may_publish = set() if role == "Contributors" else SEES[role] & kinds
        assert rights_of(role, "publish") == may_publish, role
        assert rights_of(role, "change") & kinds == SEES[role] & kinds, role
    assert rights_of("Contributors", "delete") == set()
    assert rights_of("Contributors", "change") == rights_of("Contributors", "add") | {"image"}
    assert rights_of("Contributors", "add") >= set(DRAFTED)


def test_whose_part_it_is_may_publish(signed_in):
    desk, row = signed_in("HR"), make_vacancy(state="draft")
    assert confirm(desk, row).status_code == 302
    row.refresh_from_db()
    assert row.state == "published"
    response = send(desk, row, title_en="Better words")
    assert response.status_code == 302, errors(response)
    row.refresh_from_db()
    assert row.title_en == "Better words"


def test_every_publishable_has_the_right_to_publish_it(db):
    rights = Permission.objects.filter(codename__startswith="publish_")
    expected = {(model._meta.app_label, f"publish_{model._meta.model_name}") for model in publishables()}
    assert set(rights.values_list("content_type__app_label", "codename")) == expected


# --- Superusers -------------------------------------------------------------------------------


def test_an_administrator_makes_nobody_a_superuser(signed_in, make_person):
    desk, other = signed_in("Administrators"), make_person("khamla")
    for person in (other, User.objects.get(username="colleague")):
        address = f"/admin/auth/user/{person.pk}/change/"
        response = desk.post(address, fill_form(desk.get(address), is_superuser="on", first_name="Khamla"))
        assert response.status_code == 302, errors(response)
        person.refresh_from_db()
        assert (person.first_name, person.is_superuser) == ("Khamla", False)


def test_an_administrator_changes_deletes_and_resets_no_superuser(signed_in, make_person):
    desk, boss = signed_in("Administrators"), make_person("boss", is_superuser=True)
    address = f"/admin/auth/user/{boss.pk}/"
    page = desk.get(f"{address}change/")
    assert page.status_code == 200
    assert boss.password not in page.content.decode()
    assert 'name="_save"' not in page.content.decode()
    for door, sent in (
        ("change/", {"username": "boss", "is_active": ""}), ("delete/", {"post": "yes"}),
        ("sign-in-link/", {}), ("second-factor/", {}),
    ):  # fmt: skip
        assert desk.post(address + door, sent).status_code == 403, door
    chosen = {"action": "delete_selected", "_selected_action": [boss.pk], "post": "yes"}
    desk.post("/admin/auth/user/", chosen)
    before = boss.password
    boss.refresh_from_db()
    assert (boss.is_active, boss.is_superuser, boss.password) == (True, True, before)


def test_a_superuser_makes_another_and_may_take_it_back(signed_in, make_person):
    desk, other = signed_in(is_superuser=True), make_person("khamla")
    address = f"/admin/auth/user/{other.pk}/change/"
    for wanted in ("on", None):
        assert desk.post(address, fill_form(desk.get(address), is_superuser=wanted)).status_code == 302
        other.refresh_from_db()
        assert other.is_superuser is bool(wanted)


# --- Contributors -----------------------------------------------------------------------------


def test_a_contributor_writes_drafts_and_publishes_nothing(signed_in):
    desk, row = signed_in("Contributors"), make_vacancy(state="draft", title_en="As it was")
    add = address_of(row).replace(f"{row.pk}/change", "add")
    given = {"title_en": "Better", "state": "published"}
    for address in (address_of(row), f"{add}?copy_of={row.pk}"):
        form = fill_form(desk.get(address), closing_date="2031-01-01", _publish="1", **given)
        response = desk.post(address, form)
        # It is a draft, which may be submitted.
        assert response.status_code == 302, errors(response)
        assert response.url.endswith("/submit/")
    assert desk.post(address_of(row, "publish/"), {"when": "now", "anyway": "1"}).status_code == 403
    assert {each.state for each in Vacancy.objects.all()} == {"draft"}
    # A state that is sent along is not taken.
    assert send(desk, row, **given).status_code == 302
    row.refresh_from_db()
    assert (row.title_en, row.state) == ("Better", "draft")


@pytest.mark.parametrize(("state", "other"), [("published", "withdrawn"), ("withdrawn", "published")])
def test_whatever_a_contributor_saves_of_what_was_published_is_a_draft_of_it(signed_in, state, other):
    desk = signed_in("Contributors")
    for button in ("_draft", "_save", "_submit", "_preview", "_continue"):
        row = make_programme(state=state, title_en="As it was", withdrawal_reason_en="A mistake.")
        given = {"title_en": "Other words", "state": other, "publish_at": "2099-01-01T00:00", button: "1"}
        response = desk.post(address_of(row), fill_form(desk.get(address_of(row)), **given))
        assert response.status_code == 302, (button, errors(response))
        row.refresh_from_db()
        assert (row.title_en, row.state) == ("As it was", state), button
        [draft] = Revision.objects.of(row).waiting()
        kept = draft.data["fields"]
        assert (draft.kind, kept["title_en"], kept["state"]) == ("draft", "Other words", state), button


def test_a_contributor_gives_what_was_published_no_other_state(signed_in):
    desk = signed_in("Contributors")
    for state in ("published", "withdrawn"):
        row = make_programme(state=state, title_en="As it was", withdrawal_reason_en="A mistake.")
        assert send(desk, row, "_publish", title_en="Other words").url == address_of(row, "submit/")
        for action in ("publish", "withdraw"):
            assert take(desk, row, action, when="now", withdrawal_reason_en="Mine.").status_code == 403
            assert desk.post(address_of(row, f"{action}/"), {"when": "now"}).status_code == 403
        row.refresh_from_db()
        assert (row.title_en, row.state) == ("As it was", state)


def test_a_contributor_deletes_nothing(signed_in):
    desk, row = signed_in("Contributors"), make_programme(state="draft")
    for each in (row, make_programme()):
        assert desk.post(address_of(each).replace("change", "delete"), {"post": "yes"}).status_code == 403
    desk.post(
        "/admin/programmes/programme/",
        {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
    )
    row.refresh_from_db()


def test_a_contributor_changes_what_a_draft_owns_and_drafts_what_a_page_owns(signed_in):
    desk = signed_in("Contributors")
    draft, live = make_programme(state="draft"), make_programme()
    figures = {
        "figures-TOTAL_FORMS": "1",
        "figures-0-value_en": "7",
        "figures-0-caption_en": "people",
        "figures-0-order": "1",
    }
    response = desk.post(address_of(draft), fill_form(desk.get(address_of(draft)), **figures))
    assert response.status_code == 302, errors(response)
    assert draft.figures.get().value == "7"
    response = desk.post(address_of(live), fill_form(desk.get(address_of(live)), **figures))
    assert response.status_code == 302, errors(response)
    assert not live.figures.exists()
    rows = waiting(live).data["owned"]["figures"]
    assert [row["value_en"] for row in rows.values()] == ["7"]
    for address in (
        "/admin/programmes/figure/add/",
        "/admin/programmes/donor/add/",
        "/admin/programmes/counterpart/add/",
    ):
        assert desk.get(address).status_code == 403


def test_a_contributor_reads_the_file_of_a_live_document(signed_in):
    version = make_document_version()
    assert signed_in("Contributors").get(address_of(version.document)).status_code == 200


def test_a_published_form_that_was_opened_as_a_draft_is_not_taken_back(signed_in):
    """Somebody publishes while a contributor's form is open: what they typed becomes a draft of the page."""
    desk, row = signed_in("Contributors"), make_programme(state="draft", title_en="As it was")
    sent = fill_form(desk.get(address_of(row)), title_en="Later words")
    type(row).objects.filter(pk=row.pk).update(state="published")
    response = desk.post(address_of(row), sent)
    assert response.status_code == 409
    assert desk.post(address_of(row), fill_form(response)).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.title_en) == ("published", "As it was")
    assert waiting(row).data["fields"]["title_en"] == "Later words"


# --- What administrators make of them ----------------------------------------------------------


def test_migrating_again_takes_nothing_away_and_brings_nothing_back(db):
    Group.objects.get(name="HR").permissions.clear()
    Group.objects.get(name="Editors").permissions.add(Permission.objects.get(codename="change_vacancy"))
    Group.objects.get(name="Procurement").delete()
    call_command("migrate", verbosity=0)
    assert not Group.objects.get(name="HR").permissions.exists()
    assert Group.objects.get(name="Editors").permissions.filter(codename="change_vacancy").exists()
    assert not Group.objects.filter(name="Procurement").exists()


def test_the_rights_of_the_roles_are_those_that_the_models_have(db):
    """A right that a migration made under a wrong name would stand beside the true one."""
    for permission in Permission.objects.filter(group__isnull=False).select_related("content_type"):
        model = apps.get_model(permission.content_type.app_label, permission.content_type.model)
        action = permission.codename.removesuffix(f"_{model._meta.model_name}")
        assert action in model._meta.default_permissions, permission
        assert permission.name == f"Can {action} {model._meta.verbose_name_raw}"


@pytest.mark.django_db(transaction=True)
def test_rights_to_publish_come_back_to_an_emptied_database():
    call_command("flush", interactive=False, verbosity=0)
    there = set(Permission.objects.filter(codename__startswith="publish_").values_list("codename", flat=True))
    assert there == {f"publish_{model._meta.model_name}" for model in publishables()}
