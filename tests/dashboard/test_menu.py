"""The side bar, and the pages about several kinds: what a role may open, in the order of the office."""

import re

from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import path

from iomlaos.publishing.models import Revision, SlugRedirect
from iomlaos.urls import urlpatterns
from tests.helpers.admin import make_colleague
from tests.helpers.factories import make_donor, make_programme, make_vacancy


def person(username: str, *rights: str) -> User:
    return make_colleague(*rights, username=username)


def menu(response) -> dict[str, list[str]]:
    groups = response.context["menu"].items()
    return {group: [entry.name for entry in entries] for group, entries in groups}


def test_the_side_bar_lists_what_an_administrator_may_open_in_the_order_of_the_office(staff):
    response = staff.get("/admin/")
    assert menu(response) == {
        "Our work": ["Programmes", "Projects", "Figures", "Documents", "Donors", "Partners"],
        "Jobs and tenders": ["Jobs", "Tenders", "Application forms", "E-mail alerts"],
        "The office": [
            "Contact details", "Pages", "Site-wide notices", "Standard texts", "Places", "Pictures",
        ],
        "Keeping track": ["Export", "Deleted", "Staff guide", "Publishing log"],
        "People": ["Users", "Roles", "Sign-ins"],
    }  # fmt: skip
    for entries in response.context["menu"].values():
        for entry in entries:
            page = staff.get(entry.url, follow=True)
            assert page.status_code == 200
            [current] = re.findall(r'<a href="(/[^"]+)" aria-current', page.content.decode())
            assert current == entry.url


def test_the_side_bar_lists_only_what_a_role_may_open(client, db):
    client.force_login(person("writer", "view_programme", "change_programme", "add_vacancy", "view_vacancy"))
    assert menu(client.get("/admin/")) == {
        "Our work": ["Programmes"],
        "Jobs and tenders": ["Jobs"],
        "Keeping track": ["Export", "Deleted", "Staff guide"],
    }
    client.force_login(person("reader", "view_programme"))
    assert menu(client.get("/admin/")) == {"Our work": ["Programmes"], "Keeping track": ["Staff guide"]}
    for url in ("/admin/export/", "/admin/deleted/"):
        assert client.get(url).status_code == 200


def test_the_page_of_an_app_lists_its_kinds_with_what_each_is_for(client, db):
    client.force_login(person("writer", "view_programme", "change_programme", "add_programme", "view_figure"))
    page = client.get("/admin/programmes/").content.decode()
    assert "The lines of work under Migration Management." in page
    assert re.findall(r'class="(?:name|button small)" href="([^"]+)"', page) == [
        "/admin/programmes/programme/", "/admin/programmes/programme/add/", "/admin/programmes/figure/",
    ]  # fmt: skip
    assert "Nothing to do." not in page


def test_the_export_page_and_the_page_of_deleted_records_hold_what_a_role_may_see(client, db):
    make_donor(), make_donor()
    driver, programme = make_vacancy(title_en="Driver"), make_programme(title_en="Health")
    key = driver.pk
    for record in (driver, programme):
        Revision.objects.record_deletion(record, by=None)
        record.delete()
    client.force_login(person("hr", "view_donor", "add_vacancy", "view_vacancy", "change_vacancy"))
    tables = client.get("/admin/export/").context["tables"]
    assert [(str(table["name"]), table["count"]) for table in tables] == [("donors", 2), ("jobs", 0)]
    page = client.get("/admin/deleted/")
    assert [str(row[0]) for row in page.context["deletions"]] == ["Driver: 1"]
    [form] = re.findall(r'action="([^"]+deleted/)"', page.content.decode())
    restored = client.post(form, {"revision": page.context["deletions"][0][0].pk}, follow=True)
    assert restored.redirect_chain[-1][0] == f"/admin/careers/vacancy/{key}/change/"
    assert client.get("/admin/deleted/").context["deletions"] == []


class UnknownAdmin(admin.ModelAdmin):
    """As somebody adds it who knows nothing of this portal."""


def test_a_model_that_is_only_registered_stands_last_and_breaks_no_page(staff, settings):
    """With pages of its own: the addresses of the admin are made anew for it."""
    admin.site.register(SlugRedirect, UnknownAdmin)
    try:
        settings.ROOT_URLCONF = type(
            "urls", (), {"urlpatterns": [path("admin/", admin.site.urls), *urlpatterns]}
        )
        programme = make_programme(slug="now")
        former = SlugRedirect.objects.create(
            model="programmes.programme", slug="then", object_id=programme.pk
        )
        index = staff.get("/admin/")
        group, entries = list(menu(index).items())[-1]
        assert (group, entries) == ("Publishing", ["Former addresses"])
        for address in (
            f"/admin/programmes/programme/{programme.pk}/change/",
            "/admin/publishing/slugredirect/",
            f"/admin/publishing/slugredirect/{former.pk}/change/",
        ):
            assert staff.get(address).status_code == 200, address
    finally:
        admin.site.unregister(SlugRedirect)
