"""A change of what is public waits as a draft; what each button publishes; drafts are submitted and returned."""

import datetime
import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from iomlaos.publishing.models import Revision, Submission
from programmes.models import DocumentVersion, Programme
from tests.helpers.admin import address_of, confirm, person, scheduled, send, take, waiting
from tests.helpers.drafts import public_page, publish, save_draft, schedule
from tests.helpers.factories import (
    make_document,
    make_donor,
    make_figure,
    make_programme,
    make_vacancy,
    upload,
)
from tests.helpers.forms import errors, fill_form
from tests.helpers.pages import read
from tests.helpers.uploads import pdf

pytestmark = pytest.mark.django_db

IN_JULY = datetime.datetime(2026, 7, 1, 17, tzinfo=datetime.UTC)
WITHDRAWN = {"state": "withdrawn", "withdrawal_reason_en": "It ended."}
ADD = "/admin/programmes/programme/add/"
NEW = {
    "title_en": "New",
    "slug": "new",
    "summary_en": "What.",
    "body_en": "<p>It does.</p>",
    "order": "1",
}


def has_draft(record) -> bool:
    return Revision.objects.of(record).waiting().exists()


def title_in_form(client: Client, record) -> str:
    return fill_form(client.get(address_of(record)))["title_en"][0]


# --- A draft of what is public ------------------------------------------------------------------


def test_a_draft_holds_child_rows_and_relations_and_publishes_them(clock, staff):
    donor = make_donor(name_en="A donor")
    programme = make_programme()
    make_figure(programme=programme, value="11")
    changes = {"donors": [str(donor.pk)], "figures-0-value_en": "12", "figures-0-caption_en": "x"}
    response = save_draft(staff, programme, **changes)
    assert response.status_code == 302, errors(response)
    assert programme.figures.get().value == "11"
    assert not programme.donors.exists()
    assert public_page(donor).status == 404
    form = fill_form(staff.get(address_of(programme)))
    assert (form["figures-0-value_en"], form["donors"]) == (["12"], [str(donor.pk)])
    assert publish(staff, programme).status_code == 302
    assert (programme.figures.get().value, programme.donors.get()) == ("12", donor)
    assert public_page(donor).status == 200
    assert not has_draft(programme)


def test_a_draft_is_saved_again_discarded_and_restored_from_the_history(clock, staff):
    programme = make_programme(title_en="As it was")
    for title in ("First", "Second"):
        assert save_draft(staff, programme, title_en=title).status_code == 302
    draft = waiting(programme)
    assert draft.data["fields"]["title_en"] == "Second"
    assert take(staff, programme, "delete-draft").status_code == 302
    assert not has_draft(programme)
    assert title_in_form(staff, programme) == "As it was"
    form = fill_form(staff.get(f"{address_of(programme)}?version={draft.pk}"), _draft="1")
    assert form["title_en"] == ["Second"]
    assert staff.post(address_of(programme), form).status_code == 302
    assert waiting(programme).data["fields"]["title_en"] == "Second"
    assert "As it was" in public_page(programme)


def test_a_draft_takes_along_what_is_changed_on_the_public_page_meanwhile(clock, staff):
    programme = make_programme(title_en="As it was", summary_en="A sumary.")
    save_draft(staff, programme, title_en="As it will be")
    Programme.objects.filter(pk=programme.pk).update(summary_en="A summary.")
    form = fill_form(staff.get(address_of(programme)))
    assert (form["title_en"], form["summary_en"]) == (["As it will be"], ["A summary."])
    assert confirm(staff, programme).status_code == 302
    programme.refresh_from_db()
    assert (programme.title_en, programme.summary_en) == ("As it will be", "A summary.")


