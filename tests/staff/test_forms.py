"""Every form of the admin: what it shows can be sent back, and what is typed into it is kept."""

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core import serializers

from iomlaos.office.models import Office
from iomlaos.publishing.dates import PartialDate
from iomlaos.publishing.models import Revision
from programmes.models import Document, Figure, Programme, Project
from tests.helpers.admin import address_of, confirm, post, send
from tests.helpers.drafts import public_page
from tests.helpers.factories import (
    make_contact_point,
    make_counterpart,
    make_document_version,
    make_donor,
    make_figure,
    make_page,
    make_place,
    make_procurement_notice,
    make_programme,
    make_project,
    make_standard_text,
    make_vacancy,
    make_version,
)
from tests.helpers.forms import errors, fill_form

ROWS = [
    ("programmes", "programme"), ("programmes", "project"), ("programmes", "figure"),
    ("programmes", "document"), ("programmes", "donor"), ("programmes", "counterpart"),
    ("careers", "vacancy"), ("careers", "applicationform"),
    ("office", "office"), ("office", "page"), ("office", "standardtext"), ("office", "place"),
]  # fmt: skip


def everything() -> dict[str, str]:
    """All content as text, without the time of the last change; an empty text and None are the same."""
    rows = [row for app, model in ROWS for row in apps.get_model(app, model).objects.order_by("pk")]
    fields = {field.name for row in rows for field in row._meta.get_fields()} - {"updated_at"}
    return {
        f"{row._meta.label} {row.pk}": serializers.serialize("json", [row], fields=fields)
        .replace("null", '""')
        .replace('\\n"', '"')
        for row in rows
    }


def test_the_fullest_and_the_barest_form_of_each_kind_saved_as_it_stands_changes_nothing(staff, seeded):
    before = everything()
    for app, model in ROWS:
        by_length = sorted(
            apps.get_model(app, model).objects.all(),
            key=lambda row: len(before[f"{row._meta.label} {row.pk}"]),
        )
        assert by_length, model
        for row in {by_length[0], by_length[-1]}:
            response = send(staff, row)
            assert response.status_code == 302, (row, errors(response))
    assert everything() == before
    assert not Revision.objects.waiting().exists()


