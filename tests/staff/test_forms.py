"""Every form of the admin: what it shows can be sent back, and what is typed into it is kept."""

import datetime

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core import serializers

from careers.models import ApplicationForm, Vacancy
from iomlaos.office.models import Office, Page, Place, StandardText
from iomlaos.publishing.dates import VIENTIANE, PartialDate
from programmes.models import Counterpart, Document, Donor, Figure, Programme, Project
from tests.factories import (
    make_contact_point,
    make_counterpart,
    make_document,
    make_donor,
    make_edition,
    make_figure,
    make_form,
    make_office,
    make_page,
    make_place,
    make_procurement_notice,
    make_programme,
    make_project,
    make_standard_text,
    make_vacancy,
    make_version,
)

from .filled import errors, filled
from .test_drafts import send

ROWS = [
    ("programmes", "programme"), ("programmes", "project"), ("programmes", "figure"),
    ("programmes", "document"), ("programmes", "donor"), ("programmes", "counterpart"),
    ("careers", "vacancy"), ("careers", "applicationform"),
    ("office", "office"), ("office", "page"), ("office", "standardtext"), ("office", "place"),
]  # fmt: skip


def everything() -> str:
    """All content, as text; without the time of the last change, and whatever stands for nothing."""
    rows = [row for app, model in ROWS for row in apps.get_model(app, model).objects.order_by("pk")]
    fields = {field.name for row in rows for field in row._meta.get_fields()} - {"changed_at"}
    return serializers.serialize("json", rows, fields=fields).replace("null", '""').replace('\\n"', '"')


@pytest.mark.parametrize(("app", "model"), ROWS)
def test_a_form_saved_as_it_stands_changes_nothing(staff, seeded, app, model):
    before = everything()
    rows = apps.get_model(app, model).objects.all()
    assert rows
    for row in rows:
        address = f"/admin/{app}/{model}/{row.pk}/change/"
        response = staff.post(address, filled(staff.get(address)))
        assert response.status_code == 302, (row, errors(response))
    assert everything() == before


def test_staff_add_a_programme_with_its_figures(staff):
    donor, counterpart, place = make_donor(), make_counterpart(), make_place()
    form = filled(
        staff.get("/admin/programmes/programme/add/"),
        title_en="Counter Trafficking", title_lo="ຕ້ານການຄ້າມະນຸດ", slug="counter-trafficking",
        summary_en="Help for people who were trafficked.", body_en="<h2>Why</h2><p>Because.</p>",
        since="2001", since_what_en="with the Government", order="3", state="published",
        donors=[donor.pk], counterparts=[counterpart.pk], places=[place.pk],
        **{"figures-0-value": "2,500", "figures-0-caption_en": "people supported", "figures-0-is_headline": "on"},
    )  # fmt: skip
    response = staff.post("/admin/programmes/programme/add/", form)
    assert response.status_code == 302, errors(response)
    programme = Programme.objects.get(slug="counter-trafficking")
    assert programme.title_lo == "ຕ້ານການຄ້າມະນຸດ"
    assert programme.since == PartialDate(2001)
    assert [*programme.donors.all(), *programme.counterparts.all(), *programme.places.all()] == [
        donor, counterpart, place,
    ]  # fmt: skip
    assert [(figure.value, figure.caption, figure.is_headline) for figure in programme.figures.all()] == [
        ("2,500", "people supported", True)
    ]
    assert staff.get("/programmes/counter-trafficking/").status_code == 200


def test_staff_add_a_project(staff):
    programme = make_programme()
    form = filled(
        staff.get("/admin/programmes/project/add/"),
        title_en="A project", slug="a-project", programme=programme.pk, summary_en="What it is.",
        starts="July 2018", ends="28 February 2019", budget="1000.50", budget_currency="USD",
    )  # fmt: skip
    response = staff.post("/admin/programmes/project/add/", form)
    assert response.status_code == 302, errors(response)
    project = Project.objects.get(slug="a-project")
    assert (project.starts.iso, project.ends.iso, project.state) == ("2018-07", "2019-02-28", "draft")


