"""What staff see who open what their roles do not include."""

import re

from tests.helpers.factories import make_programme, make_vacancy


def words(response) -> str:
    """The page without its tags, in one line."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode().partition('<div id="content-main"')[2])
    return " ".join(text.split())


def test_the_page_looks_like_the_admin_and_names_the_roles_that_may_open_it(signed_in, make_person):
    make_person("somphone", "Administrators", first_name="Admin", last_name="One")
    desk = signed_in("Contributors", "HR")
    response = desk.get("/admin/auth/user/", HTTP_REFERER="http://testserver/admin/careers/vacancy/")
    assert response.status_code == 403
    page = response.content.decode()
    assert 'id="user-tools"' in page
    assert "<h1>You cannot open “Users”</h1>" in page
    assert "Your roles: Contributors, HR ." in words(response)
    assert "Only this role can open this page: Administrators ." in words(response)
    assert "Ask an administrator: Admin One." in words(response)
    assert 'href="/admin/"' in page
    assert '<a class="button" href="http://testserver/admin/careers/vacancy/">Go back</a>' in page
    assert "open for too long" not in page


def test_it_names_the_roles_that_have_what_this_page_asks_for(signed_in):
    desk, row = signed_in("Contributors"), make_programme()
    for address in (
        "/admin/programmes/figure/add/",
        f"/admin/programmes/programme/{row.pk}/delete/",
        f"/admin/programmes/programme/{row.pk}/links/",
    ):
        response = desk.get(address)
        assert response.status_code == 403, address
        assert "Only these roles can open this page: Administrators, Editors ." in words(response), address
        assert "You cannot open this page" in response.content.decode()


def test_a_form_that_is_sent_without_the_right_is_answered_alike(signed_in):
    row = make_vacancy(title_en="As it was")
    response = signed_in("Editors").post(f"/admin/careers/vacancy/{row.pk}/change/", {"title_en": "Mine"})
    assert response.status_code == 403
    assert "Nothing was changed." in words(response)
    row.refresh_from_db()
    assert row.title_en == "As it was"


def test_where_no_role_may_do_it_the_page_does_not_name_one(signed_in, make_person):
    boss = make_person("boss", is_superuser=True)
    for desk, address, expected in (
        (signed_in(is_superuser=True), "/admin/accounts/signinevent/add/", "Nobody can do this here."),
        (
            signed_in("Administrators", username="administrator"),
            f"/admin/auth/user/{boss.pk}/delete/",
            "This is not part of what you can do here.",
        ),
    ):
        response = desk.get(address)
        assert response.status_code == 403
        assert expected in words(response)
        assert "Only" not in words(response)


def test_the_way_back_leads_to_another_page_of_this_site_or_is_left_out(signed_in):
    desk, asked = signed_in("HR"), "http://testserver/admin/auth/user/"
    for referer in ("https://evil.example/admin/", "javascript:alert(1)", "", asked):
        response = desk.get("/admin/auth/user/", HTTP_REFERER=referer)
        assert response.status_code == 403
        assert "Go back" not in response.content.decode(), referer


def test_a_script_is_answered_without_a_page(signed_in):
    response = signed_in("HR").get("/admin/auth/user/", HTTP_X_BACKGROUND_REQUEST="1")
    assert (response.status_code, response.json()) == (403, {})
