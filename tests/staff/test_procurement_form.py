"""A whole procurement notice as staff write it: every field, documents, answers, awards."""

import datetime
import re

from django.contrib.auth.models import Permission

from careers.models.notice import Notice
from careers.models.procurement import ProcurementNotice
from iomlaos.publishing.models import Revision
from tests.helpers.admin import address_of, make_colleague, post
from tests.helpers.factories import (
    make_award,
    make_bidding_document,
    make_clarification,
    make_procurement_notice,
    make_vacancy,
    upload,
)
from tests.helpers.forms import errors, fill_form
from tests.helpers.pages import read
from tests.helpers.uploads import office, on_disk, pdf

ADD = "/admin/careers/procurementnotice/add/"
OPEN = Notice.closing_moment(datetime.date(2026, 6, 30))
PAST = Notice.closing_moment(datetime.date(2026, 5, 20))


def send(staff, notice, **given):
    """`given` with files among it, which a filled form has not. What visitors know is published."""
    files = {name: value for name, value in given.items() if hasattr(value, "read")}
    typed = {name: value for name, value in given.items() if name not in files}
    return post(staff, notice, fill_form(staff.get(address_of(notice)), **typed) | files)


def row(rows: str, number: int, **given) -> dict:
    """A further row of an inline."""
    return {f"{rows}-TOTAL_FORMS": str(number + 1)} | {
        f"{rows}-{number}-{name}": it for name, it in given.items()
    }


def document(number: int, **given) -> dict:
    return row("documents", number, **{"language": "en"} | given)


def test_every_field_of_a_draft_is_saved_and_read_back_with_its_first_document(clock, staff):
    given = {
        "title_en": "Office furniture", "slug": "office-furniture", "reference": "RFQ-3", "method": "rfq",
        "closing_date": "20 May 2026", "closing_hour": "17:00", "posted_on": "1 May 2026",
        "clarifications_until": "17 May 2026 12:00", "pre_bid_at": "10 May 2026 09:00", "pre_bid_place_en": "UN House",
        "body_en": "<p>Twelve desks.</p>", "delivery_place_en": "Vientiane", "currency": "USD",
        "submission_email": "bids@example.org", "submission_link": "https://example.org/bid",
        "submission_address_en": "UN House\r\nVientiane", "contact_en": "The Procurement unit",
        "what_next_en": "<p>Offers are opened.</p>", "results_expected_by": "1 July 2026",
        "outcome": "re-advertised", "outcome_note_en": "No offer.",
        "readvertised_as": str(make_procurement_notice().pk),
        "information_date": "May 2026", "review_due": "1 September 2026", "reviewed_on": "30 May 2026",
    }  # fmt: skip
    rich = {"body_lo", "what_next_lo"}
    offered = {
        name
        for name in fill_form(staff.get(ADD))
        if not name.startswith(("csrf", "initial-", "documents-", "_"))
    }
    lao = {name for name in offered if name.endswith("_lo")}
    assert offered == {*given, *lao} - {"outcome", "outcome_note_en", "readvertised_as"}
    given |= {name: "<p>ລາວ</p>" if name in rich else "ລາວ" for name in lao}
    terms = document(
        0, title_en="Terms of reference", title_lo="ເງື່ອນໄຂ", language="en-lo", dated="May 2026",
        address="https://example.org/tor",
    )  # fmt: skip
    response = staff.post(ADD, fill_form(staff.get(ADD), **given, **terms))
    assert response.status_code == 302, errors(response)
    draft = ProcurementNotice.objects.get(slug="office-furniture")
    kept = fill_form(staff.get(address_of(draft)))
    given |= {name: value for name, value in terms.items() if "TOTAL" not in name}
    assert {name: kept[name] for name in given} == {name: [value] for name, value in given.items()}
    assert draft.pre_bid_at == datetime.datetime(2026, 5, 10, 2, 0, tzinfo=datetime.UTC)
    assert read(staff, "/careers/procurement/office-furniture/").status == 404


