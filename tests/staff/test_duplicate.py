"""What is there already is the beginning of a new draft: its words, and nothing that was its own."""

import datetime

import pytest
from django.test import Client

from careers.models.vacancy import Vacancy
from iomlaos.office.models import Page
from iomlaos.publishing.models import Revision
from programmes.models import Document, Project
from tests.helpers.admin import person
from tests.helpers.factories import (
    make_amendment,
    make_award,
    make_bidding_document,
    make_clarification,
    make_document,
    make_document_version,
    make_donor,
    make_form,
    make_former_address,
    make_page,
    make_place,
    make_procurement_notice,
    make_programme,
    make_project,
    make_vacancy,
    make_version,
)
from tests.helpers.forms import errors, fill_form
from tests.helpers.pages import text_of

pytestmark = pytest.mark.django_db

PAST = datetime.datetime(2021, 1, 9, 17, tzinfo=datetime.UTC)


def address_of(row) -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/"


def copied(client, row):
    """The form of the copy, by the link in the form of what is copied."""
    copy = f"{address_of(row)}add/?copy_of={row.pk}"
    assert f'<a href="{copy}">' in client.get(f"{address_of(row)}{row.pk}/change/").content.decode()
    response = client.get(copy)
    assert response.status_code == 200
    return response


def saved(client, row, **given):
    response = client.post(f"{address_of(row)}add/?copy_of={row.pk}", fill_form(copied(client, row), **given))
    assert response.status_code == 302, errors(response)
    return type(row).objects.exclude(pk=row.pk).get()


@pytest.fixture
def vacancy() -> Vacancy:
    form = make_form()
    vacancy = make_vacancy(
        slug="driver", title_en="Driver", title_lo="ຄົນຂັບລົດ", reference="VN 2021/1", grade="G2", closes_at=PAST,
        body_en="<p>To drive.</p>", body_lo="<p>ຂັບລົດ</p>", duty_station=make_place(), form=form,
        form_version=make_version(form=form), starts_en="1 March 2021", posted_on="2020-12-20",
        submission_email="jobs@example.org", outcome="filled", outcome_note_en="A driver was found.",
        results_expected_by="2021-02-01", review_due="2021-03-01",
    )  # fmt: skip
    make_amendment(vacancy)
    return vacancy


def test_a_closed_vacancy_is_the_beginning_of_a_new_draft(clock, staff, vacancy):
    copy = saved(staff, vacancy, closing_date="2026-07-31")
    for name in (
        "title_en", "title_lo", "grade", "body_en", "body_lo", "duty_station", "form", "submission_email",
    ):  # fmt: skip
        assert getattr(copy, name) == getattr(vacancy, name), name
    for name in ("reference", "outcome", "outcome_note_en", "starts_en"):
        assert not getattr(copy, name), name
    for name in (
        "posted_on",
        "results_expected_by",
        "review_due",
        "form_version",
        "publish_from",
        "first_published_at",
    ):
        assert getattr(copy, name) is None, name
    assert (copy.slug, copy.state, copy.closing_day) == ("driver-2", "draft", datetime.date(2026, 7, 31))
    assert not copy.amendments.exists()
    assert copy.information_date.iso == "2026-06-01"
    [state] = Revision.objects.of(copy).states()
    assert state.by_name == "staff"
    assert "Driver · VN 2021/1" in state.note
    before = vacancy.updated_at
    vacancy.refresh_from_db()
    assert (vacancy.updated_at, vacancy.reference) == (before, "VN 2021/1")


def test_a_copy_says_what_to_fill_in_and_is_stored_once_it_is_saved(staff, vacancy):
    form = copied(staff, vacancy)
    for words in ("Driver", "closing date, reference and posted on"):
        assert words in text_of(form)
    response = staff.post(f"/admin/careers/vacancy/add/?copy_of={vacancy.pk}", fill_form(form))
    assert list(errors(response)) == ["closing_date"]
    assert fill_form(response)["body_en"] == ["<p>To drive.</p>"]
    assert Vacancy.objects.count() == 1


def test_a_tender_is_copied_without_what_happened_to_it(staff):
    notice = make_procurement_notice(
        slug="desks", title_en="Desks", reference="RFQ 1", closes_at=PAST, method="rfq", currency="USD",
        delivery_place_en="Vientiane", clarifications_until=PAST, outcome="awarded",
    )  # fmt: skip
    make_bidding_document(notice=notice), make_clarification(notice=notice), make_award(notice=notice)
    copy = saved(staff, notice, closing_date="2030-07-31")
    assert (copy.method, copy.currency, copy.delivery_place_en) == ("rfq", "USD", "Vientiane")
    assert (copy.slug, copy.reference, copy.outcome, copy.clarifications_until) == ("desks-2", "", "", None)
    for owned in ("documents", "clarifications", "awards", "amendments"):
        assert not getattr(copy, owned).exists()
        assert owned == "amendments" or getattr(notice, owned).exists()


def test_projects_documents_and_pages_are_copied_without_what_is_their_own(staff):
    programme, donor = make_programme(), make_donor()
    project = make_project(
        slug="promise", programme=programme, donors=[donor], body_en="<p>Words.</p>", starts="2018",
        iati_identifier="XM-DAC-1", budget=5, budget_currency="CHF",
    )  # fmt: skip
    document = make_document(slug="factsheet", kind="report", programme=programme, projects=[project])
    make_document_version(document=document)
    page = make_page(slug="faq", body_en="<p>Words.</p>", publish_until="2040-01-01T00:00Z")
    copy = saved(staff, project)
    assert (copy.slug, copy.programme, list(copy.donors.all()), copy.body_en) == (
        "promise-2", programme, [donor], "<p>Words.</p>",
    )  # fmt: skip
    assert (copy.starts, copy.iati_identifier, copy.budget) == (None, "", None)
    copy = saved(staff, document)
    assert (copy.kind, list(copy.projects.all()), list(copy.versions.all())) == ("report", [project], [])
    copy = saved(staff, page)
    assert (copy.slug, copy.body_en, copy.publish_until, copy.state) == (
        "faq-2",
        "<p>Words.</p>",
        None,
        "draft",
    )
    for model in (Project, Document, Page):
        assert model.objects.filter(state="published").count() == 1


def test_the_address_of_a_copy_is_one_that_nobody_has_or_had(staff, vacancy):
    make_vacancy(slug="driver-2")
    make_procurement_notice(slug="driver-3")
    make_former_address(vacancy, "driver-4")
    assert fill_form(copied(staff, vacancy))["slug"] == ["driver-5"]
    longest = make_vacancy(slug="d" * 80)
    assert fill_form(copied(staff, longest))["slug"] == [f"{'d' * 78}-2"]


def test_only_who_may_add_copies_and_what_is_not_there_is_not_copied(staff, vacancy):
    assert staff.get("/admin/careers/vacancy/add/?copy_of=999").status_code == 404
    assert staff.get("/admin/careers/vacancy/add/?copy_of=x").status_code == 404
    copy = f"/admin/careers/vacancy/add/?copy_of={vacancy.pk}"
    assert Client().get(copy).status_code == 302
    assert person("keo", "Procurement").get(copy).status_code == 403
