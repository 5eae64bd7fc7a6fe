"""Who comes in, and under which headers."""

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from iomlaos.office.models import Page
from tests.helpers.factories import make_page, make_programme, make_vacancy


def test_visitors_and_accounts_without_a_role_are_sent_to_sign_in(client, db):
    for address in ("/admin/", "/admin/programmes/programme/", "/admin/careers/vacancy/add/"):
        response = client.get(address)
        assert response.status_code == 302
        assert response.headers["Location"] == f"/admin/login/?next={address}"
    client.force_login(User.objects.create_user("visitor"))
    assert client.get("/admin/").headers["Location"].startswith("/admin/login/")


def test_staff_sign_in_change_their_password_and_sign_out(client, db):
    User.objects.create_superuser("staff", password="a-long-password-7")
    entry = {"username": "staff", "password": "a-long-password-7", "next": "/admin/careers/vacancy/"}
    response = client.post("/admin/login/", entry)
    assert response.headers["Location"] == "/admin/careers/vacancy/"
    # Over http on loopback a browser would not send a Secure cookie back.
    assert not response.cookies["session"]["secure"]
    assert response.cookies["session"]["httponly"]
    change = {
        "old_password": "a-long-password-7",
        "new_password1": "another-long-one-8",
        "new_password2": "another-long-one-8",
    }
    assert (
        client.post("/admin/password_change/", change).headers["Location"] == "/admin/password_change/done/"
    )
    assert client.post("/admin/logout/").status_code == 200
    assert client.get("/admin/").status_code == 302
    assert client.login(username="staff", password="another-long-one-8")


def test_staff_pages_are_never_stored_and_have_their_own_policy(staff, db):
    for client, address in ((Client(), "/admin/login/"), (staff, "/admin/programmes/programme/")):
        response = client.get(address)
        assert response.status_code == 200
        assert {"no-store", "private"} <= set(response.headers["Cache-Control"].split(", "))
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


def test_the_import_map_of_the_editor_has_the_nonce_of_the_response(staff):
    for number in (1, 2):
        response = staff.get(f"/admin/office/page/{make_page().pk}/change/")
        nonce = response.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
        assert nonce, number
        assert f'<script type="importmap" nonce="{nonce}">' in response.content.decode()


def test_what_nobody_types_or_ticks_is_no_server_error(staff):
    make_page(), make_vacancy()
    for address in (
        "/admin/office/page/?programme__id__exact=a", "/admin/office/page/?p=99", "/admin/office/page/?p=a",
        "/admin/office/page/?o=99.a", "/admin/office/page/?status=perhaps",
        "/admin/programmes/project/?programme__id__exact=a",
        "/admin/programmes/project/?programme__id__exact=99999999999999999999999",
        "/admin/office/page/a/change/", "/admin/office/page/99999999999999999999999/change/",
        "/admin/programmes/document/files/a/", "/admin/nowhere/", "/admin/careers/vacancy/?status=soon",
    ):  # fmt: skip
        assert staff.get(address).status_code in (200, 302, 404), address
    ticked = {"action": "delete_selected", "_selected_action": ["\0"], "post": "yes"}
    assert staff.post("/admin/office/page/", ticked).status_code == 200
    assert Page.objects.count() == 1


def test_no_short_way_tells_the_address_of_a_draft(staff):
    """Django's own view leads from the number of any record to its page."""
    for record in (make_programme(state="draft"), make_programme()):
        kind = ContentType.objects.get_for_model(record)
        assert staff.get(f"/admin/r/{kind.pk}/{record.pk}/").status_code == 404