def test_saving_a_notice_as_it_stands_changes_nothing_of_it_or_of_what_it_owns(clock, staff):
    notice = make_procurement_notice(
        closes_at=PAST, outcome="awarded", currency="USD", information_date="2026-05-01"
    )
    owned = [
        make_bidding_document(notice=notice), make_clarification(notice=notice),
        make_award(notice=notice, value="1000.50", currency="USD"),
    ]  # fmt: skip
    before = [type(each).objects.values().get(pk=each.pk) for each in owned]
    assert send(staff, notice).status_code == 302
    assert not Revision.objects.of(notice).waiting().exists()
    assert [type(each).objects.values().get(pk=each.pk) for each in owned] == before
    notice.refresh_from_db()
    assert notice.information_date.iso == "2026-05-01"


def test_what_does_not_fit_is_said_beside_its_field(clock, staff):
    make_vacancy(slug="driver")
    notice = make_procurement_notice(closes_at=OPEN)
    form = fill_form(staff.get(address_of(notice)))
    for given in (
        {"clarifications_until": "2026-07-01T09:00"},
        {"pre_bid_at": "2026-07-01T09:00"},
        {"currency": "usd"},
        {"slug": "awards"},
        # Short addresses are shared by all kinds of notices.
        {"slug": "driver"},
    ):
        assert list(errors(staff.post(address_of(notice), form | given))) == list(given)


# --- Documents --------------------------------------------------------------------------------


def test_documents_are_uploaded_each_under_its_title_and_visitors_read_them(clock, staff):
    notice = make_procurement_notice(closes_at=OPEN)
    response = send(
        staff, notice, **document(0, title_en="Terms of reference", file=upload("ToR v3.pdf", pdf(3)))
    )
    assert response.status_code == 302, errors(response)
    # A second of the same language, without a date either.
    response = send(
        staff, notice, **document(1, title_en="Offer form", file=upload("form.docx", office("docx")))
    )
    assert response.status_code == 302, errors(response)
    form, terms = notice.documents.all()
    assert (terms.filename, terms.pages, form.title) == ("ToR v3.pdf", 3, "Offer form")
    page = read(staff, notice.get_absolute_url())
    assert "Terms of reference" in page
    assert "Offer form" in page
    assert len(on_disk()) == 2


def test_several_files_at_once_make_a_row_each_in_their_order_and_named_by_their_file(clock, staff):
    notice = make_procurement_notice(closes_at=OPEN)
    make_bidding_document(notice=notice, title_en="Offer form", position=1)
    files = [upload("Terms_of-reference.pdf", pdf(3)), upload("price list.lao.docx", office("docx"))]
    form = fill_form(staff.get(address_of(notice))) | {"documents-add": files}
    response = post(staff, notice, form)
    assert response.status_code == 302, errors(response)
    assert [(row.title, row.language, row.filename, row.position) for row in notice.documents.all()][1:] == [
        ("Terms of reference", "en", "Terms_of-reference.pdf", 2),
        ("price list lao", "lo", "price list.lao.docx", 3),
    ]
    words = read(staff, notice.get_absolute_url()).text
    assert re.findall("Offer form|Terms of reference|price list lao", words)[:3] == [
        "Offer form", "Terms of reference", "price list lao",
    ]  # fmt: skip


def test_a_file_that_is_refused_among_several_is_a_row_and_its_section_says_why(clock, staff):
    notice = make_procurement_notice(closes_at=OPEN)
    files = [upload("terms.pdf", pdf()), upload("notes.txt", b"Notes")]
    form = fill_form(staff.get(address_of(notice))) | {"documents-add": files}
    response = staff.post(address_of(notice), form)
    assert list(errors(response)) == ["file"]
    assert [section.title for section in response.context["sections"] if section.errors] == ["Files"]
    again = fill_form(response)
    assert (again["documents-0-title_en"], again["documents-1-title_en"]) == (["terms"], ["notes"])
    assert "“terms.pdf” was not kept." in response.content.decode()
    assert on_disk() == []


def test_a_document_needs_a_title_and_a_file_or_an_address(clock, staff):
    notice = make_procurement_notice(closes_at=OPEN)
    form = fill_form(staff.get(address_of(notice)))
    for given, field in (
        ({"dated": "2026", "address": "https://example.org/a"}, "title_en"),
        ({"title_en": "ToR"}, ""),
    ):
        assert list(errors(staff.post(address_of(notice), form | document(0, **given)))) == [field]


