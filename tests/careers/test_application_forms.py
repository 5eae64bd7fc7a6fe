"""The application forms with their versions, on their own page and on a notice."""

import pytest

from iomlaos.publishing.dates import PartialDate
from tests.helpers.factories import make_contact_point, make_form, make_vacancy, make_version, upload
from tests.helpers.pages import count_queries, read
from tests.helpers.uploads import pdf, picture

pytestmark = pytest.mark.django_db


def dated(form, date: str, **given):
    """A version with a file of its own."""
    given.setdefault("file", upload("form.pdf", pdf(pages=2)))
    return make_version(form=form, dated=PartialDate.parse(date), **given)


def on_a_notice(client, **given) -> str:
    """The steps of applying on the page of a notice."""
    make_vacancy(slug="driver", **given)
    page = client.get("/careers/vacancies/driver/").content.decode()
    return page.partition('<h2 id="apply">')[2].partition("</section>")[0]


def test_a_version_stands_with_date_language_type_size_and_pages(client):
    form = make_form(title_en="Personal History Form")
    dated(form, "2026-05-03")
    dated(form, "2026-05", language="lo", file=upload("form.png", picture("PNG")))
    page = read(client, "/careers/forms/")
    assert "Personal History Form, English · PDF, " in page
    assert "· 2 pages · 3 May 2026" in page
    assert "Personal History Form, Lao · PNG, " in page
    assert "· May 2026" in page
    assert "Earlier versions" not in page


def test_an_earlier_version_says_by_which_and_when_it_was_replaced_and_can_still_be_fetched(client):
    form = make_form(title_en="History form")
    oldest, older, newest = (dated(form, date) for date in ("2019", "2021-01", "2026-05-03"))
    page = read(client, "/careers/forms/")
    before, after = page.text.split("Earlier versions")
    assert "3 May 2026" in before
    assert "replaced" not in before
    assert after.count("replaced by the one of 3 May 2026") == 2
    for version in (oldest, older, newest):
        assert version.get_absolute_url() in page.links
        assert client.get(version.get_absolute_url()).status_code == 200


def test_a_version_is_replaced_by_one_of_its_own_language_alone(client):
    form = make_form(title_en="History form")
    dated(form, "2021-01", language="lo")
    dated(form, "2026-05-03", language="en")
    page = read(client, "/careers/forms/")
    assert "History form, Lao" in page
    assert "replaced by" not in page
    dated(form, "2026-06", language="lo")
    assert "replaced by the one of June 2026" in read(client, "/careers/forms/")


def test_a_form_without_a_version_is_on_request(client):
    make_contact_point()
    make_form(title_en="History form")
    page = read(client, "/careers/forms/")
    assert "History form On request: +856.21 26 77 30" in page
    assert "tel:+85621267730" in page.links


def test_forms_that_are_not_live_are_not_listed_nor_their_files_served(client):
    for state, word in (("draft", "Hidden"), ("withdrawn", "Gone"), ("published", "Shown")):
        form = make_form(title_en=f"{word} form", state=state)
        for date in ("2021", "2026"):
            version = dated(form, date)
            assert client.get(version.get_absolute_url()).status_code == (200 if word == "Shown" else 404)
    page = read(client, "/careers/forms/")
    assert "Shown form" in page
    assert "Hidden" not in page
    assert "Gone" not in page


def test_the_page_costs_the_same_queries_for_one_version_and_for_many(client):
    def add(*dates: str) -> None:
        form = make_form()
        for date in dates:
            dated(form, date, file="", address="https://www.iom.int/a-form")

    add("2021")
    of_one = count_queries(client, "/careers/forms/")
    for _ in range(20):
        add("2019", "2020", "2021", "2026")
    assert count_queries(client, "/careers/forms/") == of_one


def test_a_notice_without_a_version_of_its_own_names_the_current_ones(client):
    form = make_form(title_en="History form")
    dated(form, "2021")
    newest, in_lao = dated(form, "2026-05-03"), dated(form, "2025", language="lo")
    said = on_a_notice(client, form=form)
    assert newest.get_absolute_url() in said
    assert in_lao.get_absolute_url() in said
    assert "2021" not in said
    assert "replaced" not in said


def test_a_notice_names_the_version_that_it_asks_for_and_says_when_it_was_replaced(client):
    form = make_form(title_en="History form")
    asked, newest = dated(form, "2021-01"), dated(form, "2026-05-03")
    dated(form, "2020", language="lo")
    said = on_a_notice(client, form=form, form_version=asked)
    assert "January 2021" in said
    assert asked.get_absolute_url() in said
    assert f'<a href="{newest.get_absolute_url()}">replaced by the one of 3 May 2026</a>' in said
    assert "Lao" not in said


def test_a_notice_that_asks_for_the_newest_version_says_nothing_of_replacing(client):
    form = make_form(title_en="History form")
    dated(form, "2021-01")
    said = on_a_notice(client, form=form, form_version=dated(form, "2026-05-03"))
    assert "3 May 2026" in said
    assert "replaced" not in said
    assert "January 2021" not in said


def test_a_notice_says_that_a_form_without_a_file_is_on_request_and_whom_to_call(client):
    make_contact_point()
    said = on_a_notice(client, form=make_form(title_en="History form"))
    step = said.partition("</li>")[0]
    assert "Fill in the History form." in step
    assert 'On request: <a class="unbroken" href="tel:+85621267730">' in step


def test_a_notice_says_nothing_of_a_form_that_is_not_live(client):
    form = make_form(title_en="History form", state="draft")
    said = on_a_notice(client, form=form, form_version=dated(form, "2026"))
    assert "Fill in" not in said
    assert "History form" not in said


def test_a_notice_costs_the_same_queries_for_one_version_of_its_form_and_for_many(client):
    form = make_form(title_en="History form")
    make_vacancy(slug="driver", form=form, form_version=dated(form, "2021-01"))
    dated(form, "2026-05-03")
    of_two = count_queries(client, "/careers/vacancies/driver/")
    for year in range(2000, 2020):
        dated(form, str(year))
    assert count_queries(client, "/careers/vacancies/driver/") == of_two
    assert "replaced by the one of 3 May 2026" in read(client, "/careers/vacancies/driver/")