def test_a_draft_in_conflict_with_the_public_text_is_published_only_once_it_was_saved_again(clock, staff):
    programme = make_programme(title_en="As it was")
    save_draft(staff, programme, title_en="As the draft has it")
    Programme.objects.filter(pk=programme.pk).update(title_en="As a command has it")
    assert confirm(staff, programme).context["problems"]
    assert confirm(staff, programme, moment="2026-06-01T13:00").context["form"].errors
    clock.shift(7200)
    assert "As a command has it" in public_page(programme)
    page = staff.get(address_of(programme))
    assert fill_form(page)["title_en"] == ["As the draft has it"]
    assert "As a command has it" in page.content.decode()
    save_draft(staff, programme)
    assert "As a command has it" not in staff.get(address_of(programme)).content.decode()
    assert confirm(staff, programme).status_code == 302
    assert "As the draft has it" in public_page(programme)


def test_of_two_people_at_one_draft_the_second_is_shown_the_conflict_and_loses_nothing(clock, staff):
    programme = make_programme(title_en="As it was", summary_en="Before.")
    save_draft(staff, programme, title_en="A draft")
    mine = fill_form(staff.get(address_of(programme)), title_en="Mine", _publish="1")
    save_draft(person("bounmy", "Editors"), programme, summary_en="Theirs.")
    response = staff.post(address_of(programme), mine)
    assert response.status_code == 409
    assert "As it was" in public_page(programme)
    again = fill_form(response, _publish="1")
    assert (again["title_en"], again["summary_en"]) == (["Mine"], ["Theirs."])
    assert staff.post(address_of(programme), again).status_code == 302
    stored = waiting(programme).data["fields"]
    assert (stored["title_en"], stored["summary_en"]) == ("Mine", "Theirs.")


def test_a_form_of_a_draft_that_was_published_meanwhile_is_in_conflict_with_the_public_text(clock, staff):
    programme = make_programme(title_en="As it was", summary_en="Before.")
    save_draft(staff, programme, title_en="A draft")
    mine = fill_form(staff.get(address_of(programme)), title_en="Mine")
    publish(person("bounmy", "Editors"), programme, summary_en="Theirs.")
    response = staff.post(address_of(programme), mine)
    assert response.status_code == 409
    assert staff.post(address_of(programme), fill_form(response)).status_code == 302
    assert confirm(staff, programme).status_code == 302
    programme.refresh_from_db()
    assert (programme.title_en, programme.summary_en) == ("Mine", "Theirs.")


def test_a_deadline_in_a_draft_keeps_its_reason_and_is_previewed_until_it_is_published(clock, staff):
    notice = make_vacancy(closes_at=IN_JULY)
    later = {"closing_date": "2026-07-10", "closing_hour": "", "deadline_reason": "Heavy rain."}
    assert save_draft(staff, notice, **later).status_code == 302
    page = public_page(notice)
    assert "Heavy rain." not in page
    assert "10 July 2026" not in page
    assert "Heavy rain." in read(staff, address_of(notice, "preview/page/"))
    assert not notice.deadline_changes.exists()
    assert save_draft(staff, notice, title_en="Another title").status_code == 302
    assert publish(staff, notice).status_code == 302
    page = public_page(notice)
    assert "Heavy rain." in page
    assert "10 July 2026" in page


def test_a_file_in_a_draft_is_stored_once_and_public_only_once_it_is_published(clock, staff):
    document = make_document(title_en="Factsheet")
    form = fill_form(staff.get(address_of(document)), _draft="1")
    form |= {
        "versions-TOTAL_FORMS": ["1"],
        "versions-0-language": ["en"],
        "versions-0-file": upload("ສະຫຼຸບ.pdf", pdf()),
        "versions-0-document": [str(document.pk)],
    }
    response = staff.post(address_of(document), form)
    assert response.status_code == 302, errors(response)
    stored = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert len(stored) == 1
    key = next(iter(waiting(document).data["owned"]["versions"]))
    assert Client().get(f"/documents/files/{key}/ສະຫຼຸບ.pdf").status_code == 404
    assert publish(staff, document).status_code == 302
    version = DocumentVersion.objects.get()
    assert str(version.pk) == key
    assert Client().get(version.get_absolute_url()).status_code == 200
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == stored


def test_a_form_without_a_change_leaves_no_draft(clock, staff):
    programme = make_programme()
    for button in ("_draft", "_publish", "_submit"):
        assert send(staff, programme, button).status_code == 302
        assert not has_draft(programme), button


