"""What a form with a draft, and its publication, cost the database: a budget for each kind of page."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.helpers import factories as make
from tests.helpers.admin import address_of
from tests.helpers.drafts import save_draft
from tests.helpers.uploads import pdf

#: Of a form that is opened, and of the step that publishes a draft.
FORM, PUBLISH = 25, 40


def programme_with_figures_and_donors():
    programme = make.make_programme(donors=[make.make_donor() for _ in range(4)])
    for number in range(5):
        make.make_figure(programme=programme, value=str(number))
    return programme


def tender_with_nine_documents():
    tender = make.make_procurement_notice(body_en="<p>What is bought.</p>")
    for number in range(9):
        name = f"Annex {number}"
        make.make_bidding_document(notice=tender, title_en=name, file=make.upload(f"{number}.pdf", pdf()))
    make.make_clarification(notice=tender)
    return tender


def vacancy_with_amendments():
    form = make.make_form()
    vacancy = make.make_vacancy(
        duty_station=make.make_place(),
        form=form,
        form_version=make.make_version(form=form),
        body_en="<p>What one does.</p>",
    )
    for _ in range(3):
        make.make_amendment(vacancy)
    return vacancy


KINDS = [
    programme_with_figures_and_donors, tender_with_nine_documents, vacancy_with_amendments,
    make.make_project, make.make_document, make.make_page, make.make_form,
]  # fmt: skip


def count(record, what: str, budget: int, run) -> None:
    with CaptureQueriesContext(connection) as queries:
        run()
    statements = [re.sub(r"SELECT .{60,}? FROM", "SELECT … FROM", query["sql"])[:300] for query in queries]
    print(f"{record._meta.model_name}: {what}: {len(queries)} queries of {budget}")  # noqa: T201
    assert len(queries) <= budget, "\n".join(statements)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_form_with_a_draft_opens_and_the_draft_is_published_within_their_budgets(staff, kind):
    record = kind()
    save_draft(staff, record, title_en="Another title")
    count(record, "form", FORM, lambda: staff.get(address_of(record)))

    address = address_of(record, "publish/")
    page = staff.get(address)
    form = {"_source": page.context["source"], "_current": page.context["current"]}
    form |= {"when": "now", "anyway": "1"}

    def publish():
        assert staff.post(address, form).status_code == 302

    count(record, "publication", PUBLISH, publish)
    record.refresh_from_db()
    assert record.title_en == "Another title"
