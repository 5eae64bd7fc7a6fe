"""The log of publishing says what became public, changed or went, and nobody edits it."""

import pytest

from iomlaos.publishing.models import Happening
from tests.factories import make_programme, make_vacancy
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
