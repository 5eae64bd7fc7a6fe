"""The log of publishing says what became public, changed or went, and nobody edits it."""

import pytest

from iomlaos.publishing.models import PublishingLogEntry
from tests.helpers.admin import address_of, confirm, person, take
from tests.helpers.drafts import publish, save_draft, schedule
from tests.helpers.factories import make_procurement_notice, make_programme, make_vacancy

pytestmark = pytest.mark.django_db

LOG = "/admin/publishing/publishinglogentry/"


def entries() -> list[tuple[str, str]]:
    return [(line.event, line.by_name) for line in PublishingLogEntry.objects.all()]


def test_it_names_what_was_scheduled_published_changed_and_withdrawn_and_by_whom(clock, staff):
    programme = make_programme(state="draft", title_en="Health")
    save_draft(staff, programme, title_en="Migration health")
    assert entries() == []
    editor = person("bounmy", "Editors")
    clock.shift(60)
    confirm(editor, programme, moment="2026-06-02T09:00")
    clock.shift(60)
    confirm(editor, programme)
    clock.shift(60)
    save_draft(staff, programme, summary_en="Not public yet.")
    publish(staff, programme, summary_en="Public.")
    clock.shift(60)
    take(editor, programme, "withdraw", withdrawal_reason_en="It ended.")
    assert entries() == [
        ("withdrawn", "bounmy"), ("changed", "staff"), ("published", "bounmy"), ("scheduled", "bounmy"),
    ]  # fmt: skip
    page = editor.get(LOG).content.decode()
    for words in ("Migration health", "bounmy", "It ended.", "2 June 2026, 09:00"):
        assert words in page


def test_it_names_what_was_taken_off_the_schedule(clock, staff):
    new, public = make_programme(state="draft"), make_programme(title_en="As it was")
    confirm(staff, new, moment="2026-06-02T09:00")
    clock.shift(60)
    take(staff, new, "cancel-schedule")
    clock.shift(60)
    schedule(staff, public, "2026-06-02T09:00", title_en="As it will be")
    clock.shift(60)
    take(staff, public, "cancel-schedule")
    assert [event for event, _name in entries()] == ["taken_off", "scheduled", "taken_off", "scheduled"]


def test_no_role_changes_it(clock, staff):
    publish(staff, make_programme(), title_en="Health")
    [line] = PublishingLogEntry.objects.values()
    for role in ("Editors", "Administrators"):
        desk = person(role, role)
        assert desk.get(LOG).status_code == 200
        for address in (f"{LOG}add/", f"{LOG}{line['id']}/delete/"):
            assert desk.post(address, {"post": "yes"}).status_code == 403
        desk.post(f"{LOG}{line['id']}/change/", {"event": "", "note": "mine"})
        assert list(PublishingLogEntry.objects.values()) == [line]


def test_contributors_do_not_see_it(clock):
    assert person("souk", "Contributors").get(LOG).status_code == 403


def test_titles_and_notes_of_another_part_of_the_office_are_not_in_it(clock, staff):
    owners = {"Editors": make_programme, "HR": make_vacancy, "Procurement": make_procurement_notice}
    for role, make in owners.items():
        scheduled, deleted = make(state="draft"), make(state="draft", title_en=f"Never public, {role}")
        note = f"After Mr X left, {role}"
        save_draft(staff, scheduled, title_en=f"Not yet, {role}")
        confirm(staff, scheduled, moment="2026-07-01T09:00", note=note)
        staff.post(address_of(deleted, "delete/"), {"post": "yes"})
    assert PublishingLogEntry.objects.count() == 6
    for reader in owners:
        page = person(reader, reader).get(LOG).content.decode()
        for role in owners:
            for words in (f"Not yet, {role}", f"After Mr X left, {role}", f"Never public, {role}"):
                assert (words in page) is (role == reader), (reader, words)


def test_it_links_to_the_history_of_what_is_there_and_to_nothing_that_is_gone(clock, staff):
    there, gone = make_vacancy(), make_vacancy(state="draft", title_en="Gone")
    publish(staff, there, title_en="There")
    staff.post(address_of(gone, "delete/"), {"post": "yes"})
    page = staff.get(LOG).content.decode()
    assert f'<a class="row-title" href="{address_of(there, "history/")}">There</a>' in page
    assert "Gone" in page
    assert address_of(gone, "history/") not in page


def test_it_is_filtered_by_what_happened_and_when_and_by_nothing_that_it_does_not_show(clock, staff):
    publish(staff, make_programme(), title_en="Migration health")
    for query in ("event=changed", "event__exact=changed", "at__year=2026&at__month=6&at__day=1"):
        page = staff.get(f"{LOG}?{query}")
        assert (page.status_code, b"Migration health" in page.content) == (200, True), query
    for query in (
        "data__fields__summary_en__startswith=z", "data__contains=x", "base__data__contains=x", "title=Health",
        "note__startswith=A", "by=1", "by_id=1", "by__password__startswith=p", "model=programmes.programme",
    ):  # fmt: skip
        assert staff.get(f"{LOG}?{query}").status_code == 400, query


def test_no_list_is_filtered_by_what_it_does_not_show(staff):
    for query in (
        "auth/user/?password__startswith=p", "auth/user/?email__startswith=p", "careers/subscription/?token__startswith=a",
        "accounts/signinevent/?user__password__startswith=p", "careers/vacancy/?changelog__contains=x",
        "programmes/programme/?changelog__0__en__startswith=x", "media/image/?by__password__startswith=p",
    ):  # fmt: skip
        assert staff.get(f"/admin/{query}").status_code in (302, 400), query