def test_staff_add_a_programme_with_its_figures(staff):
    donor, counterpart, place = make_donor(), make_counterpart(), make_place()
    form = fill_form(
        staff.get("/admin/programmes/programme/add/"),
        title_en="Counter Trafficking", title_lo="ຕ້ານການຄ້າມະນຸດ", slug="counter-trafficking",
        summary_en="Help for people who were trafficked.", body_en="<h2>Why</h2><p>Because.</p>",
        since="2001", since_what_en="with the Government", order="3",
        donors=[donor.pk], counterparts=[counterpart.pk], places=[place.pk],
        **{"figures-0-value_en": "2,500", "figures-0-caption_en": "people supported", "figures-0-is_headline": "on"},
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
    assert public_page(programme).status == 404
    assert confirm(staff, programme).status_code == 302
    assert public_page(programme).status == 200


def test_staff_add_a_project(staff):
    programme = make_programme()
    form = fill_form(
        staff.get("/admin/programmes/project/add/"),
        title_en="A project", slug="a-project", programme=programme.pk, summary_en="What it is.",
        starts="July 2018", ends="28 February 2019", budget="1000.50", budget_currency="USD",
    )  # fmt: skip
    response = staff.post("/admin/programmes/project/add/", form)
    assert response.status_code == 302, errors(response)
    project = Project.objects.get(slug="a-project")
    assert (project.starts.iso, project.ends.iso, project.state) == ("2018-07", "2019-02-28", "draft")


def test_staff_add_a_document_with_an_address_elsewhere(staff):
    form = fill_form(
        staff.get("/admin/programmes/document/add/"), title_en="IBM Factsheet", slug="ibm", kind="factsheet",
        **{"versions-0-language": "en", "versions-0-dated": "May 2018", "versions-0-address": "publications.iom.int/ibm"},
    )  # fmt: skip
    response = staff.post("/admin/programmes/document/add/", form)
    assert response.status_code == 302, errors(response)
    version = Document.objects.get(slug="ibm").versions.get()
    assert version.address == "https://publications.iom.int/ibm"
    assert version.dated == PartialDate(2018, 5)


SMALLER = {
    "programmes/donor": {"name_en": "A fund", "slug": "a-fund", "kind": "fund"},
    "programmes/counterpart": {"name_en": "A ministry", "slug": "a-ministry", "kind": "ministry"},
    "programmes/figure": {"value_en": "7.3 million", "information_date": "2021"},
    "office/place": {"name_en": "Attapeu", "slug": "attapeu", "kind": "province", "iso_code": "LA-AT"},
    "office/page": {"title_en": "Feedback", "slug": "feedback", "body_en": "<p>Tell us.</p>"},
    "office/standardtext": {"title_en": "No fee", "slug": "no-fee", "body_en": "<p>None.</p>"},
    "careers/applicationform": {"title_en": "Personal History Form", "slug": "phf"},
}


def test_staff_add_the_smaller_things(staff):
    for kind, given in SMALLER.items():
        address = f"/admin/{kind}/add/"
        response = staff.post(address, fill_form(staff.get(address), **given, _confirm="1"))
        assert response.status_code == 302, (kind, errors(response))
        kept = {name: value for name, value in given.items() if name != "information_date"}
        assert apps.get_model(*kind.split("/")).objects.filter(**kept).exists(), kind


def test_the_office_is_one_form_with_its_numbers(staff):
    assert staff.get("/admin/office/office/").headers["Location"] == "/admin/office/office/add/"
    form = fill_form(
        staff.get("/admin/office/office/add/"), name_en="International Organization for Migration",
        short_name_en="IOM Lao PDR", introduction_en="In Vientiane.", postal_address_en="UN House\r\nVientiane",
        **{"contact_points-0-kind": "telephone", "contact_points-0-written": "+856.21 26 77 30"}, _confirm="1",
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


def test_owned_rows_are_changed_added_and_deleted_with_their_owner(staff):
    programme = make_programme()
    first, second = make_figure(programme=programme, order=1), make_figure(programme=programme, order=2)
    address = f"/admin/programmes/programme/{programme.pk}/change/"
    form = fill_form(
        staff.get(address),
        **{
            "figures-0-value_en": "11,098",
            "figures-1-DELETE": "on",
            "figures-2-value_en": "36",
            "figures-2-order": "3",
            "figures-TOTAL_FORMS": "3",
        },
    )
    assert post(staff, programme, form).status_code == 302
    assert [figure.value for figure in programme.figures.all()] == ["11,098", "36"]
    assert Figure.objects.filter(pk=first.pk).exists()
    assert not Figure.objects.filter(pk=second.pk).exists()


def test_one_figure_of_a_programme_is_its_headline_and_another_can_take_its_place(staff):
    programme = make_programme()
    make_figure(programme=programme, order=1, value="1", is_headline=True)
    make_figure(programme=programme, order=2, value="2")
    form = fill_form(staff.get(address_of(programme)))
    both = form | {"figures-1-is_headline": "on"}
    assert list(errors(staff.post(address_of(programme), both))) == ["is_headline"]
    form |= {"figures-1-is_headline": "on"}
    del form["figures-0-is_headline"]
    assert post(staff, programme, form).status_code == 302
    assert programme.figures.get(is_headline=True).value == "2"
    back = {"figures-0-is_headline": "on", "figures-1-is_headline": None}
    assert send(staff, programme, **back).status_code == 302
    assert programme.figures.get(is_headline=True).value == "1"


def test_a_text_is_stored_without_scripts_and_unseen_characters_and_tags_alone_are_no_text(staff):
    address = "/admin/programmes/programme/add/"
    form = fill_form(
        staff.get(address), title_en="A\x01 good\x0bdriver\ufffe\x7f", slug="p",
        summary_en="One\x0bline.\x1f Another\uffff.", body_en="<p> </p>",
    )  # fmt: skip
    assert list(errors(staff.post(address, form))) == ["body_en"]
    hostile = '<h2 onclick="x()">Wh\x02y</h2><script>alert(1)</script><p style="color:red">Text</p>'
    linked = hostile + '<p>Click <a href="javascript:alert(1)">here</a></p>'
    assert errors(staff.post(address, form | {"body_en": linked})) == {
        "body_en": ["The link “here” does not work: javascript:alert(1). Correct it or remove it."]
    }
    response = staff.post(address, form | {"body_en": hostile})
    assert response.status_code == 302, errors(response)
    programme = Programme.objects.get()
    assert (programme.title_en, programme.summary_en) == ("A good driver", "One\nline. Another.")
    assert "<h2>Why</h2>" in programme.body_en
    assert not [word for word in ("script", "onclick", "style", "alert") if word in programme.body_en]


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
    def offers(row, address: str) -> bool:
        return f'href="{address}"' in staff.get(address_of(row)).content.decode()

    live, draft = make_project(), make_project(state="draft")
    assert offers(live, f"/projects/{live.slug}/")
    assert not offers(draft, f"/projects/{draft.slug}/")
    named, unnamed = make_donor(), make_donor()
    make_programme(donors=[named])
    assert offers(named, f"/donors/{named.slug}/")
    assert not offers(unnamed, f"/donors/{unnamed.slug}/")
    assert offers(make_contact_point().office, "/contact/")


def test_the_history_page_answers_for_every_kind_of_record(staff):
    rows = [
        make_document_version().document, make_version().form, make_figure(), make_page(), make_standard_text(), make_vacancy(),
        make_procurement_notice(), make_programme(), make_project(), make_donor(), make_counterpart(), make_place(),
        make_contact_point().office,
    ]  # fmt: skip
    for row in rows:
        assert staff.get(address_of(row, "history/")).status_code == 200, row


def test_an_old_version_of_what_has_no_drafts_opens_with_its_date_and_is_restored_by_a_save(clock, staff):
    donor = make_donor(name_en="As it was")
    assert send(staff, donor, name_en="As it is").status_code == 302
    first = Revision.objects.of(donor).states().last()
    page = staff.get(f"{address_of(donor)}?version={first.pk}")
    assert "The form holds the version of 1 June 2026, 12:00." in page.content.decode()
    assert "The form holds" not in staff.get(address_of(donor)).content.decode()
    assert staff.post(address_of(donor), fill_form(page)).status_code == 302
    donor.refresh_from_db()
    assert donor.name_en == "As it was"


def test_people_and_roles_are_kept_in_plain_forms(staff):
    form = fill_form(staff.get("/admin/accounts/role/add/"), name="Editors of careers", permissions=[])
    assert staff.post("/admin/accounts/role/add/", form).status_code == 302
    person = User.objects.create_user("colleague")
    address = f"/admin/auth/user/{person.pk}/change/"
    form = fill_form(staff.get(address), groups=[Group.objects.get(name="Editors of careers").pk])
    response = staff.post(address, form)
    assert response.status_code == 302, errors(response)
    person.refresh_from_db()
    assert [group.name for group in person.groups.all()] == ["Editors of careers"]


def test_a_former_address_is_not_given_to_another_page_and_can_be_taken_back(staff):
    # Two programmes, and two kinds of notices, which share their short addresses.
    for make, make_another in ((make_programme, make_programme), (make_vacancy, make_procurement_notice)):
        renamed, another = make(slug="driver"), make_another(slug="another")
        assert send(staff, renamed, slug="driver-2026").status_code == 302
        assert list(errors(send(staff, another, slug="driver"))) == ["slug"]
        assert send(staff, renamed, slug="driver").status_code == 302


def test_a_former_address_is_free_for_another_kind_and_that_of_a_notice_is_kept_in_small_letters(staff):
    assert send(staff, make_programme(slug="driver"), slug="drivers").status_code == 302
    assert send(staff, make_vacancy(), slug="Driver").status_code == 302
    for address in ("/n/Driver", "/n/driver"):
        assert staff.get(address)["Location"] == "/careers/vacancies/driver/"
