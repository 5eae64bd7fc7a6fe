"""The log of publishing says what became public, changed or went, and nobody edits it."""

import pytest

from iomlaos.publishing.models import Happening
from tests.factories import make_procurement_notice, make_programme, make_vacancy
from tests.staff.test_drafts import address_of, person, send
from tests.staff.test_steps import take

pytestmark = pytest.mark.django_db

LOG = "/admin/publishing/happening/"


def test_it_names_what_was_published_changed_scheduled_withdrawn_and_deleted_and_by_whom(clock, staff):
    programme = make_programme(state="draft", title_en="Health")
    send(staff, programme, "_save", title_en="Migration health")
    assert not Happening.objects.exists()
    editor = person("bounmy", "Editors")
    clock.shift(60)
    take(editor, programme, "schedule", publish_at="2026-06-02T09:00")
    clock.shift(60)
    take(editor, programme, "publish")
    clock.shift(60)
    send(staff, programme, "_draft", summary_en="Not public yet.")
    send(staff, programme, "_save", summary_en="Public.")
    clock.shift(60)
    take(editor, programme, "withdraw", withdrawal_reason_en="It ended.")
    log = [(line.event, line.by_name) for line in Happening.objects.all()]
    assert log == [
        ("withdrawn", "bounmy"),
        ("changed", "staff"),
        ("published", "bounmy"),
        ("scheduled", "bounmy"),
    ]
    page = editor.get(LOG).content.decode()
    assert "4 entries" in page
    for words in ("Migration health", "bounmy", "It ended.", address_of(programme, "history/")):
        assert words in page


def test_it_names_the_moment_of_what_is_scheduled_and_what_was_taken_off_and_taken_back(clock, staff):
    programme = make_programme(state="draft")
    beside = make_programme(title_en="As it was")
    for row in (programme, beside):
        if row == beside:
            send(staff, row, "_draft", title_en="As it will be")
        take(staff, row, "schedule", publish_at="2026-06-02T09:00")
        clock.shift(60)
        take(staff, row, "unschedule")
        clock.shift(60)
    send(staff, beside, "_publish")
    clock.shift(60)
    send(staff, beside, "_save", state="draft")
    log = [line.event for line in Happening.objects.all()]
    assert log == ["taken_back", "changed", "taken_off", "scheduled", "taken_off", "scheduled"]
    page = staff.get(LOG).content.decode()
    assert page.count("scheduled: Tuesday 2 June 2026, 09:00") == 2
    for words in ("taken off the schedule", "made a draft again, and taken off the site"):
        assert words in page


@pytest.mark.parametrize("role", ["Editors", "HR", "Procurement", "Administrators"])
def test_no_role_changes_it(clock, staff, role):
    vacancy = make_vacancy()
    send(staff, vacancy, "_save", title_en="Driver")
    line = Happening.objects.get()
    desk = person("colleague", role)
    assert desk.get(LOG).status_code == 200
    for address in (f"{LOG}add/", f"{LOG}{line.pk}/delete/"):
        assert desk.post(address, {"post": "yes"}).status_code == 403
    desk.post(f"{LOG}{line.pk}/change/", {"event": "", "note": "mine"})
    assert Happening.objects.get().note == line.note


def test_contributors_do_not_see_it(clock):
    assert person("souk", "Contributors").get(LOG).status_code == 403


OTHERS = {
    make_programme: ["HR", "Procurement"],
    make_vacancy: ["Editors", "Procurement"],
    make_procurement_notice: ["Editors", "HR"],
}


@pytest.mark.parametrize("make", OTHERS)
def test_titles_and_notes_of_another_part_of_the_office_are_not_in_it(clock, staff, make):
    scheduled, deleted = make(state="draft"), make(state="draft")
    send(
        staff,
        scheduled,
        "_schedule",
        title_en="Not yet",
        publish_at="2026-07-01T09:00",
        _note="After Mr X left",
    )
    send(staff, deleted, "_save", title_en="Never public")
    staff.post(address_of(deleted, "delete/"), {"post": "yes"})
    assert Happening.objects.count() == 2
    pages = [person(role, role).get(LOG).content.decode() for role in OTHERS[make]]
    for words in ("Not yet", "After Mr X left", "Never public"):
        assert words in staff.get(LOG).content.decode()
        assert not any(words in page for page in pages)


def test_it_links_to_the_history_of_what_is_there_and_to_nothing_that_is_gone(clock, staff):
    there, gone = make_vacancy(), make_vacancy(state="draft", title_en="Gone")
    send(staff, there, "_save", title_en="There")
    staff.post(address_of(gone, "delete/"), {"post": "yes"})
    page = staff.get(LOG).content.decode()
    assert f'<a href="{address_of(there, "history/")}">There</a>' in page
    assert "Gone" in page
    assert address_of(gone, "history/") not in page


@pytest.mark.parametrize(
    "question",
    [
        "data__fields__summary_en__startswith=z", "data__contains=x", "base__data__contains=x", "title=Health",
        "note__startswith=A", "by=1", "by_id=1", "by__password__startswith=p", "model=programmes.programme",
    ],
)  # fmt: skip
def test_it_answers_no_question_about_what_it_does_not_show(clock, staff, question):
    send(staff, make_programme(), "_save", title_en="Health")
    assert staff.get(f"{LOG}?{question}").status_code == 400


@pytest.mark.parametrize(
    "question",
    ["event=changed", "event__exact=changed", "at__year=2026", "at__year=2026&at__month=6&at__day=1"],
)
def test_it_is_narrowed_by_what_happened_and_when(clock, staff, question):
    send(staff, make_programme(), "_save", title_en="Migration health")
    page = staff.get(f"{LOG}?{question}")
    assert page.status_code == 200
    assert "Migration health" in page.content.decode()


@pytest.mark.parametrize(
    "question",
    [
        "auth/user/?password__startswith=p", "auth/user/?email__startswith=p", "careers/subscription/?token__startswith=a",
        "accounts/signinevent/?user__password__startswith=p", "careers/vacancy/?public_notes__contains=x",
        "programmes/programme/?public_notes__0__en__startswith=x", "publishing/picture/?by__password__startswith=p",
    ],
)  # fmt: skip
def test_no_other_list_answers_such_questions_either(staff, question):
    assert staff.get(f"/admin/{question}").status_code in (302, 400)