# --- Publishing -----------------------------------------------------------------------------------


def test_a_new_record_is_a_draft_until_it_is_published_on_the_next_page(clock, staff):
    for button, page in (("_draft", "change/"), ("_publish", "publish/")):
        given = NEW | {"slug": page[:-1], "state": "published", button: "1"}
        response = staff.post(ADD, fill_form(staff.get(ADD), **given))
        assert response.status_code == 302, errors(response)
        programme = Programme.objects.get(slug=page[:-1])
        assert response.url == address_of(programme, page)
        assert public_page(programme).status == 404
    assert confirm(staff, programme).status_code == 302
    assert public_page(programme).status == 200


def test_publishing_takes_along_what_was_typed_and_shows_the_words_that_change(clock, staff):
    programme = make_programme(title_en="As it was", summary_en="A good text.")
    response = send(staff, programme, "_publish", summary_en="A better text.")
    page = staff.get(response.url)
    assert ("Summary", "A better text.") in [(each.label, each.after) for each in page.context["changes"]]
    assert "<del>good</del> <ins>better</ins>" in page.content.decode()
    assert "A good text." in public_page(programme)
    assert confirm(staff, programme).status_code == 302
    assert "A better text." in public_page(programme)


def test_a_moment_must_be_given_whole_and_lie_ahead(clock, staff):
    programme = make_programme()
    save_draft(staff, programme, title_en="Later")
    for given in ({}, {"date": "2026-06-01", "hour": "11:59"}, {"date": "2026-06-02"}):
        response = confirm(staff, programme, **{"when": "later", **given})
        assert response.context["form"].errors, given
        assert response.context["form"].errors.keys() <= {"date", "hour"}
        assert waiting(programme)


def test_a_moment_that_was_typed_counts_only_where_it_was_chosen(clock, staff):
    programme = make_programme(title_en="As it was")
    save_draft(staff, programme, title_en="Now")
    assert confirm(staff, programme, when="now", date="nonsense", hour="9").status_code == 302
    assert "Now" in public_page(programme)


def test_what_somebody_changed_after_it_was_looked_at_is_not_published_unseen(clock, staff):
    programme = make_programme(title_en="As it was")
    save_draft(staff, programme, title_en="Looked at")
    page = staff.get(address_of(programme, "publish/"))
    hidden = {"_source": page.context["source"], "_current": page.context["current"], "when": "now"}
    save_draft(person("bounmy", "Editors"), programme, title_en="Not looked at")
    response = staff.post(address_of(programme, "publish/"), hidden)
    assert response.status_code == 409
    assert "Not looked at" in response.content.decode()
    assert "As it was" in public_page(programme)
    assert confirm(staff, programme).status_code == 302
    assert "Not looked at" in public_page(programme)


def test_what_visitors_see_is_no_field_of_the_form(clock, staff):
    programme = make_programme()
    page = staff.get(address_of(programme))
    fields = ("state", "publish_from", "publish_until", "withdrawal_reason_en")
    assert not {*fields} & fill_form(page).keys()
    assert (
        send(staff, programme, "_draft", state="draft", publish_until="2026-01-01T10:00").status_code == 302
    )
    assert public_page(programme).status == 200


def test_a_contributor_submits_and_cannot_publish(clock):
    writer = person("souk", "Contributors")
    for programme in (make_programme(), make_programme(**WITHDRAWN)):
        page = writer.get(address_of(programme))
        offered = set(re.findall(r'<input type="submit"[^>]* name="(\w+)"', page.content.decode()))
        assert offered == {"_draft", "_submit"}
        # Sent by hand: what was typed is kept, and may be submitted.
        response = send(writer, programme, "_publish", title_en="Mine")
        assert response.url == address_of(programme, "submit/")
        assert waiting(programme).data["fields"]["title_en"] == "Mine"
        assert "Mine" not in public_page(programme)


