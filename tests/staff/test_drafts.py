"""A change of what is public waits as a draft; what each button publishes; drafts are submitted and returned."""

import datetime
import re

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.test import Client
from django.utils.timezone import localtime

from iomlaos.publishing.models import Revision, Submission
from programmes.models import DocumentVersion, Programme
from tests.helpers.admin import address_of, person, send, take, waiting
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

LATER = datetime.datetime(2026, 7, 15, tzinfo=datetime.UTC)
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
    changes = {"donors": [str(donor.pk)], "figures-0-value": "12", "figures-0-caption_en": "x"}
    response = save_draft(staff, programme, **changes)
    assert response.status_code == 302, errors(response)
    assert programme.figures.get().value == "11"
    assert not programme.donors.exists()
    assert public_page(donor).status == 404
    form = fill_form(staff.get(address_of(programme)))
    assert (form["figures-0-value"], form["donors"]) == (["12"], [str(donor.pk)])
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
    assert take(staff, programme, "discard").status_code == 302
    assert not has_draft(programme)
    assert title_in_form(staff, programme) == "As it was"
    form = fill_form(staff.get(f"{address_of(programme)}?source={draft.pk}"), _draft="1")
    assert form["title_en"] == ["Second"]
    assert staff.post(address_of(programme), form).status_code == 302
    assert waiting(programme).data["fields"]["title_en"] == "Second"
    assert "As it was" in public_page(programme)


def test_the_public_text_is_edited_while_a_draft_waits_and_the_draft_takes_the_change_along(clock, staff):
    programme = make_programme(title_en="As it was", summary_en="A sumary.")
    save_draft(staff, programme, title_en="As it will be")
    form = staff.get(address_of(programme))
    head = re.search(r'href="\?source=([0-9a-f-]+)"', form.content.decode())[1]
    public = fill_form(staff.get(f"{address_of(programme)}?source={head}"), summary_en="A summary.")
    assert public["title_en"] == ["As it was"]
    assert staff.post(address_of(programme), public).status_code == 302
    programme.refresh_from_db()
    assert (programme.title_en, programme.summary_en) == ("As it was", "A summary.")
    form = fill_form(staff.get(address_of(programme)))
    assert (form["title_en"], form["summary_en"]) == (["As it will be"], ["A summary."])


def test_a_draft_in_conflict_with_the_public_text_is_published_only_once_it_was_saved_again(clock, staff):
    programme = make_programme(title_en="As it was")
    save_draft(staff, programme, title_en="As the draft has it")
    Programme.objects.filter(pk=programme.pk).update(title_en="As a command has it")
    assert take(staff, programme, "publish").context["form"].errors
    assert take(staff, programme, "schedule", publish_at="2026-06-01T13:00").context["form"].errors
    clock.shift(7200)
    assert "As a command has it" in public_page(programme)
    page = staff.get(address_of(programme))
    assert fill_form(page)["title_en"] == ["As the draft has it"]
    assert "As a command has it" in page.content.decode()
    save_draft(staff, programme)
    assert "As a command has it" not in staff.get(address_of(programme)).content.decode()
    assert take(staff, programme, "publish").status_code == 302
    assert "As the draft has it" in public_page(programme)


@pytest.mark.parametrize("button", ["_draft", "_publish"])
def test_of_two_people_at_one_draft_the_second_is_shown_the_conflict_and_loses_nothing(clock, staff, button):
    programme = make_programme(title_en="As it was", summary_en="Before.")
    save_draft(staff, programme, title_en="A draft")
    mine = fill_form(staff.get(address_of(programme)), title_en="Mine", **{button: "1"})
    save_draft(person("bounmy", "Editors"), programme, summary_en="Theirs.")
    response = staff.post(address_of(programme), mine)
    assert response.status_code == 409
    assert "As it was" in public_page(programme)
    again = fill_form(response, **{button: "1"})
    assert (again["title_en"], again["summary_en"]) == (["Mine"], ["Theirs."])
    assert staff.post(address_of(programme), again).status_code == 302
    programme.refresh_from_db()
    stored = waiting(programme).data["fields"] if button == "_draft" else vars(programme)
    assert (stored["title_en"], stored["summary_en"]) == ("Mine", "Theirs.")


