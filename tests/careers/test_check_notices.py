"""Is this notice real? Finding the notice that a text is about, in the database."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from careers.verification.matching import NoticeQuery
from careers.verification.notices import FoundNotices, NoticeVerdict, find_notices
from tests.helpers.factories import make_former_address, make_procurement_notice, make_vacancy

pytestmark = pytest.mark.django_db

DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)
LAO_TITLE = "ພະນັກງານຂັບລົດ ແຂວງສະຫວັນນະເຂດ"


def answer(text: str, at: datetime.datetime | None = None) -> FoundNotices:
    return find_notices(NoticeQuery(text), at or timezone.now())


def verdict(text: str, at: datetime.datetime | None = None) -> NoticeVerdict:
    return answer(text, at).verdict


def verdicts(texts: list[str]) -> dict[str, NoticeVerdict]:
    return {text: verdict(text) for text in texts}


# --- What the database finds ------------------------------------------------------------------


def test_a_reference_is_found_however_it_is_typed():
    make_vacancy(title_en="Project Assistant", reference="CFCV-2021.51/A")
    texts = ["cfcv-2021.51/a", "CFCV 2021 51 A", "CFCV202151A", "Ref: (CFCV-2021.51/A)", "CFCV໒໐໒໑.໕໑ A"]
    assert verdicts(texts) == dict.fromkeys(texts, NoticeVerdict.OPEN)
    assert verdict("CFCV-2021.52/A") == NoticeVerdict.UNKNOWN


def test_a_title_is_found_however_it_is_typed():
    make_vacancy(title_en="Projéct Assistant – Women's Health & Migration (Division)")
    texts = [
        "Projéct Assistant – Women's Health & Migration (Division)",
        "project assistant womens health migration division",
        "ProjectAssistant WomensHealthMigrationDivision",
        "Vacancy: Project Assistant, Women’s Health Migration",
    ]
    assert verdicts(texts) == dict.fromkeys(texts, NoticeVerdict.OPEN)
    assert verdict("Health migration") == NoticeVerdict.SIMILAR


def test_a_title_in_lao_is_found_with_and_without_spaces_in_either_field():
    texts = [LAO_TITLE, LAO_TITLE.replace(" ", ""), f"ປະກາດຮັບສະໝັກ{LAO_TITLE}", f"ຮັບສະຫມັກ: {LAO_TITLE}"]
    for field in ("title_lo", "title_en"):
        vacancy = make_vacancy(**{"title_en": "Driver", field: LAO_TITLE})
        assert verdicts(texts) == dict.fromkeys(texts, NoticeVerdict.OPEN)
        assert verdict("ພະນັກງານ") == NoticeVerdict.SIMILAR
        vacancy.delete()


def test_lao_is_found_however_a_keyboard_writes_its_vowels():
    texts = ["ທີ່ປຶກສາດ້ານນ້ຳສະອາດ", "ທີ່ປຶກສາ ດ້ານນໍ້າສະອາດ"]
    # One sign, the tone mark last, the tone mark first.
    for title in ("ທີ່ປຶກສາດ້ານນ້ຳສະອາດ", "ທີ່ປຶກສາດ້ານນໍ້າສະອາດ", "ທີ່ປຶກສາດ້ານນ້ໍາສະອາດ"):
        vacancy = make_vacancy(title_en="Water consultant", title_lo=title)
        assert verdicts(texts) == dict.fromkeys(texts, NoticeVerdict.OPEN)
        vacancy.delete()


def test_signs_that_mean_something_to_a_database_mean_nothing_here():
    make_vacancy(title_en="Driver and clerk")
    for text in ("%%%", "dri%clerk", "d_iver and clerk", "\\\\\\", "' OR 1=1 --", "driver'; --"):
        assert verdict(text) not in (NoticeVerdict.OPEN, NoticeVerdict.CLOSED), text


def test_addresses_of_a_notice_are_found_its_former_one_too():
    make_former_address(make_vacancy(slug="driver", title_en="Driver"), "old-driver")
    make_procurement_notice(slug="tents", title_en="Supply of tents")
    texts = [
        "http://testserver/n/driver", "/n/Driver", "http://testserver/n/old-driver", "/n/tents",
        "/careers/procurement/tents/", "Driver http://testserver/n/driver",
    ]  # fmt: skip
    assert verdicts(texts) == dict.fromkeys(texts, NoticeVerdict.OPEN)
    assert verdict("Senior finance officer http://testserver/n/driver") == NoticeVerdict.SIMILAR
    assert verdict("https://example.org/n/driver") == NoticeVerdict.UNKNOWN
    assert verdict("http://testserver/n/nothing") == NoticeVerdict.UNKNOWN


def test_the_exact_title_is_found_among_many_like_it():
    for number in range(40):
        make_vacancy(title_en=f"Project assistant district {number}")
    found = answer("Project assistant district 37")
    assert [notice.title for notice in found.notices] == ["Project assistant district 37"]


def test_of_many_notices_a_few_are_read():
    closings = [DEADLINE - number * SECOND for number in range(300)]
    for kind, name in ((Vacancy, "Assistant"), (ProcurementNotice, "Supply")):
        kind.objects.bulk_create(
            kind(slug=f"{name}-{n}".lower(), title_en=f"{name} number {n}", reference=f"VN{n}.2026",
                 closes_at=closing, state="published")
            for n, closing in enumerate(closings)
        )  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        found = answer("VN211.2026 Assistant number 211", DEADLINE + DAY)
    assert [notice.slug for notice in found.notices] == ["assistant-211"]
    of_notices = [query["sql"] for query in queries if 'FROM "careers_' in query["sql"]]
    assert len(of_notices) == 8
    assert all(sql.endswith("LIMIT 11") for sql in of_notices)


# --- What is answered -------------------------------------------------------------------------


def test_a_notice_turns_from_unknown_to_open_to_closed_at_its_moments():
    make_vacancy(title_en="Driver and clerk", publish_from=DEADLINE - DAY, closes_at=DEADLINE)
    moments = [DEADLINE - DAY - SECOND, DEADLINE - DAY, DEADLINE - SECOND, DEADLINE]
    assert [verdict("driver and clerk", at) for at in moments] == [
        NoticeVerdict.UNKNOWN, NoticeVerdict.OPEN, NoticeVerdict.OPEN, NoticeVerdict.CLOSED,
    ]  # fmt: skip


def test_what_is_not_public_is_unknown_and_its_public_twin_is_not():
    for hidden in ({"state": "draft"}, {"state": "withdrawn"}, {"publish_from": DEADLINE + DAY}):
        make_vacancy(title_en="Secret tent keeper", reference="VN2026.07", **hidden)
        make_procurement_notice(title_en="Secret tent keeper", reference="VN2026.07", **hidden)
    make_vacancy(slug="known", title_en="Known tent keeper", reference="VN2026.08")
    for text in ("VN2026.07", "Secret", "VN2026.07 Secret"):
        assert answer(text, DEADLINE) == FoundNotices(NoticeVerdict.UNKNOWN)
    assert [notice.slug for notice in answer("Secret tent keeper", DEADLINE).notices] == ["known"]
    for text in ("VN2026.08", "/n/known", "Known tent keeper"):
        assert verdict(text, DEADLINE) == NoticeVerdict.OPEN


def test_what_the_office_withdrew_says_so_and_why_and_names_no_notice():
    cook = make_vacancy(slug="cook", title_en="Cook for the guest house", reference="VN2026.08")
    make_former_address(cook, "chef")
    cook.state, cook.withdrawal_reason_en = "withdrawn", "The budget was cut."
    cook.save()
    for text in (
        "/n/cook", "http://testserver/n/cook", "/n/chef", "VN2026.08", cook.title, f"VN2026.08 {cook.title}"
    ):  # fmt: skip
        assert answer(text) == FoundNotices(NoticeVerdict.WITHDRAWN, withdrawn=cook), text
    for near in ("Guest", "VN2026.09", "/n/cooks", "VN2026.08 Senior accountant"):
        assert verdict(near) != NoticeVerdict.WITHDRAWN, near
    make_vacancy(title_en=cook.title)
    assert verdict(cook.title) == NoticeVerdict.OPEN


def test_several_notices_of_one_title_are_given_latest_closing_first_and_ten_at_most():
    for days in range(7):
        make_vacancy(title_en="Project driver", closes_at=DEADLINE + days * DAY)
        make_procurement_notice(title_en="Project driver", closes_at=DEADLINE - days * DAY)
    found = answer("project driver", DEADLINE)
    assert (found.verdict, found.has_more, len(found.notices)) == (NoticeVerdict.SIMILAR, True, 10)
    closings = [notice.closes_at for notice in found.notices]
    assert closings == sorted(closings, reverse=True)