def test_a_document_is_not_given_to_staff_who_may_not_see_the_notice(clock, client, db):
    person = make_colleague("view_vacancy", "change_vacancy")
    client.force_login(person)
    document = make_bidding_document(file=upload("ToR.pdf", pdf()))
    address = f"/admin/careers/procurementnotice/files/{document.public_id}/"
    assert client.get(address).status_code == 403
    person.user_permissions.set(Permission.objects.filter(codename="view_procurementnotice"))
    assert client.get(address).status_code == 200


# --- Questions, answers, awards ---------------------------------------------------------------


def test_questions_and_awards_have_their_place_once_visitors_have_seen_the_notice(clock, staff):
    def inlines(address) -> list[str]:
        return [
            name.removesuffix("-TOTAL_FORMS")
            for name in fill_form(staff.get(address))
            if name.endswith("-TOTAL_FORMS")
        ]

    assert inlines(ADD) == ["documents"]
    assert inlines(address_of(make_procurement_notice(state="draft"))) == ["documents"]
    notice = make_procurement_notice(closes_at=OPEN)
    assert inlines(address_of(notice)) == ["documents", "clarifications", "amendments"]
    closed = make_procurement_notice(closes_at=PAST)
    assert inlines(address_of(closed)) == ["documents", "clarifications", "amendments", "awards"]
    outcome = staff.get(address_of(closed)).context["sections"][-1]
    assert (outcome.title, [rows.formset.prefix for rows in outcome.formsets]) == ("Outcome", ["awards"])


def test_a_question_is_public_once_it_is_answered(clock, staff):
    notice = make_procurement_notice(closes_at=OPEN)
    question = row("clarifications", 0, question_en="May the desks be blue?", question_lo="ສີຟ້າ?")
    assert send(staff, notice, **question).status_code == 302
    assert "May the desks be blue?" not in read(staff, notice.get_absolute_url())
    assert send(staff, notice, **{"clarifications-0-answer_en": "They may."}).status_code == 302
    assert "May the desks be blue?" in read(staff, notice.get_absolute_url())
    asked = notice.clarifications.get()
    assert (asked.answer, asked.question_lo) == ("They may.", "ສີຟ້າ?")
    assert asked.first_published_at == datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)


def test_an_award_is_given_with_the_outcome_and_public_with_it(clock, staff):
    notice = make_procurement_notice(closes_at=PAST)
    award = row(
        "awards",
        0,
        supplier="A supplier",
        lot="Desks",
        value="1000.50",
        currency="USD",
        awarded_on="2026-05-25",
    )
    assert send(staff, notice, **award).status_code == 302
    assert "A supplier" not in read(staff, notice.get_absolute_url())
    assert send(staff, notice, outcome="awarded").status_code == 302
    page = read(staff, notice.get_absolute_url())
    assert "A supplier" in page
    assert "Awarded" in page


def test_an_award_of_no_known_value_is_refused(clock, staff):
    notice = make_procurement_notice(closes_at=PAST)
    form = fill_form(staff.get(address_of(notice)))
    for given, field in (
        ({"value": "1000", "currency": ""}, ""),
        ({"value": "-1", "currency": "USD"}, ""),
        ({"value": "much", "currency": "dollars"}, ("value", "currency")),
    ):
        response = staff.post(address_of(notice), form | row("awards", 0, supplier="A supplier", **given))
        assert set(errors(response)) == {*([field] if isinstance(field, str) else field)}, given
    assert not notice.awards.exists()


def test_owned_rows_make_the_notice_newer_and_are_deleted_with_a_tick(clock, staff):
    notice = make_procurement_notice(information_date="2026-01", closes_at=OPEN)
    make_clarification(notice=notice)
    assert send(staff, notice, **{"clarifications-0-DELETE": "on"}).status_code == 302
    assert not notice.clarifications.exists()
    notice.refresh_from_db()
    assert notice.information_date.iso == "2026-06-01"