def test_a_form_of_a_draft_that_was_published_meanwhile_is_in_conflict_with_the_public_text(clock, staff):
    programme = make_programme(title_en="As it was", summary_en="Before.")
    save_draft(staff, programme, title_en="A draft")
    mine = fill_form(staff.get(address_of(programme)), title_en="Mine")
    publish(person("bounmy", "Editors"), programme, summary_en="Theirs.")
    response = staff.post(address_of(programme), mine)
    assert response.status_code == 409
    staff.post(address_of(programme), fill_form(response))
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


@pytest.mark.parametrize("button", ["_draft", "_preview", "_submit"])
def test_a_form_without_a_change_leaves_no_draft(clock, staff, button):
    programme = make_programme()
    assert send(staff, programme, button).status_code == 302
    assert not has_draft(programme)
    assert not Submission.objects.exists()


# --- What a button publishes --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "state", "begins"),
    [
        ("_draft", "draft", None),
        ("_publish", "published", None),
        ("_schedule", "published", "2026-06-01T15:00"),
    ],
)
def test_a_new_record_is_what_its_button_says(clock, staff, button, state, begins):
    form = fill_form(staff.get(ADD), **NEW, publish_at="2026-06-01T15:00", **{button: "1"})
    response = staff.post(ADD, form)
    assert response.status_code == 302, errors(response)
    programme = Programme.objects.get()
    moment = programme.publish_from and f"{localtime(programme.publish_from):%Y-%m-%dT%H:%M}"
    assert (programme.state, moment) == (state, begins)
    assert response.headers["Location"] == address_of(programme)


@pytest.mark.parametrize(
    ("given", "button", "status", "said"),
    [
        ({"state": "draft"}, "_save", 404, "draft"),
        ({"publish_from": LATER}, "_save", 404, "15 July 2026, 07:00"),
        ({"publish_from": LATER}, "_publish", 200, "public now"),
        (WITHDRAWN, "_save", 410, "withdrawn"),
        (WITHDRAWN, "_publish", 200, "public now"),
    ],
    ids=["draft saved", "scheduled saved", "scheduled published", "withdrawn saved", "withdrawn published"],
)
def test_what_is_not_public_becomes_public_by_publishing_alone(clock, staff, given, button, status, said):
    programme = make_programme(**given)
    response = send(staff, programme, button, title_en="Another")
    assert response.status_code == 302, errors(response)
    assert any(said in str(message) for message in get_messages(response.wsgi_request))
    page = public_page(programme)
    assert (page.status, "Another" in page) == (status, status == 200)


@pytest.mark.parametrize("given", ["", "2026-06-01T11:59"], ids=["none", "passed"])
def test_a_moment_to_publish_at_must_be_given_and_lie_ahead(clock, staff, given):
    programme = make_programme()
    response = schedule(staff, programme, given, title_en="Later")
    assert list(errors(response)) == ["publish_at"]
    assert fill_form(response)["title_en"] == ["Later"]
    assert not has_draft(programme)


@pytest.mark.parametrize(
    ("button", "given"), [("_publish", {"title_en": ""}), ("_schedule", {"publish_at": ""})]
)
def test_after_a_refused_publication_the_plain_save_publishes_nothing(clock, staff, button, given):
    programme = make_programme(state="draft")
    response = send(staff, programme, button, **given)
    assert errors(response)
    assert fill_form(response)["state"] == ["draft"]
    assert staff.post(address_of(programme), fill_form(response, title_en="Mine")).status_code == 302
    assert public_page(programme).status == 404