def test_staff_add_a_figure_of_the_country(staff):
    form = filled(staff.get("/admin/programmes/figure/add/"), value="7.3 million", as_of="2021")
    assert staff.post("/admin/programmes/figure/add/", form).status_code == 302
    assert Figure.objects.get().programme is None


def test_staff_add_a_document_with_an_address_elsewhere(staff):
    form = filled(
        staff.get("/admin/programmes/document/add/"), title_en="IBM Factsheet", slug="ibm", kind="factsheet",
        **{"editions-0-language": "en", "editions-0-dated": "May 2018", "editions-0-address": "publications.iom.int/ibm"},
    )  # fmt: skip
    response = staff.post("/admin/programmes/document/add/", form)
    assert response.status_code == 302, errors(response)
    edition = Document.objects.get(slug="ibm").editions.get()
    assert edition.address == "https://publications.iom.int/ibm"
    assert edition.dated == PartialDate(2018, 5)


@pytest.mark.parametrize(
    ("model", "address", "given"),
    [
        (Donor, "/admin/programmes/donor/add/", {"name_en": "A fund", "slug": "a-fund", "kind": "fund"}),
        (Counterpart, "/admin/programmes/counterpart/add/", {"name_en": "A ministry", "slug": "a-ministry", "kind": "ministry"}),
        (Place, "/admin/office/place/add/", {"name_en": "Attapeu", "slug": "attapeu", "kind": "province", "iso_code": "LA-AT"}),
        (Page, "/admin/office/page/add/", {"title_en": "Feedback", "slug": "feedback", "body_en": "<p>Tell us.</p>"}),
        (StandardText, "/admin/office/standardtext/add/", {"title_en": "No fee", "slug": "no-fee", "body_en": "<p>None.</p>"}),
        (ApplicationForm, "/admin/careers/applicationform/add/", {"title_en": "Personal History Form", "slug": "phf"}),
    ],
)  # fmt: skip
def test_staff_add_the_smaller_things(staff, model, address, given):
    response = staff.post(address, filled(staff.get(address), **given))
    assert response.status_code == 302, errors(response)
    assert model.objects.filter(slug=given["slug"]).exists()


def test_staff_add_a_vacancy(staff):
    form = filled(
        staff.get("/admin/careers/vacancy/add/"), title_en="Driver", slug="driver", grade="G2",
        state="published", closing_date="2030-06-30", closing_hour="17:00", duty_station=make_place().pk,
    )  # fmt: skip
    response = staff.post("/admin/careers/vacancy/add/", form)
    assert response.status_code == 302, errors(response)
    assert Vacancy.objects.get().closes_at == datetime.datetime(2030, 6, 30, 17, tzinfo=VIENTIANE)


def test_the_office_is_one_form_with_its_numbers(staff):
    form = filled(
        staff.get("/admin/office/office/add/"), name_en="International Organization for Migration",
        short_name_en="IOM Lao PDR", introduction_en="In Vientiane.", postal_address_en="UN House\r\nVientiane",
        **{"contact_points-0-kind": "telephone", "contact_points-0-written": "+856.21 26 77 30"},
    )  # fmt: skip
    response = staff.post("/admin/office/office/add/", form)
    assert response.status_code == 302, errors(response)
    office = Office.objects.get()
    assert office.address_lines == ["UN House", "Vientiane"]
    assert office.telephone.link == "tel:+85621267730"
    assert staff.get("/admin/office/office/", follow=True).redirect_chain == [
        ("/admin/office/office/1/change/", 302)
    ]
    assert staff.get("/admin/office/office/add/").status_code == 403
    assert staff.get("/admin/office/office/1/delete/").status_code == 403


def test_the_office_without_a_row_begins_with_its_form(staff):
    assert staff.get("/admin/office/office/").headers["Location"] == "/admin/office/office/add/"


