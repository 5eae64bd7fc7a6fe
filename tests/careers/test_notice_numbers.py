"""The number of a notice, and the short address with it: one sequence over jobs and tenders."""

from importlib import import_module

import pytest
from django.apps import apps

from careers.exports.share import ShareLinks
from careers.models.notice_number import NoticeNumber
from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from tests.helpers.factories import make_procurement_notice, make_vacancy

#: Four at once, of both kinds, in threads with a connection each. They are removed again.
AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
from tests.helpers.factories import make_procurement_notice, make_vacancy

def make(number):
    notice = (make_vacancy, make_procurement_notice)[number % 2](slug=f"at-once-{number}")
    connection.close()
    return notice

with ThreadPoolExecutor(4) as pool:
    notices = list(pool.map(make, range(20)))
print(*(notice.number for notice in notices))
for notice in notices:
    notice.delete()
last = make(20)
print(last.number)
last.delete()
"""


def short_address(notice) -> str:
    return ShareLinks(notice, notice.closes_at).address.removeprefix("http://testserver")


@pytest.mark.django_db
def test_jobs_and_tenders_are_numbered_in_one_sequence_and_found_by_their_number(client):
    notices = [make_vacancy(), make_procurement_notice(), make_vacancy()]
    first = notices[0].number
    assert [notice.number for notice in notices] == [first, first + 1, first + 2]
    for notice in notices:
        assert short_address(notice) == f"/n/{notice.number}"
        for address in (f"/n/{notice.number}", f"/n/{notice.number}/", f"/n/0{notice.number}"):
            response = client.get(address)
            assert (response.status_code, response["Location"]) == (302, notice.get_absolute_url())


@pytest.mark.django_db
def test_a_draft_has_no_number_until_it_is_published_and_keeps_it_whatever_comes(client):
    notice = make_vacancy(slug="driver", state="draft")
    assert (notice.number, short_address(notice)) == (None, "/n/driver")
    notice.state = "published"
    notice.save()
    number = Vacancy.objects.get().number
    assert number == notice.number
    for changes in ({"slug": "driver-2"}, {"state": "draft"}, {"state": "published"}):
        for name, value in changes.items():
            setattr(notice, name, value)
        notice.save()
        assert Vacancy.objects.get().number == number
    assert client.get(f"/n/{number}")["Location"] == "/careers/vacancies/driver-2/"


@pytest.mark.django_db
def test_a_number_answers_as_the_page_of_its_notice_and_says_nothing_of_what_nobody_saw(client):
    withdrawn = make_vacancy()
    withdrawn.state, withdrawn.withdrawal_reason_en = "withdrawn", "The post was cut."
    withdrawn.save()
    again_a_draft = make_vacancy()
    again_a_draft.state = "draft"
    again_a_draft.save()
    later = make_procurement_notice(publish_from=make_vacancy().closes_at)
    # A number that was given by the migration.
    drafts = [make_vacancy(state=state) for state in ("draft", "withdrawn")]
    for draft in drafts:
        Vacancy.objects.filter(pk=draft.pk).update(number=NoticeNumber.objects.create().pk)
        draft.refresh_from_db()
    gone = client.get(f"/n/{withdrawn.number}")
    assert gone.status_code == 410
    assert "The post was cut." in gone.content.decode()
    nothing = client.get("/n/987654321")
    assert nothing.status_code == 404
    for hidden in (again_a_draft, later, *drafts):
        response = client.get(f"/n/{hidden.number}")
        assert response.status_code == 404
        assert response.content == nothing.content.replace(b"987654321", str(hidden.number).encode())
    assert client.get(f"/n/{10**30}").status_code == 404


@pytest.mark.django_db
def test_the_number_of_a_deleted_notice_is_given_to_no_other(client):
    make_vacancy()
    last = make_vacancy()
    number = last.number
    last.delete()
    assert make_procurement_notice().number == number + 1
    assert client.get(f"/n/{number}").status_code == 404


def test_notices_that_are_published_at_once_get_numbers_of_their_own(server):
    done = server.manage("shell", "--verbosity", "0", "-c", AT_ONCE)
    assert done.returncode == 0, done.stderr
    *numbers, next_number = map(int, done.stdout.split())
    assert len(set(numbers)) == 20
    assert next_number > max(numbers)


@pytest.mark.django_db
def test_notices_that_were_there_before_are_numbered_in_the_order_in_which_they_were_created():
    notices = [make_vacancy(), make_procurement_notice(), make_vacancy(), make_procurement_notice()]
    for kind in (Vacancy, ProcurementNotice):
        kind.objects.update(number=None)
    NoticeNumber.objects.all().delete()
    # The one that was made last is the oldest.
    ProcurementNotice.objects.filter(pk=notices[-1].pk).update(created_at="2020-01-01T00:00Z")
    import_module("careers.migrations.0003_notice_number").number_notices(apps, None)
    for notice in notices:
        notice.refresh_from_db()
    last = notices.pop()
    assert [notice.number for notice in notices] == [last.number + step for step in (1, 2, 3)]
    assert make_vacancy().number == last.number + 4


@pytest.mark.django_db
def test_staff_find_a_notice_by_its_number_and_no_address_is_a_number(admin_client):
    driver = make_vacancy(title_en="Driver", slug="driver")
    cook = make_vacancy(title_en="Cook", slug="cook")
    page = admin_client.get(f"/admin/careers/vacancy/?q={driver.number}").content.decode()
    assert "Driver" in page
    assert "Cook" not in page
    cook.slug = "2026"
    with pytest.raises(Exception, match="Digits alone are the number of a notice"):
        cook.full_clean()