@pytest.mark.parametrize(
    ("given", "by"), [({"publish_from": LATER}, "form"), (WITHDRAWN, "step")], ids=["scheduled", "withdrawn"]
)
def test_a_scheduled_change_of_what_is_not_public_is_public_at_its_moment(clock, staff, given, by):
    programme = make_programme(**given)
    if by == "form":
        schedule(staff, programme, "2026-06-02T10:00", title_en="As it is now")
    else:
        save_draft(staff, programme, title_en="As it is now")
        assert take(staff, programme, "schedule", publish_at="2026-06-02T10:00").status_code == 302
    assert "As it is now" not in public_page(programme)
    clock.move_to(datetime.datetime(2026, 6, 2, 3, tzinfo=datetime.UTC))
    page = public_page(programme)
    assert (page.status, "As it is now" in page) == (200, True)


@pytest.mark.parametrize(("button", "state"), [("_publish", "draft"), ("_schedule", "published")])
def test_what_would_be_taken_down_before_it_is_public_is_refused(clock, staff, button, state):
    programme = make_programme(state=state)
    until = "2026-05-31T10:00" if button == "_publish" else "2026-06-02T10:00"
    response = send(staff, programme, button, publish_until=until, publish_at="2026-06-03T10:00")
    assert list(errors(response)) == ["publish_until"]


def test_a_beginning_that_lies_ahead_takes_no_public_page_off_the_site(clock, staff):
    programme = make_programme()
    for save in (send, save_draft):
        assert list(errors(save(staff, programme, publish_from="2026-06-05T10:00"))) == ["publish_from"]
    assert public_page(programme).status == 200


def test_who_may_not_publish_is_asked_nothing_of_publishing(clock):
    asked = {"publish_at", "publish_from", "publish_until", "withdrawal_reason_en", "withdrawal_reason_lo"}
    buttons = {"_publish", "_schedule"}
    writer = person("souk", "Contributors")
    for address in (address_of(make_programme()), address_of(make_programme(**WITHDRAWN)), ADD):
        page = writer.get(address)
        offered = set(re.findall(r'<input type="submit"[^>]* name="(\w+)"', page.content.decode()))
        assert "_draft" in offered or "_save" in offered
        assert not asked & fill_form(page).keys()
        assert not buttons & offered


def test_what_is_wrong_in_a_field_that_is_not_asked_stands_above_the_form(clock):
    """Pages were withdrawn before a reason was asked of anybody."""
    programme = make_programme(state="withdrawn")
    response = save_draft(person("souk", "Contributors"), programme, title_en="Another")
    assert list(errors(response)) == [""]


def test_a_reason_of_withdrawal_is_asked_of_what_is_withdrawn_alone(clock, staff):
    page = staff.get(address_of(make_programme()))
    assert "withdrawal_reason_en" not in fill_form(page)
    assert '<option value="withdrawn"' not in page.content.decode()
    gone = make_programme(**WITHDRAWN)
    assert fill_form(staff.get(address_of(gone)))["withdrawal_reason_en"] == ["It ended."]
    send(staff, gone, withdrawal_reason_en="It was merged.")
    assert "It was merged." in public_page(gone)


def test_a_record_that_is_published_in_a_pop_up_is_chosen_in_the_form_that_opened_it(clock, staff):
    add = f"{ADD}?_to_field=id&_popup=1"
    response = staff.post(add, fill_form(staff.get(add), **NEW, _publish="1"))
    assert response.status_code == 200
    assert response.template_name[-1] == "admin/popup_response.html"
    assert Client().get("/programmes/new/").status_code == 200


# --- Submitting and returning ---------------------------------------------------------------------