def test_owned_rows_are_changed_added_and_deleted_with_their_owner(staff):
    programme = make_programme()
    first, second = make_figure(programme=programme, order=1), make_figure(programme=programme, order=2)
    address = f"/admin/programmes/programme/{programme.pk}/change/"
    form = filled(
        staff.get(address),
        **{
            "figures-0-value": "11,098",
            "figures-1-DELETE": "on",
            "figures-2-value": "36",
            "figures-2-order": "3",
            "figures-TOTAL_FORMS": "3",
        },
    )
    assert staff.post(address, form).status_code == 302
    assert [figure.value for figure in programme.figures.all()] == ["11,098", "36"]
    assert Figure.objects.filter(pk=first.pk).exists()
    assert not Figure.objects.filter(pk=second.pk).exists()


def test_another_figure_may_speak_for_the_programme_in_the_same_go(staff):
    programme = make_programme()
    make_figure(programme=programme, order=1, value="1", is_headline=True)
    make_figure(programme=programme, order=2, value="2")
    address = f"/admin/programmes/programme/{programme.pk}/change/"
    form = filled(staff.get(address), **{"figures-0-is_headline": None, "figures-1-is_headline": "on"})
    assert staff.post(address, form).status_code == 302
    back = filled(staff.get(address), **{"figures-0-is_headline": "on", "figures-1-is_headline": None})
    assert staff.post(address, back).status_code == 302
    assert programme.figures.get(is_headline=True).value == "1"


def test_two_figures_cannot_speak_for_one_programme(staff):
    programme = make_programme()
    make_figure(programme=programme, order=1)
    make_figure(programme=programme, order=2)
    address = f"/admin/programmes/programme/{programme.pk}/change/"
    form = filled(staff.get(address), **{"figures-0-is_headline": "on", "figures-1-is_headline": "on"})
    response = staff.post(address, form)
    assert errors(response) == {"is_headline": ["Another figure speaks for this programme already."]}
    assert not programme.figures.filter(is_headline=True).exists()


def test_two_editions_of_one_language_and_date_are_refused(staff):
    document = make_document()
    address = f"/admin/programmes/document/{document.pk}/change/"
    form = filled(
        staff.get(address),
        **{
            "editions-TOTAL_FORMS": "2",
            "editions-0-language": "en", "editions-0-address": "https://example.org/a",
            "editions-1-language": "en", "editions-1-address": "https://example.org/b",
        },
    )  # fmt: skip
    response = staff.post(address, form)
    assert errors(response) == {"dated": ["Two of these have the same language and date."]}
    assert not document.editions.exists()


def test_what_the_editor_cannot_write_is_taken_out(staff):
    form = filled(
        staff.get("/admin/office/page/add/"), title_en="A page", slug="a-page",
        body_en='<h2 onclick="x()">Why</h2><script>alert(1)</script><p style="color:red">Text'
        ' <a href="javascript:alert(1)">here</a></p>',
    )  # fmt: skip
    assert staff.post("/admin/office/page/add/", form).status_code == 302
    body = Page.objects.get().body
    assert "<h2>Why</h2>" in body
    assert not [word for word in ("script", "onclick", "style", "alert") if word in body]


def test_a_text_of_tags_alone_counts_as_empty(staff):
    form = filled(
        staff.get("/admin/programmes/programme/add/"),
        title_en="P",
        slug="p",
        summary_en="S",
        body_en="<p> </p>",
    )
    response = staff.post("/admin/programmes/programme/add/", form)
    assert errors(response) == {"body_en": ["This field is required."]}


def test_deleting_a_programme_with_projects_says_what_keeps_it(staff):
    project = make_project(title_en="PROMISE")
    address = f"/admin/programmes/programme/{project.programme_id}/delete/"
    assert "PROMISE" in staff.get(address).content.decode()
    staff.post(address, {"post": "yes"})
    assert Programme.objects.filter(pk=project.programme_id).exists()


def test_a_counterpart_is_not_offered_as_part_of_itself(staff):
    counterpart, other = make_counterpart(), make_counterpart()
    form = staff.get(f"/admin/programmes/counterpart/{counterpart.pk}/change/").context["adminform"].form
    assert list(form.fields["parent"].queryset) == [other]


def test_view_on_site_is_offered_only_where_there_is_a_page(staff):
    live, draft = make_project(), make_project(state="draft")
    assert (
        f'href="/projects/{live.slug}/"'
        in staff.get(f"/admin/programmes/project/{live.pk}/change/").content.decode()
    )
    assert (
        f"/projects/{draft.slug}/"
        not in staff.get(f"/admin/programmes/project/{draft.pk}/change/").content.decode()
    )