def test_what_is_wrong_in_a_field_that_is_not_asked_stands_above_the_form(clock):
    """Pages were withdrawn before a reason was asked of anybody."""
    programme = make_programme(state="withdrawn")
    response = save_draft(person("souk", "Contributors"), programme, title_en="Another")
    assert list(errors(response)) == [""]


def test_a_record_that_is_made_in_a_pop_up_is_chosen_in_the_form_that_opened_it(clock, staff):
    add = f"{ADD}?_to_field=id&_popup=1"
    response = staff.post(add, fill_form(staff.get(add), **NEW, _draft="1"))
    assert response.status_code == 200
    assert response.template_name[-1] == "admin/popup_response.html"
    assert Programme.objects.get().state == "draft"


# --- A scheduled change -----------------------------------------------------------------------------


def test_a_later_draft_leaves_the_schedule_alone_and_both_are_shown(clock, staff):
    programme = make_programme(title_en="As it was", summary_en="Before.")
    schedule(staff, programme, "2026-06-02T10:00", title_en="Approved")
    writer = person("souk", "Contributors")
    assert title_in_form(writer, programme) == "Approved"
    save_draft(writer, programme, summary_en="Not approved.")
    assert scheduled(programme).publish_at == datetime.datetime(2026, 6, 2, 3, tzinfo=datetime.UTC)
    page = read(staff, address_of(programme))
    assert "Changes on Tuesday 2 June 2026, 10:00." in page
    assert "souk's later draft is not part of it." in page
    clock.shift(datetime.timedelta(days=2))
    page = public_page(programme)
    assert "Approved" in page
    assert "Not approved." not in page
    staff.force_login(User.objects.get(username="staff"))
    form = fill_form(staff.get(address_of(programme)))
    assert (form["title_en"], form["summary_en"]) == (["Approved"], ["Not approved."])
    assert confirm(staff, programme).status_code == 302
    assert "Not approved." in public_page(programme)


def test_the_same_field_changed_in_a_later_draft_is_no_conflict_with_the_schedule(clock, staff):
    programme = make_programme(title_en="As it was")
    schedule(staff, programme, "2026-06-02T10:00", title_en="First")
    save_draft(staff, programme, title_en="Second")
    clock.shift(datetime.timedelta(days=2))
    assert "First" in public_page(programme)
    staff.force_login(User.objects.get(username="staff"))
    assert confirm(staff, programme).status_code == 302
    assert "Second" in public_page(programme)


def test_publishing_a_later_draft_now_takes_the_place_of_the_schedule(clock, staff):
    programme = make_programme(title_en="As it was", summary_en="Before.")
    schedule(staff, programme, "2026-06-02T10:00", title_en="Scheduled")
    assert publish(staff, programme, summary_en="Now.").status_code == 302
    page = public_page(programme)
    assert "Scheduled" in page
    assert "Now." in page
    assert not has_draft(programme)


def test_a_cancelled_schedule_leaves_its_text_as_a_draft_also_beside_a_later_one(clock, staff):
    plain, edited = make_programme(title_en="As it was"), make_programme(title_en="As it was")
    for programme in (plain, edited):
        schedule(staff, programme, "2026-06-02T10:00", title_en="Scheduled")
    save_draft(staff, edited, summary_en="Later.")
    for programme in (plain, edited):
        assert take(staff, programme, "cancel-schedule").status_code == 302
        assert title_in_form(staff, programme) == "Scheduled"
    assert waiting(edited).data["fields"]["summary_en"] == "Later."
    clock.shift(datetime.timedelta(days=2))
    assert "As it was" in public_page(plain)


def test_the_moment_of_a_schedule_is_changed_without_the_text(clock, staff):
    new, known = make_programme(state="draft"), make_programme(title_en="As it was")
    confirm(staff, new, moment="2026-06-02T10:00")
    schedule(staff, known, "2026-06-02T10:00", title_en="As it will be")
    save_draft(staff, known, summary_en="A later draft.")
    for programme in (new, known):
        response = take(staff, programme, "change-time", date="3 June 2026", hour="09:00")
        assert response.status_code == 302
    clock.move_to(datetime.datetime(2026, 6, 3, 1, 59, 59, tzinfo=datetime.UTC))
    assert public_page(new).status == 404
    assert "As it was" in public_page(known)
    clock.shift(1)
    assert public_page(new).status == 200
    page = public_page(known)
    assert "As it will be" in page
    assert "A later draft." not in page


