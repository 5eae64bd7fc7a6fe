"""What the link dialog of the editor asks: pages by their title, and what an address means."""

import datetime

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from tests.helpers.admin import make_colleague
from tests.helpers.factories import make_document, make_form, make_page, make_programme, make_vacancy

pytestmark = pytest.mark.django_db


def search(client, words: str, **given) -> dict:
    response = client.get("/admin/link-search/", {"q": words, **given})
    assert response.status_code == 200
    return response.json()


def titles(client, words: str) -> list[str]:
    return [page["title"] for page in search(client, words)["pages"]]


def test_pages_documents_and_notices_are_found_by_a_part_of_their_title(staff):
    make_programme(title_en="Health of migrants", slug="health")
    make_document(title_en="A report on health", slug="report")
    make_vacancy(title_en="Health officer", slug="officer")
    make_form(title_en="Form for health staff", slug="form")
    make_page(title_en="Something else")
    assert {(page["title"], page["address"], page["kind"]) for page in search(staff, "HEALTH")["pages"]} == {
        ("Health of migrants", "/programmes/health/", "Programme"),
        ("A report on health", "/documents/#report", "Document"),
        ("Health officer", "/careers/vacancies/officer/", "Job"),
        ("Form for health staff", "/careers/forms/#form", "Application form"),
    }


def test_every_word_must_be_in_the_english_or_the_lao_title(staff):
    make_programme(title_en="Labour mobility", title_lo="ການເຄື່ອນຍ້າຍແຮງງານ")
    assert titles(staff, "mobility lab") == ["Labour mobility"]
    assert titles(staff, "mobility health") == []
    assert titles(staff, "ແຮງງານ") == ["Labour mobility"]
    [page] = search(staff, "labour", language="lo")["pages"]
    assert page["name"] == "ການເຄື່ອນຍ້າຍແຮງງານ"


def test_live_pages_come_first_and_each_says_what_it_is(staff):
    now = timezone.now()
    day = datetime.timedelta(days=1)
    make_page(title_en="A plan 1", slug="p1", state="draft")
    make_page(title_en="A plan 2", slug="p2", state="withdrawn", withdrawal_reason_en="Over.")
    make_page(title_en="A plan 3", slug="p3", publish_from=now + day)
    make_page(title_en="A plan 4", slug="p4", publish_until=now - day)
    make_page(title_en="My plan", slug="p5")
    make_page(title_en="A plan 6", slug="p6")
    assert [(page["title"], page["status"]) for page in search(staff, "plan")["pages"]] == [
        ("A plan 6", "Live"), ("My plan", "Live"), ("A plan 1", "Draft"), ("A plan 2", "Withdrawn"),
        ("A plan 3", "Scheduled"), ("A plan 4", "Ended"),
    ]  # fmt: skip


def test_at_most_eight_are_named_and_the_live_ones_among_them(staff):
    for number in range(9):
        make_page(title_en=f"A plan {number}", slug=f"p{number}", state="draft")
    make_page(title_en="The plan that is live", slug="live")
    found = titles(staff, "plan")
    assert len(found) == 8
    assert found[0] == "The plan that is live"


def test_an_address_is_answered_as_it_was_meant_or_with_what_is_wrong(staff):
    assert search(staff, "www.iom.int") == {"address": "https://www.iom.int", "error": "", "pages": []}
    refused = search(staff, "javascript:alert(1)")
    assert refused["address"] == ""
    assert refused["error"].startswith("This is not a web address.")
    assert search(staff, " ")["pages"] == []


def test_what_is_not_public_of_a_kind_that_one_may_not_see_is_not_found(client, staff):
    make_vacancy(title_en="Health officer", state="draft")
    make_vacancy(title_en="Health assistant", state="withdrawn", withdrawal_reason_en="Over.")
    make_vacancy(title_en="Health adviser")
    make_programme(title_en="Health of migrants", state="draft")
    client.force_login(make_colleague("view_programme"))
    assert titles(client, "health") == ["Health adviser", "Health of migrants"]
    client.force_login(make_colleague("view_vacancy", username="hr"))
    assert sorted(titles(client, "health")) == ["Health adviser", "Health assistant", "Health officer"]


def test_any_member_of_staff_may_ask_and_nobody_else(client, django_user_model):
    make_programme(title_en="Health of migrants")
    user = django_user_model.objects.create_user("writer", password="x", is_staff=True)
    user.groups.add(Group.objects.get(name="Contributors"))
    assert client.get("/admin/link-search/?q=health").status_code == 302
    client.force_login(user)
    assert titles(client, "health") == ["Health of migrants"]
    assert client.post("/admin/link-search/", {"q": "health"}).status_code == 405