def test_view_on_site_leads_from_a_donor_and_the_office_too(staff):
    make_contact_point(office=make_office())
    named, unnamed = make_donor(), make_donor()
    make_programme(donors=[named])
    assert 'href="/contact/"' in staff.get("/admin/office/office/1/change/").content.decode()
    assert (
        f"/donors/{named.slug}/" in staff.get(f"/admin/programmes/donor/{named.pk}/change/").content.decode()
    )
    assert (
        f"/donors/{unnamed.slug}/"
        not in staff.get(f"/admin/programmes/donor/{unnamed.pk}/change/").content.decode()
    )


def test_history_and_delete_pages_answer_for_every_kind_of_row(staff):
    (
        make_edition(),
        make_version(),
        make_figure(),
        make_page(),
        make_standard_text(),
        make_vacancy(),
        make_procurement_notice(),
        make_form(),
    )
    make_project(), make_donor(), make_counterpart(), make_place()
    for app, model in (*ROWS, ("careers", "procurementnotice")):
        for row in apps.get_model(app, model).objects.all():
            assert staff.get(f"/admin/{app}/{model}/{row.pk}/history/").status_code == 200
            assert staff.get(f"/admin/{app}/{model}/{row.pk}/delete/").status_code == 200


def test_people_and_groups_are_kept_in_plain_forms(staff):
    form = filled(staff.get("/admin/auth/group/add/"), name="Editors of careers", permissions=[])
    assert staff.post("/admin/auth/group/add/", form).status_code == 302
    person = User.objects.create_user("colleague")
    address = f"/admin/auth/user/{person.pk}/change/"
    form = filled(staff.get(address), is_staff="on", groups=[Group.objects.get(name="Editors of careers").pk])
    response = staff.post(address, form)
    assert response.status_code == 302, errors(response)
    person.refresh_from_db()
    assert person.is_staff
    assert [group.name for group in person.groups.all()] == ["Editors of careers"]


@pytest.mark.parametrize(
    ("make", "make_another"),
    [
        (make_programme, make_programme),
        (make_vacancy, make_vacancy),
        (make_vacancy, make_procurement_notice),
        (make_procurement_notice, make_vacancy),
    ],
)
def test_an_address_that_leads_to_something_else_is_not_given_to_another(staff, make, make_another):
    renamed, another = make(slug="driver"), make_another(slug="another")
    assert send(staff, renamed, slug="driver-2026").status_code == 302
    response = send(staff, another, slug="driver")
    assert errors(response) == {
        "slug": ["Another page had this address once, and old links lead to it. Choose another."]
    }
    assert send(staff, renamed, slug="driver").status_code == 302


def test_an_address_of_one_kind_of_page_is_free_for_another_kind(staff):
    assert send(staff, make_programme(slug="health"), slug="migration-health").status_code == 302
    assert send(staff, make_vacancy(slug="another"), slug="health").status_code == 302


def test_the_address_of_a_notice_is_kept_in_small_letters(staff):
    vacancy = make_vacancy(slug="driver")
    assert send(staff, vacancy, slug="Driver-2026").status_code == 302
    for address in ("/n/Driver-2026", "/n/driver-2026"):
        assert staff.get(address)["Location"] == "/careers/vacancies/driver-2026/"


def test_what_nobody_sees_is_left_out_of_what_was_typed_or_pasted(staff):
    programme = make_programme(state="draft")
    address = f"/admin/programmes/programme/{programme.pk}/change/"
    given = {
        "title_en": "A\x01 good\x0bdriver\ufffe\x7f",
        "summary_en": "One\x0bline.\x1f Another\uffff.",
        "body_en": "<p>Wor\x02ds</p>",
    }
    response = staff.post(address, filled(staff.get(address), **given))
    assert response.status_code == 302, errors(response)
    programme.refresh_from_db()
    assert programme.title_en == "A good driver"
    assert programme.summary_en == "One\nline. Another."
    assert programme.body_en == "<p>Words</p>"