def test_a_draft_is_submitted_returned_submitted_again_and_published_under_the_names_of_both(clock):
    writer, editor = person("souk", "Contributors"), person("bounmy", "Editors")
    programme = make_programme(title_en="As it was")
    send(writer, programme, "_submit", title_en="First try", _note="Please look.")
    page = editor.get(address_of(programme)).content.decode()
    assert "souk" in page
    assert "Please look." in page
    assert take(editor, programme, "give-back", note="Which year?").status_code == 302
    assert "Which year?" in writer.get(address_of(programme)).content.decode()
    assert Submission.objects.returned().get().return_note == "Which year?"
    send(writer, programme, "_submit", title_en="Second try, 2025")
    assert Submission.objects.waiting().count() == 1
    clock.shift(60)
    publish(editor, programme, _note="")
    assert "Second try, 2025" in public_page(programme)
    assert not Submission.objects.filter(ended_at=None).exists()
    history = read(editor, address_of(programme, "history/"))
    assert "1 June 2026, 12:01 · bounmy" in history
    assert "1 June 2026, 12:00 · souk" in history


def test_a_form_that_was_saved_before_is_submitted_by_its_other_button(clock):
    writer, programme = person("souk", "Contributors"), make_programme(state="draft")
    form = fill_form(writer.get(address_of(programme)), title_en="Mine", _note="Please look.")
    for button in ("_save", "_submit"):
        assert writer.post(address_of(programme), form | {button: "1"}).status_code == 302
    assert Submission.objects.waiting().get().note == "Please look."


def test_a_draft_that_was_saved_before_is_scheduled_by_its_other_button(clock, staff):
    programme = make_programme()
    form = fill_form(staff.get(address_of(programme)), title_en="Mine", publish_at="2026-06-02T10:00")
    for button in ("_draft", "_schedule"):
        assert staff.post(address_of(programme), form | {button: "1"}).status_code == 302
    assert waiting(programme).publish_at == datetime.datetime(2026, 6, 2, 3, tzinfo=datetime.UTC)


def test_a_draft_that_was_scheduled_or_deleted_waits_for_nobody(clock):
    writer, editor = person("souk", "Contributors"), person("bounmy", "Editors")
    change, new = make_programme(), make_programme(state="draft", title_en="Submitted by souk")
    for programme in (change, new):
        send(writer, programme, "_submit", summary_en="Mine.")
    assert "Submitted by souk" in read(editor, "/admin/")
    schedule(editor, change, "2026-06-02T10:00")
    assert editor.post(address_of(new, "delete/"), {"post": "yes"}).status_code == 302
    assert not Submission.objects.waiting().exists()


def test_a_contributor_who_changes_a_scheduled_draft_takes_it_off_the_schedule(clock, staff):
    programme = make_programme(title_en="As it was")
    schedule(staff, programme, "2026-06-02T09:00", title_en="Approved")
    save_draft(staff, programme, summary_en="A typo less.")
    assert waiting(programme).publish_at is not None
    save_draft(person("souk", "Contributors"), programme, title_en="Not approved")
    assert waiting(programme).publish_at is None
    clock.shift(datetime.timedelta(days=2))
    assert "As it was" in public_page(programme)


# --- Said on the public page ------------------------------------------------------------------------


def test_a_note_on_a_change_is_public_with_its_date_where_staff_wish_it_and_once_published(clock, staff):
    programme = make_programme()
    publish(staff, programme, summary_en="Better.", _note="For colleagues alone.")
    publish(staff, programme, summary_en="Better still.", _note="The figures of 2025.", _note_public="1")
    page = public_page(programme)
    assert "For colleagues alone." not in page
    assert "1 June 2026: The figures of 2025." in page
    save_draft(staff, programme, summary_en="Best.", _note="Those of 2026.", _note_public="1")
    assert "Those of 2026." not in public_page(programme)
    publish(staff, programme)
    page = public_page(programme)
    assert "1 June 2026: Those of 2026." in page
    assert "1 June 2026: The figures of 2025." in page


def test_the_reason_of_an_earlier_withdrawal_is_not_public_once_it_was_published_again(clock):
    programme = make_programme(
        withdrawal_reason_en="A mistake.", publish_until=datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
    )
    page = public_page(programme)
    assert page.status == 410
    assert "A mistake." not in page
