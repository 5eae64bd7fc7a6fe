"""How long one stays signed in, and what becomes of a form that is sent too late."""

import datetime
import re

import html5lib
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from iomlaos.office.models import Page
from tests.factories import make_page, make_place
from tests.staff.filled import filled

from .conftest import PASSWORD, enter

MINUTE = datetime.timedelta(minutes=1)
ADD = "/admin/office/page/add/"
TEXT = "A first line, “quoted” <b>and</b> marked.\r\n\r\nA second line: ສະບາຍດີ & more."
OURS = {"HTTP_ORIGIN": "http://testserver"}


@pytest.fixture
def desk(clock, settings, make_person) -> Client:
    """Dala, signed in by her password, in a browser that keeps the rules of seals."""
    settings.SESSION_COOKIE_AGE = 30 * 60
    make_person("dala", "Administrators")
    client = Client(enforce_csrf_checks=True)
    sign_in(client)
    return client


def sign_in(client: Client) -> None:
    entry = {"csrfmiddlewaretoken": seal_on(client.get("/admin/login/"))}
    assert enter(client, "dala", **entry).status_code == 302


def seal_on(page) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[1]


def is_open(client: Client) -> bool:
    return client.get("/admin/office/page/").status_code == 200


def test_the_cookie_goes_when_the_browser_closes(desk):
    cookie = desk.cookies["session"]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")


def test_half_an_hour_without_doing_anything_ends_it(clock, desk):
    for _ in range(4):
        clock.shift(29 * MINUTE)
        assert is_open(desk)
    clock.shift(31 * MINUTE)
    assert not is_open(desk)


def test_a_script_that_asks_by_itself_does_not_keep_it_open_and_one_that_renews_does(clock, desk):
    address = "/admin/session/"
    clock.shift(20 * MINUTE)
    assert desk.get(address, HTTP_X_BY_ITSELF="1").json()["seconds"] == 600
    clock.shift(5 * MINUTE)
    assert desk.get(address).json()["seconds"] == 1800
    clock.shift(29 * MINUTE)
    assert desk.get(address, HTTP_X_BY_ITSELF="1").json()["seconds"] == 60
    clock.shift(2 * MINUTE)
    answer = desk.get(address)
    assert (answer.status_code, answer.json()) == (403, {"seconds": 0})


def test_public_pages_touch_no_session(clock, desk):
    page = make_page(slug="a-page")
    clock.shift(20 * MINUTE)
    response = desk.get(page.get_absolute_url())
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    clock.shift(11 * MINUTE)
    assert not is_open(desk)


def late(clock, desk, **given):
    """The form for a page, filled in and sent after the session ended."""
    sent = filled(desk.get(ADD), title_en="Late", slug="late", lead_en=TEXT, **given)
    clock.shift(31 * MINUTE)
    return desk.post(ADD, sent, **OURS)


def kept(page, **given) -> dict:
    """What the page holds, as a browser would send it."""
    form = page.content.decode()
    assert 'id="kept"' in form
    return filled_form(page) | given


def filled_form(page) -> dict:
    root = html5lib.parse(page.content.decode(), namespaceHTMLElements=False)
    [form] = [form for form in root.iter("form") if form.get("id") == "kept"]
    fields: dict[str, list[str]] = {}
    for box in form.iter("input"):
        if box.get("name"):
            # A browser ends lines with CR LF.
            fields.setdefault(box.get("name"), []).append(box.get("value").replace("\n", "\r\n"))
    return fields


def test_a_form_that_is_sent_too_late_comes_back_and_can_be_sent_again(clock, desk):
    page = late(clock, desk)
    assert page.status_code == 403
    assert "Nothing that you typed is lost" in page.content.decode()
    fields = kept(page)
    assert fields["lead_en"] == [TEXT]
    assert not Page.objects.exists()
    # Still signed out: the same page again.
    page = desk.post(ADD, fields, **OURS)
    assert kept(page)["lead_en"] == [TEXT]
    # In another tab. It makes another seal, so the old one is refused, and what was typed comes back.
    sign_in(desk)
    page = desk.post(ADD, kept(page), **OURS)
    assert page.status_code == 403
    assert kept(page)["lead_en"] == [TEXT]
    response = desk.post(ADD, kept(page), **OURS)
    assert response.status_code == 302
    assert Page.objects.get().lead_en == TEXT.replace("\r\n", "\n")


def test_a_kept_form_with_the_seal_of_now_goes_through_at_once(clock, desk):
    fields = kept(late(clock, desk))
    sign_in(desk)
    fields["csrfmiddlewaretoken"] = [desk.get("/admin/session/").json()["seal"]]
    assert desk.post(ADD, fields, **OURS).status_code == 302
    assert Page.objects.count() == 1


def test_it_says_which_files_have_to_be_chosen_again(clock, desk):
    address = "/admin/programmes/document/add/"
    sent = filled(desk.get(address), title_en="Late", slug="late", **{"editions-TOTAL_FORMS": "1"})
    clock.shift(31 * MINUTE)
    page = desk.post(address, sent | {"editions-0-file": SimpleUploadedFile("a.pdf", b"%PDF-1.4")}, **OURS)
    assert "choose them again: editions-0-file" in page.content.decode()
    assert kept(page)["title_en"] == ["Late"]


def test_passwords_are_never_handed_back(clock, desk):
    form = desk.get("/admin/password_change/")
    clock.shift(31 * MINUTE)
    sent = {
        "old_password": PASSWORD,
        "new_password1": "n3w-and-long-enough",
        "csrfmiddlewaretoken": seal_on(form),
    }
    response = desk.post("/admin/password_change/", sent, **OURS)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/admin/login/")
    stale = desk.post("/admin/password_change/", sent | {"csrfmiddlewaretoken": "x" * 64}, **OURS)
    assert stale.status_code == 403
    assert "n3w-and-long-enough" not in stale.content.decode()


@pytest.mark.parametrize("origin", [{}, {"HTTP_ORIGIN": "https://evil.example"}, {"HTTP_ORIGIN": "null"}])
def test_what_another_site_sends_is_not_handed_back_beside_a_button(clock, desk, origin):
    fields = {"title_en": "By a stranger", "slug": "stranger", "state": "published"}
    for client in (desk, Client(enforce_csrf_checks=True)):
        page = client.post(ADD, fields, **origin)
        assert page.status_code == 403
        assert "By a stranger" not in page.content.decode()


def test_a_form_of_somebody_who_may_not_do_it_stays_refused(clock, desk, signed_in):
    place = make_place()
    other = signed_in("HR")
    response = other.post(f"/admin/office/place/{place.pk}/change/", {"name_en": "Elsewhere"})
    assert response.status_code == 403
    assert "Elsewhere" not in response.content.decode()