def test_a_new_record_that_is_scheduled_is_taken_off_as_a_draft_with_its_later_text(clock, staff):
    programme = make_programme(state="draft", title_en="First")
    confirm(staff, programme, moment="2026-06-02T10:00")
    save_draft(person("souk", "Contributors"), programme, title_en="Second")
    assert take(staff, programme, "cancel-schedule").status_code == 302
    programme.refresh_from_db()
    assert (programme.state, programme.publish_from, programme.title_en) == ("draft", None, "Second")
    clock.shift(datetime.timedelta(days=2))
    assert public_page(programme).status == 404


# --- Submitting and returning ---------------------------------------------------------------------


def submit(client: Client, record, note: str = "", **changes):
    response = send(client, record, "_submit", **changes)
    assert response.url == address_of(record, "submit/")
    return take(client, record, "submit", note=note)


def test_a_draft_is_submitted_returned_submitted_again_and_published_under_the_names_of_both(clock):
    writer, editor = person("souk", "Contributors"), person("bounmy", "Editors")
    programme = make_programme(title_en="As it was")
    submit(writer, programme, "Please look.", title_en="First try")
    page = editor.get(address_of(programme)).content.decode()
    assert "souk" in page
    assert "Please look." in page
    assert take(editor, programme, "return", note="Which year?").status_code == 302
    assert "Which year?" in writer.get(address_of(programme)).content.decode()
    assert Submission.objects.returned().get().return_note == "Which year?"
    submit(writer, programme, title_en="Second try, 2025")
    assert Submission.objects.waiting().count() == 1
    clock.shift(60)
    publish(editor, programme)
    assert "Second try, 2025" in public_page(programme)
    assert not Submission.objects.filter(ended_at=None).exists()
    history = read(editor, address_of(programme, "history/"))
    assert "1 June 2026, 12:01 · bounmy" in history
    assert "1 June 2026, 12:00 · souk" in history


def test_a_draft_that_was_scheduled_or_deleted_waits_for_nobody(clock):
    writer, editor = person("souk", "Contributors"), person("bounmy", "Editors")
    change, new = make_programme(), make_programme(state="draft", title_en="Submitted by souk")
    for programme in (change, new):
        submit(writer, programme, summary_en="Mine.")
    assert "Submitted by souk" in read(editor, "/admin/")
    schedule(editor, change, "2026-06-02T10:00")
    assert editor.post(address_of(new, "delete/"), {"post": "yes"}).status_code == 302
    assert not Submission.objects.waiting().exists()


# --- Said on the public page ------------------------------------------------------------------------


def test_a_note_on_a_change_is_public_with_its_date_where_staff_wish_it_and_once_published(clock, staff):
    programme = make_programme()
    save_draft(staff, programme, summary_en="Better.")
    confirm(staff, programme, note="For colleagues alone.")
    save_draft(staff, programme, summary_en="Better still.")
    confirm(staff, programme, note="The figures of 2025.", note_public="on")
    page = public_page(programme)
    assert "For colleagues alone." not in page
    assert "1 June 2026: The figures of 2025." in page
    save_draft(staff, programme, summary_en="Best.")
    confirm(staff, programme, moment="2026-06-02T10:00", note="Those of 2026.", note_public="on")
    assert "Those of 2026." not in public_page(programme)
    clock.shift(datetime.timedelta(days=2))
    page = public_page(programme)
    assert "2 June 2026: Those of 2026." in page
    assert "1 June 2026: The figures of 2025." in page


def test_the_reason_of_an_earlier_withdrawal_is_not_public_once_it_was_published_again(clock):
    programme = make_programme(
        withdrawal_reason_en="A mistake.", publish_until=datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
    )
    page = public_page(programme)
    assert page.status == 410
    assert "A mistake." not in page
