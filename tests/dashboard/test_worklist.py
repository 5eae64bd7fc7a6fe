"""The admin's front page: what there is to do, for each reader."""

import datetime
import json
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command

from iomlaos.dashboard.linkcheck.run import NetworkUnavailable
from iomlaos.dashboard.models import CheckedLink
from iomlaos.publishing.models import Revision, Submission
from iomlaos.publishing.serialization import serialize
from iomlaos.translations.models import Translation
from programmes.models import Figure
from tests.helpers.admin import make_colleague, send
from tests.helpers.factories import (
    change_deadline,
    make_clarification,
    make_counterpart,
    make_document,
    make_document_version,
    make_donor,
    make_figure,
    make_form,
    make_office,
    make_page,
    make_place,
    make_procurement_notice,
    make_programme,
    make_project,
    make_site_notice,
    make_standard_text,
    make_vacancy,
)

NOW = datetime.datetime(2026, 6, 1, 5, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


def rows_of(response) -> dict[str, list[str]]:
    """What each block lists: title, and what stands out."""
    return {
        block.title: [" · ".join(filter(None, [row.label, row.due])) for row in block.rows]
        for block in response.context["blocks"]
    }


def notes(response, title: str) -> dict[str, str]:
    [block] = [block for block in response.context["blocks"] if block.title == title]
    return {row.label: row.note for row in block.rows}


def statuses(response) -> dict[str, str]:
    rows = [row for block in response.context["blocks"] for row in block.rows]
    return {row.label: str(row.status) for row in rows}


def later(response) -> dict[str, int]:
    """But for what is about Lao."""
    tasks = response.context["later"]
    return {task.title: task.count for task in tasks if not task.name.startswith("lao")}


def draft_of(record, **given) -> Revision:
    """A change of a live page that waits."""
    return _waiting(record, "draft", **given)


def scheduled_change(record, moment: datetime.datetime, **given) -> Revision:
    """A change of a live page that comes by itself."""
    return _waiting(record, "scheduled", publish_at=moment, **given)


def _waiting(record, kind: str, **given) -> Revision:
    versions = Revision.objects.versions(record)
    values = {
        "model": record._meta.label_lower, "object_key": str(record.pk), "number": versions.number + 1,
        "kind": kind, "base": versions.current, "data": serialize(record), "title": str(record), "at": NOW,
    }  # fmt: skip
    return Revision.objects.create(**values | given)


def person(username: str, *rights: str) -> User:
    return make_colleague(*rights, username=username)


def health(capsys, *options: str) -> str:
    call_command("content_health", *options)
    return capsys.readouterr().out


# --- Due --------------------------------------------------------------------------------------


def test_notices_that_wait_for_a_word_are_due_both_kinds_together(clock, staff):
    promised = (NOW - DAY).date()
    closed = {"closes_at": NOW - 2 * DAY}
    for make, kind in ((make_procurement_notice, "tender"), (make_vacancy, "job")):
        make(title_en=f"Silent {kind}", **closed)
        make(title_en=f"Late {kind}", **closed, outcome="under-review", results_expected_by=promised)
        make(title_en=f"Decided {kind}", **closed, outcome="cancelled", results_expected_by=promised)
        make(title_en=f"Hidden {kind}", **closed, state="draft", results_expected_by=promised)
        make(title_en=f"Open {kind}", results_expected_by=promised)
        told, untold = make(title_en=f"Told {kind}"), make(title_en=f"Untold {kind}")
        change_deadline(told, NOW + 9 * DAY)
        untold.closes_at = NOW + 9 * DAY
        untold.save()
    response = staff.get("/admin/")
    assert rows_of(response)["Due"] == [
        "Late tender · result promised by Sunday 31 May", "Late job · result promised by Sunday 31 May",
        "Silent tender · closed Saturday 30 May, 12:00", "Silent job · closed Saturday 30 May, 12:00",
        "Untold tender · deadline changed without a reason",
        "Untold job · deadline changed without a reason",
    ]  # fmt: skip
    assert statuses(response)["Silent job"] == "Closed, no outcome"
    address = f"/admin/careers/vacancy/{untold.pk}/reasons/"
    link = f'href="{address}" aria-label="Give the reason: Untold job"'
    assert link in staff.get("/admin/worklist/due/").content.decode()
    assert staff.get(address).status_code == 200


def test_a_notice_leaves_the_list_once_the_word_is_said(clock, staff):
    notice = make_vacancy(title_en="Driver", closes_at=NOW)
    assert rows_of(staff.get("/admin/")) == {"Due": ["Driver · closed Monday 1 June, 12:00"]}
    notice.outcome, notice.results_expected_by = "under-review", NOW.date()
    notice.save()
    assert rows_of(staff.get("/admin/")) == {}
    # In Vientiane the day ends at 17:00 UTC.
    clock.move_to(NOW.replace(hour=17))
    assert rows_of(staff.get("/admin/")) == {"Due": ["Driver · result promised by Monday 1 June"]}


def test_what_closes_in_seven_days_can_be_extended(clock, staff):
    make_vacancy(title_en="In a week", closes_at=NOW + 7 * DAY - datetime.timedelta(seconds=1))
    tender = make_procurement_notice(title_en="Tomorrow", closes_at=NOW + DAY, reference="PR2026/02")
    make_vacancy(title_en="Later", closes_at=NOW + 7 * DAY + HOUR)
    make_vacancy(title_en="Hidden", closes_at=NOW + DAY, state="draft")
    response = staff.get("/admin/")
    assert rows_of(response)["Due"] == [
        "Tomorrow · closes Tuesday 2 June, 12:00", "In a week · closes Monday 8 June, 11:59",
    ]  # fmt: skip
    assert notes(response, "Due")["Tomorrow"] == "Tender PR2026/02"
    assert statuses(response) == {
        "Tomorrow": "Live · Closing soon", "In a week": "Live", "Hidden": "Draft",
    }  # fmt: skip
    address = f"/admin/careers/procurementnotice/{tender.pk}/deadline/"
    assert f'href="{address}" aria-label="Extend: Tomorrow"' in response.content.decode()
    assert staff.get(address).status_code == 200


def test_a_schedule_that_failed_says_why(clock, staff):
    scheduled_change(make_programme(title_en="Health"), NOW - HOUR, failure_reason="The address is taken.")
    response = staff.get("/admin/")
    assert rows_of(response) == {"Due": ["Health · The address is taken."]}
    assert notes(response, "Due") == {"Health": "Programme · due today 11:00"}
    assert statuses(response) == {"Health": "Live · Schedule failed"}


# --- Drafts, and what comes by itself -----------------------------------------------------------


def test_each_reader_sees_their_part_of_a_draft_that_was_submitted(clock, client, db):
    writer = person("writer", "view_programme", "change_programme")
    editor = person("editor", "view_programme", "change_programme", "publish_programme")
    neighbour = person("neighbour", "view_programme", "view_vacancy", "publish_vacancy")
    first, second = (make_programme(state="draft", title_en=title) for title in ("First", "Second"))
    for programme in (first, second):
        Submission.objects.submit(programme, by=writer, note="Please look.", at=NOW - DAY)
    Submission.objects.of(second).update(
        returned_at=NOW, returned_by_name="editor", return_note="Dates are missing."
    )
    client.force_login(editor)
    response = client.get("/admin/")
    assert rows_of(response) == {"For you to review": ["First"]}
    assert notes(response, "For you to review") == {
        "First": "Programme · from writer, Sunday 31 May, 12:00 · “Please look.”"
    }
    client.force_login(writer)
    response = client.get("/admin/")
    assert rows_of(response) == {"Returned to you": ["Second"], "Waiting for review": ["First"]}
    assert notes(response, "Returned to you") == {"Second": "editor: “Dates are missing.”"}
    assert statuses(response) == {"First": "Submitted", "Second": "Returned"}
    client.force_login(neighbour)
    assert rows_of(client.get("/admin/")) == {}


def test_a_contributor_sees_their_own_drafts_and_no_task_that_they_may_not_do(clock, client, db):
    writer = person("writer", "view_programme", "change_programme", "view_figure")
    make_figure(caption_en=""), make_programme(title_en="Old", review_due="2020-01-01")
    make_programme(title_en="Begins", publish_from=NOW + DAY)
    draft_of(make_programme(title_en="Of somebody else"))
    draft_of(make_programme(title_en="Own change"), by=writer)
    new = make_programme(title_en="Own text", state="draft")
    Revision.objects.saved_versions(new).add_state(serialize(new), by=writer, note="", at=NOW - HOUR)
    client.force_login(writer)
    response = client.get("/admin/")
    assert rows_of(response) == {"Your drafts": ["Own change", "Own text"]}
    assert notes(response, "Your drafts")["Own text"] == "Programme · your draft, saved today 11:00"
    assert later(response) == {}


def test_what_is_scheduled_says_what_happens_and_when_before_the_drafts(clock, staff):
    make_programme(title_en="Begins", publish_from=NOW + 40 * DAY)
    make_page(title_en="Ends", publish_until=NOW + DAY)
    make_page(title_en="Ends much later", publish_until=NOW + 31 * DAY)
    make_page(title_en="Ended", publish_until=NOW)
    make_page(title_en="Begins as a draft", publish_from=NOW + DAY, state="draft")
    changes = make_project(title_en="Changes")
    scheduled_change(changes, NOW + 2 * DAY)
    draft_of(make_page(title_en="Privacy"), by_name="Editor 1", note="New wording")
    draft_of(make_page(title_en="Once"), closed_at=NOW, ending="published")
    response = staff.get("/admin/")
    assert rows_of(response) == {
        "Drafts and schedules": [
            "Ends · Is taken down Tuesday 2 June, 12:00", "Changes · Changes Wednesday 3 June, 12:00",
            "Begins · Goes public Saturday 11 July, 12:00", "Begins as a draft", "Privacy",
        ]
    }  # fmt: skip
    said = "Page · saved by Editor 1, today 12:00 · “New wording”"
    assert notes(response, "Drafts and schedules")["Privacy"] == said
    assert statuses(response) == {
        "Ends": "Live", "Changes": "Live · + scheduled", "Begins": "Scheduled",
        "Privacy": "Live · + draft",
        "Begins as a draft": "Draft",
    }  # fmt: skip
    draft_of(changes, at=NOW - HOUR)
    response = staff.get("/admin/")
    listed = rows_of(response)["Drafts and schedules"]
    assert [row for row in listed if row.startswith("Changes")] == [
        "Changes · Changes Wednesday 3 June, 12:00", "Changes",
    ]  # fmt: skip
    assert statuses(response)["Changes"] == "Live · + scheduled · + draft"


def test_a_block_shows_five_rows_and_all_of_them_on_a_page_of_its_own(staff):
    for number in range(12):
        make_page(title_en=f"Page {number}", review_due="2020-01-01")
    page = staff.get("/admin/").content.decode()
    assert page.count("Still correct: Page") == 5
    assert '<a href="/admin/worklist/due/" aria-describedby="work-due">All 12</a>' in page
    assert staff.get("/admin/worklist/due/").content.decode().count("Still correct: Page") == 12
    assert "Nothing to do." in staff.get("/admin/worklist/review/").content.decode()
    assert staff.get("/admin/worklist/nothing/").status_code == 404


def test_recent_changes_are_those_that_the_public_noticed_and_the_reader_may_see(clock, client, db):
    editor = person("editor", "view_programme", "publish_programme", "view_publishinglogentry")
    for record in (make_programme(title_en="Health"), make_vacancy(title_en="Driver")):
        state = Revision.objects.versions(record).current
        Revision.objects.filter(pk=state.pk).update(event="published", by=editor, at=NOW - DAY)
    client.force_login(editor)
    response = client.get("/admin/")
    [change] = response.context["recent_changes"]
    assert (change["title"], change["note"]) == ("Health", "Published by editor, Sunday 31 May, 12:00")
    assert client.get(change["url"]).status_code == 200
    assert '<a href="/admin/publishing/publishinglogentry/">All changes</a>' in response.content.decode()
    client.force_login(person("reader", "view_programme"))
    assert "All changes" not in client.get("/admin/").content.decode()


def test_the_buttons_for_new_records_are_those_of_the_reader(client, db):
    client.force_login(person("hr", "add_vacancy", "view_vacancy", "add_applicationform", "add_donor"))
    new = client.get("/admin/").context["new"]
    assert new["buttons"] == [("New job", "/admin/careers/vacancy/add/")]
    assert [label for label, _url in new["menu"]] == ["Donor", "Application form"]


# --- When there is time -------------------------------------------------------------------------


def test_what_is_missing_is_counted_and_listed_with_a_link_to_its_form(staff):
    figure = make_figure(value="35.6 %", caption_en="", information_date="2020")
    make_figure(value="7", caption_en="people", information_date="2020")
    make_figure(value="8", caption_en="houses", programme=make_programme(title_en="Health"))
    document = make_document(title_en="IBM Factsheet", staff_note="What does ACCBP stand for?")
    make_document_version()
    form = make_form(title_en="Personal History Form")
    text = make_standard_text(title_en="No fee")
    make_standard_text(is_confirmed=True)
    response = staff.get("/admin/")
    assert later(response) == {
        "Figures without a caption or a date": 2, "Documents without a file": 1,
        "Application forms without a file": 1, "Standard texts to confirm": 1, "Open questions": 1,
    }  # fmt: skip
    listed = {}
    for task in response.context["later"]:
        page = staff.get(task.url)
        rows = page.context["work"].rows
        assert len(rows) == task.count
        listed |= {row.url: row.note for row in rows if not task.name.startswith("lao")}
    assert listed == {
        f"/admin/programmes/figure/{figure.pk}/change/": "no caption",
        listed_figure(8): "Health · no date",
        f"/admin/programmes/document/{document.pk}/change/": "What does ACCBP stand for?",
        f"/admin/careers/applicationform/{form.pk}/change/": "",
        f"/admin/office/standardtext/{text.pk}/change/": "",
    }
    assert "ACCBP" not in staff.get("/documents/").content.decode()


def listed_figure(value: int) -> str:
    return f"/admin/programmes/figure/{Figure.objects.get(value=str(value)).pk}/change/"


def test_lao_that_is_missing_outdated_or_unreviewed_is_listed_with_the_names_of_the_fields(clock, staff):
    texts = {"summary_en": "In short.", "body_en": "<p>At length.</p>"}
    health = make_programme(
        title_en="Health", title_lo="ກ", summary_lo="ຂ", body_lo="<p>ຄ</p>", since_what_en="Begun", **texts
    )
    make_programme(title_en="Borders", title_lo="ກ", summary_lo="ຂ", **texts)
    Translation.objects.add_unreviewed([("Health", "ກ"), ("In short.", "ຂ")])
    Translation.objects.add_reviewed([("Borders", "ກ")], by=None, at=NOW)
    make_clarification(
        notice=make_procurement_notice(title_en="Trucks"), question_en="Q", question_lo="ຖ", answer_en=""
    )
    make_programme(title_en="Hidden", state="draft")
    make_vacancy(title_en="Driver", closes_at=NOW, outcome="filled")
    make_vacancy(title_en="Nurse")
    make_donor(name_en="A donor of nothing")
    listed = {}
    for task in staff.get("/admin/").context["later"]:
        rows = staff.get(task.url).context["work"].rows
        assert len(rows) == task.count
        listed[task.title] = {row.label: row.note for row in rows}
    assert listed == {
        "Outdated in Lao": {"Health": "Programme · text", "Trucks": "Question and answer · question"},
        "Lao to review": {"Health": "Programme · title, summary", "Borders": "Programme · summary"},
        "Not yet in Lao": {
            "Health": "Programme · what began",
            "Borders": "Programme · text",
            "Nurse": "Job · title",
            "Trucks": "Tender · title",
        },
    }
    changelist = staff.get("/admin/programmes/programme/?lao=outdated").context["cl"]
    assert [*changelist.result_list] == [health]


def test_questions_about_lao_stand_in_the_work_list_until_they_are_taken_out(staff):
    office = make_office(staff_note="What is our name?\nWhich comma?")
    [row] = staff.get("/admin/worklist/lao-questions/").context["work"].rows
    assert (row.url, row.note) == ("/admin/office/office/1/change/", "What is our name?\nWhich comma?")
    send(staff, office, staff_note="")
    assert staff.get("/admin/worklist/lao-questions/").context["work"].rows == []


def test_the_seeded_site_asks_for_what_the_source_lacks(staff, seeded):
    response = staff.get("/admin/")
    [due] = rows_of(response)["Due"]
    assert due.startswith("Project Assistant (Migration Health Division) · closed")
    assert later(response)["Documents without a file"] == 7
    figures = [row.label for row in staff.get("/admin/worklist/figures/").context["work"].rows]
    assert {"7.3 million", "USD 213.4 million", "35.6 %"} <= set(figures)
    [office] = staff.get("/admin/worklist/contacts/").context["work"].rows
    assert (office.label, office.note) == ("IOM Lao PDR", "E-mail · Press contact · Map · Opening hours")


def test_the_front_page_takes_at_most_25_queries_with_everything_in_use(clock, client, db, count_queries):
    writer = person("writer")

    def grow(number: int) -> None:
        for _ in range(number):
            make_figure(programme=make_programme(), caption_en=""), make_document(), make_form()
            make_standard_text(), make_page(review_due="2020-01-01"), make_place(), make_site_notice()
            make_project(donors=[make_donor()], partners=[make_counterpart()])
            make_programme(publish_from=NOW + DAY), make_page(publish_until=NOW + DAY)
            make_programme(state="withdrawn"), make_page(state="draft")
            published = Revision.objects.versions(make_programme()).current
            Revision.objects.filter(pk=published.pk).update(event="published", by=writer)
            page = make_page(title_en="Linked")
            CheckedLink.objects.create(
                address=f"https://example.org/{page.pk}", outcome="gone", checked_at=NOW,
                found_in=[["office.page", str(page.pk)]],
            )  # fmt: skip
            draft_of(make_project(), by=writer), scheduled_change(make_page(), NOW + DAY)
            scheduled_change(make_project(), NOW, failure_reason="Why")
            for make in (make_project, make_document, make_form, make_vacancy, make_procurement_notice):
                Submission.objects.submit(make(state="draft"), by=writer, note="", at=NOW)
            for make in (make_vacancy, make_procurement_notice):
                make(closes_at=NOW - 365 * DAY, results_expected_by=(NOW - 364 * DAY).date())
                make(closes_at=NOW + DAY)
                untold = make()
                untold.closes_at += DAY
                untold.save()

    make_office()
    grow(1)
    editor = person("editor")
    editor.groups.set(Group.objects.filter(name__in=["Editors", "HR", "Procurement"]))
    client.force_login(editor)
    client.get("/admin/")
    few = count_queries(lambda: client.get("/admin/"))
    assert few <= 25
    grow(4)
    response = client.get("/admin/")
    assert list(rows_of(response)) == ["For you to review", "Due", "Drafts and schedules"]
    assert len(response.context["recent_changes"]) == 5
    assert later(response)["Broken links"] == 5
    assert count_queries(lambda: client.get("/admin/")) == few


# --- The same from a command --------------------------------------------------------------------


def test_the_command_prints_the_same_list_with_where_to_go(clock, staff, capsys):
    page = make_page(title_en="Privacy", review_due="2020-01-01")
    make_vacancy(title_en="Driver", closes_at=NOW)
    text = health(capsys)
    assert "Due (2)\n" in text
    assert "  - Privacy · review by Wednesday 1 January 2020 · Page\n" in text
    assert f"    http://testserver/admin/office/page/{page.pk}/change/\n" in text


def test_the_command_gives_json_for_programs(clock, staff, capsys):
    notice = make_vacancy(title_en="ຄົນຂັບລົດ", closes_at=NOW + DAY)
    found = json.loads(health(capsys, "--json"))
    assert (found["at"], found["is_urgent"]) == ("2026-06-01T05:00:00Z", False)
    due = next(task for task in found["tasks"] if task["name"] == "due")
    assert due["rows"] == [
        {
            "model": "careers.vacancy",
            "key": str(notice.pk),
            "title": "ຄົນຂັບລົດ",
            "status": "Live · Closing soon",
            "note": "closes Tuesday 2 June, 12:00 · Job",
            "is_urgent": False,
            "at": "2026-06-02T05:00:00Z",
            "address": f"http://testserver/admin/careers/vacancy/{notice.pk}/change/",
        }
    ]
    names = [task["name"] for task in found["tasks"]]
    assert len(set(names)) == len(names)


def test_strict_fails_where_something_is_urgent_and_only_there(clock, db, capsys):
    notice = make_vacancy(closes_at=NOW - 2 * DAY, outcome="under-review")
    make_page(review_due="2020-01-01")
    health(capsys, "--strict")
    type(notice).objects.update(results_expected_by="2026-05-31")
    health(capsys)
    with pytest.raises(SystemExit) as ended:
        health(capsys, "--strict", "--json")
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["is_urgent"] is True


def test_where_nothing_waits_the_page_and_the_command_say_so(staff, capsys):
    assert "Nothing to do." in staff.get("/admin/").content.decode()
    assert health(capsys).startswith("Nothing to do.\n\nTimers\n  - publish_due: never ran\n")


# --- The server ---------------------------------------------------------------------------------


def test_a_timer_that_no_longer_runs_or_fails_is_told_to_administrators(clock, staff, capsys, monkeypatch):
    for name in ("publish_due", "send_alerts", "clean_uploads"):
        call_command(name, verbosity=0)
    assert rows_of(staff.get("/admin/")) == {}
    clock.move_to(NOW + HOUR)
    call_command("send_alerts", verbosity=0)
    cut_off = Mock(side_effect=NetworkUnavailable)
    monkeypatch.setattr("iomlaos.dashboard.management.commands.check_links.check_links", cut_off)
    with pytest.raises(CommandError, match="cut off"):
        call_command("check_links")
    assert rows_of(staff.get("/admin/"))["Does not run by itself"] == [
        "Changes that are due · last ran today 12:00",
        "Check of links · failed today 13:00",
    ]
    text = health(capsys)
    assert "  - publish_due: late, today 12:00\n" in text
    assert "  - send_notifications: never ran\n" in text
    found = json.loads(health(capsys, "--json"))
    assert found["is_urgent"]
    assert found["timers"]["clean_uploads"] == {"status": "on time", "ran_at": "2026-06-01T05:00:00Z"}
    assert found["tasks"][0]["rows"][0]["address"] is None


def test_others_are_not_told_of_timers(clock, client, db):
    client.force_login(person("editor", "change_page"))
    call_command("publish_due")
    clock.move_to(NOW + DAY)
    assert rows_of(client.get("/admin/")) == {}
