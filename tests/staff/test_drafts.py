"""A change of what is public waits as a draft; buttons say what a form is; drafts are handed in and given back."""

import datetime
import re

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from iomlaos.publishing.models import Revision, Submission
from programmes.models import DocumentEdition, Programme
from tests.factories import (
    change_deadline,
    make_document,
    make_donor,
    make_figure,
    make_form,
    make_page,
    make_procurement_notice,
    make_programme,
    make_project,
    make_vacancy,
)
from tests.reading import read
from tests.staff.filled import errors, filled
from tests.uploads import pdf

pytestmark = pytest.mark.django_db

EVERY = [
    make_programme, make_project, make_document, make_page, make_vacancy, make_procurement_notice, make_form,
]  # fmt: skip


def address_of(record, page: str = "change/") -> str:
    return f"/admin/{record._meta.app_label}/{record._meta.model_name}/{record.pk}/{page}"


def send(client: Client, record, *buttons: str, **given):
    """A change form, sent by a button."""
    return client.post(
        address_of(record),
        filled(client.get(address_of(record)), **dict.fromkeys(buttons, "1"), **given),
    )


def waiting(record) -> Revision:
    return Revision.objects.of(record).waiting().get()


def person(name: str, role: str) -> Client:
    user = User.objects.create_user(name, password="a-long-password-7", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


# --- A draft of what is public ------------------------------------------------------------------


@pytest.mark.parametrize("make", EVERY)
def test_a_draft_of_what_is_public_changes_nothing_that_visitors_see_until_it_is_published(
    clock, staff, client, make
):
    row = make(title_en="As it was")
    address = row.get_absolute_url()
    before = Client().get(address).content
    response = send(staff, row, "_draft", title_en="As it will be")
    assert response.status_code == 302, errors(response)
    assert Client().get(address).content == before
    assert "As it will be" not in read(Client(), "/sitemap.xml")
    form = staff.get(address_of(row))
    assert filled(form)["title_en"] == ["As it will be"]
    assert "A draft waits." in form.content.decode()
    assert staff.post(address_of(row), filled(form)).status_code == 302
    assert b"As it will be" in Client().get(address).content
    assert not Revision.objects.of(row).waiting().exists()


def test_a_draft_holds_owned_rows_and_relations_too(clock, staff):
    donor = make_donor(name_en="A donor")
    programme = make_programme()
    make_figure(programme=programme, value="11")
    response = send(
        staff,
        programme,
        "_draft",
        donors=[str(donor.pk)],
        **{"figures-0-value": "12", "figures-0-caption_en": "x"},
    )
    assert response.status_code == 302, errors(response)
    assert programme.figures.get().value == "11"
    assert not programme.donors.exists()
    assert read(Client(), donor.get_absolute_url()).status == 404
    form = filled(staff.get(address_of(programme)))
    assert (form["figures-0-value"], form["donors"]) == (["12"], [str(donor.pk)])
    staff.post(address_of(programme), form)
    assert (programme.figures.get().value, programme.donors.get()) == ("12", donor)
    assert read(Client(), donor.get_absolute_url()).status == 200


def test_a_draft_can_be_saved_again_and_again_and_discarded(clock, staff):
    programme = make_programme(title_en="As it was")
    for words in ("First", "Second"):
        assert send(staff, programme, "_draft", title_en=words).status_code == 302
    assert waiting(programme).data["fields"]["title_en"] == "Second"
    step = staff.get(address_of(programme, "step/discard/"))
    staff.post(address_of(programme, "step/discard/"), {"_source": step.context["source"]})
    assert not Revision.objects.of(programme).waiting().exists()
    assert filled(staff.get(address_of(programme)))["title_en"] == ["As it was"]


def test_the_public_page_can_be_edited_while_a_draft_waits_and_the_draft_goes_along(clock, staff):
    programme = make_programme(title_en="As it was", summary_en="A sumary.")
    send(staff, programme, "_draft", title_en="As it will be")
    form = staff.get(address_of(programme))
    head = re.search(r'href="\?source=([0-9a-f-]+)"', form.content.decode())[1]
    public = filled(staff.get(f"{address_of(programme)}?source={head}"), summary_en="A summary.")
    assert public["title_en"] == ["As it was"]
    assert staff.post(address_of(programme), public).status_code == 302
    programme.refresh_from_db()
    assert (programme.title_en, programme.summary_en) == ("As it was", "A summary.")
    form = filled(staff.get(address_of(programme)))
    assert (form["title_en"], form["summary_en"]) == (["As it will be"], ["A summary."])


def test_a_draft_that_met_another_change_of_the_same_field_says_so_until_it_is_saved(clock, staff):
    programme = make_programme(title_en="As it was")
    send(staff, programme, "_draft", title_en="As the draft has it")
    Programme.objects.filter(pk=programme.pk).update(title_en="As a command has it")
    page = staff.get(address_of(programme)).content.decode()
    assert "Public now: As a command has it" in page
    assert "In the draft: As the draft has it" in page
    send(staff, programme, "_draft")
    assert "Public now:" not in staff.get(address_of(programme)).content.decode()


@pytest.mark.parametrize("button", ["_save", "_draft"])
def test_two_people_at_one_draft_meet_as_at_any_record(clock, staff, button):
    programme = make_programme(title_en="As it was", summary_en="Before.")
    send(staff, programme, "_draft", title_en="A draft")
    mine = filled(staff.get(address_of(programme)), title_en="Mine", **{button: "1"})
    colleague = person("bounmy", "Editors")
    send(colleague, programme, "_draft", summary_en="Theirs.")
    response = staff.post(address_of(programme), mine)
    assert response.status_code == 409
    page = response.content.decode()
    assert "<td>Theirs.</td>" in page
    assert "<td>Mine</td>" in page
    again = filled(response, **{button: "1"})
    assert (again["title_en"], again["summary_en"]) == (["Mine"], ["Theirs."])
    assert staff.post(address_of(programme), again).status_code == 302
    programme.refresh_from_db()
    kept = waiting(programme).data["fields"] if button == "_draft" else vars(programme)
    assert (kept["title_en"], kept["summary_en"]) == ("Mine", "Theirs.")


def test_a_form_of_a_draft_that_was_published_meanwhile_is_met_with_what_is_public_now(clock, staff):
    programme = make_programme(title_en="As it was", summary_en="Before.")
    send(staff, programme, "_draft", title_en="A draft")
    mine = filled(staff.get(address_of(programme)), title_en="Mine")
    send(person("bounmy", "Editors"), programme, "_save", summary_en="Theirs.")
    response = staff.post(address_of(programme), mine)
    assert response.status_code == 409
    staff.post(address_of(programme), filled(response))
    programme.refresh_from_db()
    assert (programme.title_en, programme.summary_en) == ("Mine", "Theirs.")


def test_a_deadline_in_a_draft_keeps_its_reason_until_it_is_published(clock, staff):
    notice = make_vacancy(closes_at=datetime.datetime(2026, 7, 1, 17, tzinfo=datetime.UTC))
    later = {"closing_date": "2026-07-10", "closing_hour": "", "deadline_reason": "Heavy rain."}
    assert send(staff, notice, "_draft", **later).status_code == 302
    assert "Heavy rain." not in read(Client(), notice.get_absolute_url())
    assert "10 July 2026" not in read(Client(), notice.get_absolute_url())
    assert send(staff, notice, "_draft", title_en="Another title").status_code == 302
    assert send(staff, notice, "_save").status_code == 302
    page = read(Client(), notice.get_absolute_url())
    assert "Heavy rain." in page
    assert "end of Friday 10 July 2026" in page


def test_reasons_of_earlier_changes_are_no_part_of_a_draft(clock, staff):
    notice = make_vacancy(closes_at=datetime.datetime(2026, 7, 1, 17, tzinfo=datetime.UTC))
    change_deadline(notice, datetime.datetime(2026, 7, 2, 17, tzinfo=datetime.UTC), "Rain.")
    response = send(staff, notice, "_draft", **{"deadline_changes-0-reason_en": "Heavy rain."})
    assert response.status_code == 200
    assert "A draft cannot hold a change of these rows." in response.content.decode()
    assert filled(response)["deadline_changes-0-reason_en"] == ["Heavy rain."]


def test_a_file_in_a_draft_is_kept_and_is_public_only_once_it_is_published(clock, staff):
    document = make_document(title_en="Factsheet")
    form = filled(staff.get(address_of(document)), _draft="1")
    form |= {"editions-TOTAL_FORMS": ["1"], "editions-0-language": ["en"]}
    form |= {
        "editions-0-file": SimpleUploadedFile("ສະຫຼຸບ.pdf", pdf()),
        "editions-0-document": [str(document.pk)],
    }
    response = staff.post(address_of(document), form)
    assert response.status_code == 302, errors(response)
    stored = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert len(stored) == 1
    key = next(iter(waiting(document).data["owned"]["editions"]))
    address = f"/documents/files/{key}/ສະຫຼຸບ.pdf"
    assert Client().get(address).status_code == 404
    assert send(staff, document, "_save").status_code == 302
    edition = DocumentEdition.objects.get()
    assert str(edition.pk) == key
    assert Client().get(edition.get_absolute_url()).status_code == 200
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == stored


# --- The buttons ----------------------------------------------------------------------------------


def test_the_buttons_of_a_new_thing_say_what_it_is(clock, staff):
    add = "/admin/programmes/programme/add/"
    moment = "2026-06-01T15:00"
    for button, state, begins in (
        ("_draft", "draft", None),
        ("_publish", "published", None),
        ("_schedule", "published", datetime.datetime(2026, 6, 1, 8, tzinfo=datetime.UTC)),
    ):
        slug = button.strip("_")
        words = {
            "title_en": slug,
            "slug": slug,
            "summary_en": "What.",
            "body_en": "<p>It does.</p>",
            "order": "1",
        }
        form = filled(staff.get(add), **words, publish_at=moment, **{button: "1"})
        response = staff.post(add, form)
        assert response.status_code == 302, errors(response)
        row = Programme.objects.get(slug=slug)
        assert (row.state, row.publish_from) == (state, begins)
        assert response.headers["Location"] == address_of(row)


def test_a_draft_that_was_never_public_is_published_at_its_second(clock, staff):
    programme = make_programme(state="draft", title_en="New")
    assert send(staff, programme, "_schedule", publish_at="2026-06-01T12:01").status_code == 302
    clock.shift(59)
    assert Client().get(programme.get_absolute_url()).status_code == 404
    clock.shift(1)
    assert Client().get(programme.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "Give the date and the hour at which it is to be public."),
        ("2026-06-01T11:59", "This moment has passed. Give a later one, or publish it now."),
    ],
)
@pytest.mark.parametrize("state", ["draft", "published"])
def test_a_moment_to_publish_at_must_be_given_and_lie_ahead(clock, staff, given, said, state):
    programme = make_programme(state=state)
    response = send(staff, programme, "_schedule", publish_at=given, title_en="Later")
    assert errors(response)["publish_at"] == [said]
    assert filled(response)["title_en"] == ["Later"]
    assert not Revision.objects.of(programme).waiting().exists()


@pytest.mark.parametrize("button", ["_publish", "_schedule"])
def test_a_refused_button_leaves_the_form_as_it_was_sent_and_the_plain_save_publishes_nothing(
    clock, staff, button
):
    programme = make_programme(state="draft")
    given = {"title_en": ""} if button == "_publish" else {"publish_at": ""}
    response = send(staff, programme, button, **given)
    assert errors(response)
    assert filled(response)["state"] == ["draft"]
    assert staff.post(address_of(programme), filled(response, title_en="Mine")).status_code == 302
    assert Client().get(programme.get_absolute_url()).status_code == 404


PAST, LATER = (datetime.datetime(2026, month, 15, tzinfo=datetime.UTC) for month in (5, 7))


@pytest.mark.parametrize(
    ("given", "button", "says", "status"),
    [
        ({"state": "draft"}, "_save", "It is a draft: only staff see it.", 404),
        ({"state": "draft"}, "_publish", "It is public now.", 200),
        ({"state": "draft"}, "_schedule", "It becomes public by itself: Tuesday 2 June 2026, 10:00", 404),
        ({}, "_save", "It is public now.", 200),
        ({}, "_draft", "The public page stays as it is until the draft is published.", 200),
        ({}, "_schedule", "The change becomes public by itself: Tuesday 2 June 2026, 10:00", 200),
        ({"publish_from": LATER}, "_save", "It becomes public by itself: Wednesday 15 July 2026, 07:00", 404),
        ({"publish_from": LATER}, "_publish", "It is public now.", 200),
        ({"state": "withdrawn", "withdrawal_reason_en": "x"}, "_save", "It is withdrawn", 410),
        ({"state": "withdrawn", "withdrawal_reason_en": "x"}, "_publish", "It is public now.", 200),
    ],
)
def test_what_is_said_after_saving_is_true_of_the_public(clock, staff, given, button, says, status):
    programme = make_programme(**given)
    response = send(staff, programme, button, title_en="Another", publish_at="2026-06-02T10:00")
    assert response.status_code == 302, errors(response)
    assert says in read(staff, response.headers["Location"])
    assert Client().get(programme.get_absolute_url()).status_code == status


@pytest.mark.parametrize(
    "given", [{"publish_from": LATER}, {"state": "withdrawn", "withdrawal_reason_en": "x"}]
)
@pytest.mark.parametrize("by", ["form", "step"])
def test_a_change_of_what_is_not_public_is_public_at_its_moment(clock, staff, given, by):
    """Of a page that is scheduled for later, and of one that was withdrawn."""
    programme = make_programme(**given)
    if by == "form":
        send(staff, programme, "_schedule", title_en="As it is now", publish_at="2026-06-02T10:00")
    else:
        send(staff, programme, "_draft", title_en="As it is now")
        step = staff.get(address_of(programme, "step/schedule/"))
        sent = {"_source": step.context["source"], "publish_at": "2026-06-02T10:00"}
        assert staff.post(address_of(programme, "step/schedule/"), sent).status_code == 302
    assert "As it is now" not in read(Client(), programme.get_absolute_url())
    clock.move_to(datetime.datetime(2026, 6, 2, 3, tzinfo=datetime.UTC))
    page = read(Client(), programme.get_absolute_url())
    assert (page.status, "As it is now" in page) == (200, True)


@pytest.mark.parametrize(
    ("button", "state"), [("_publish", "draft"), ("_schedule", "draft"), ("_schedule", "published")]
)
def test_what_would_be_taken_down_by_then_is_refused_beside_the_field(clock, staff, button, state):
    programme = make_programme(state=state)
    until = "2026-05-31T10:00" if button == "_publish" else "2026-06-02T10:00"
    response = send(staff, programme, button, publish_until=until, publish_at="2026-06-03T10:00")
    assert "publish_until" in errors(response)


def test_a_plain_save_takes_nothing_off_the_site_by_a_moment_that_lies_ahead(clock, staff):
    programme = make_programme()
    for buttons in ((), ("_draft",)):
        response = send(staff, programme, *buttons, publish_from="2026-06-05T10:00")
        assert list(errors(response)) == ["publish_from"]
    assert Client().get(programme.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("given", "buttons"),
    [
        ({}, ["Save and publish the change", "Save as a draft", "Publish at that time"]),
        ({"publish_from": LATER}, ["Save", "Save as a draft", "Publish now", "Publish at that time"]),
        (
            {"state": "withdrawn", "withdrawal_reason_en": "x"},
            ["Save", "Save as a draft", "Publish now", "Publish at that time"],
        ),
        ({"state": "draft"}, ["Save", "Publish now", "Publish at that time"]),
    ],
)
def test_the_buttons_say_what_they_do(clock, staff, given, buttons):
    page = staff.get(address_of(make_programme(**given))).content.decode()
    shown = re.findall(r'<input type="submit" value="([^"]*)"', page.partition('class="submit-row"')[2])
    assert shown[: len(buttons)] == buttons


def test_who_may_not_publish_is_not_asked_when_it_is_to_be_public(clock, staff):
    asked = {"publish_at", "publish_from", "publish_until", "withdrawal_reason_en", "withdrawal_reason_lo"}
    writer = person("souk", "Contributors")
    for given in ({}, {"state": "draft"}, {"state": "withdrawn", "withdrawal_reason_en": "x"}):
        form = filled(writer.get(address_of(make_programme(**given))))
        assert not asked & form.keys()
    assert not asked & filled(writer.get("/admin/programmes/programme/add/")).keys()


def test_what_is_amiss_in_a_field_that_is_not_asked_stands_above_the_form(clock):
    """Pages were withdrawn before a reason was asked of anybody."""
    programme = make_programme(state="withdrawn")
    response = send(person("souk", "Contributors"), programme, "_draft", title_en="Another")
    assert errors(response)[""] == [
        "Why it is withdrawn (see the form): Say in a sentence why: whoever comes to its address reads it."
    ]


def test_why_it_is_withdrawn_is_asked_of_what_is_withdrawn_alone(clock, staff):
    page = staff.get(address_of(make_programme()))
    assert "withdrawal_reason_en" not in filled(page)
    assert '<option value="withdrawn"' not in page.content.decode()
    gone = make_programme(state="withdrawn", withdrawal_reason_en="It ended.")
    assert filled(staff.get(address_of(gone)))["withdrawal_reason_en"] == ["It ended."]
    send(staff, gone, withdrawal_reason_en="It was merged.")
    assert "It was merged." in read(Client(), gone.get_absolute_url())


def test_a_new_thing_has_no_box_that_says_nothing(clock, staff):
    assert 'class="where"' not in staff.get("/admin/programmes/programme/add/").content.decode()
    assert 'class="where"' in staff.get(address_of(make_programme())).content.decode()


def test_publishing_in_the_window_beside_a_choice_chooses_what_was_added(clock, staff):
    add = "/admin/programmes/programme/add/?_to_field=id&_popup=1"
    words = {
        "title_en": "New",
        "slug": "new",
        "summary_en": "What.",
        "body_en": "<p>It does.</p>",
        "order": "1",
    }
    response = staff.post(add, filled(staff.get(add), **words, _publish="1"))
    assert response.status_code == 200
    assert "popup_response.js" in response.content.decode()
    assert Client().get("/programmes/new/").status_code == 200


# --- Handing in and giving back -------------------------------------------------------------------


@pytest.mark.parametrize("state", ["draft", "published"])
def test_a_draft_is_handed_in_given_back_handed_in_again_and_published(clock, state):
    writer, editor = person("souk", "Contributors"), person("bounmy", "Editors")
    programme = make_programme(state=state, title_en="As it was")
    send(writer, programme, "_submit", title_en="First try", _note="Please look.")
    page = editor.get(address_of(programme)).content.decode()
    assert "Handed in by souk on 1 June 2026, 12:00." in page
    assert "Please look." in page
    step = address_of(programme, "step/give-back/")
    source = editor.get(step).context["source"]
    assert editor.post(step, {"_source": source, "note": "Which year?"}).status_code == 302
    assert "Given back by bounmy" in writer.get(address_of(programme)).content.decode()
    assert Submission.objects.returned().get().return_note == "Which year?"
    send(writer, programme, "_submit", title_en="Second try, 2025")
    assert Submission.objects.waiting().count() == 1
    send(editor, programme, "_publish" if state == "draft" else "_save")
    programme.refresh_from_db()
    assert (programme.title_en, programme.state) == ("Second try, 2025", "published")
    assert not Submission.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("state", ["draft", "published"])
def test_a_form_that_was_saved_before_is_handed_in_by_its_button(clock, state):
    """They saved, went back to the form, and pressed the other button."""
    writer, programme = person("souk", "Contributors"), make_programme(state=state)
    form = filled(writer.get(address_of(programme)), title_en="Mine", _note="Please look.")
    writer.post(address_of(programme), form | {"_save": "1"})
    response = writer.post(address_of(programme), form | {"_submit": "1"}, follow=True)
    assert "Handed in." in response.content.decode()
    assert Submission.objects.waiting().get().note == "Please look."


def test_a_draft_that_was_saved_before_is_scheduled_by_its_button(clock, staff):
    programme = make_programme()
    form = filled(staff.get(address_of(programme)), title_en="Mine", publish_at="2026-06-02T10:00")
    for button in ("_draft", "_schedule"):
        assert staff.post(address_of(programme), form | {button: "1"}).status_code == 302
    assert waiting(programme).publish_at == datetime.datetime(2026, 6, 2, 3, tzinfo=datetime.UTC)


@pytest.mark.parametrize("button", ["_draft", "_preview", "_submit"])
def test_a_form_without_a_change_leaves_no_draft_and_says_so(clock, staff, button):
    programme = make_programme()
    response = send(staff, programme, button)
    assert "Nothing was changed, so no draft was kept." in read(staff, response.headers["Location"])
    assert not Revision.objects.of(programme).waiting().exists()
    assert not Submission.objects.exists()


def test_a_draft_that_an_editor_schedules_by_its_form_waits_for_nobody(clock):
    writer, editor, programme = person("souk", "Contributors"), person("bounmy", "Editors"), make_programme()
    send(writer, programme, "_submit", title_en="New")
    send(editor, programme, "_schedule", publish_at="2026-06-02T10:00")
    assert not Submission.objects.waiting().exists()


def test_a_draft_that_was_deleted_waits_for_nobody(clock):
    writer, editor = person("souk", "Contributors"), person("bounmy", "Editors")
    programme = make_programme(state="draft", title_en="Handed in by souk")
    send(writer, programme, "_submit")
    assert "Handed in by souk" in read(editor, "/admin/")
    assert editor.post(address_of(programme, "delete/"), {"post": "yes"}).status_code == 302
    assert not Submission.objects.waiting().exists()


def test_a_contributor_who_changes_a_scheduled_draft_takes_it_off_the_schedule(clock, staff):
    programme = make_programme(title_en="As it was")
    send(staff, programme, "_schedule", title_en="Approved", publish_at="2026-06-02T09:00")
    assert waiting(programme).publish_at is not None
    send(staff, programme, "_draft", summary_en="A typo less.")
    assert waiting(programme).publish_at is not None
    send(person("souk", "Contributors"), programme, "_draft", title_en="Not approved")
    assert waiting(programme).publish_at is None
    clock.shift(datetime.timedelta(days=2))
    assert "As it was" in read(Client(), programme.get_absolute_url())


# --- Said on the page -------------------------------------------------------------------------------


def test_a_note_on_a_change_stands_on_the_page_with_its_date_where_staff_wish_it(clock, staff):
    programme = make_programme()
    send(staff, programme, "_save", summary_en="Better.", _note="For colleagues alone.")
    assert "For colleagues alone." not in read(Client(), programme.get_absolute_url())
    send(
        staff, programme, "_save", summary_en="Better still.", _note="The figures of 2025.", _note_public="1"
    )
    page = read(Client(), programme.get_absolute_url())
    assert "What was changed" in page
    assert "1 June 2026: The figures of 2025." in page
    send(staff, programme, "_draft", summary_en="Best.", _note="Those of 2026.", _note_public="1")
    assert "Those of 2026." not in read(Client(), programme.get_absolute_url())
    send(staff, programme, "_save")
    page = read(Client(), programme.get_absolute_url())
    assert "1 June 2026: Those of 2026." in page
    assert "1 June 2026: The figures of 2025." in page


def test_whoever_comes_to_what_was_withdrawn_reads_why(clock, staff):
    programme = make_programme()
    step = address_of(programme, "step/withdraw/")
    sent = {"_source": staff.get(step).context["source"]}
    response = staff.post(step, sent)
    assert list(response.context["form"].errors) == ["withdrawal_reason_en"]
    staff.post(step, sent | {"withdrawal_reason_en": "It was merged with another."})
    page = read(Client(), programme.get_absolute_url())
    assert page.status == 410
    assert "Why: It was merged with another." in page


def test_the_reason_of_an_earlier_withdrawal_is_not_shown_of_what_is_public_again(clock, staff):
    programme = make_programme(
        withdrawal_reason_en="A mistake.", publish_until=datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
    )
    page = read(Client(), programme.get_absolute_url())
    assert page.status == 410
    assert "A mistake." not in page


# --- In the history ---------------------------------------------------------------------------------


def test_the_history_names_who_wrote_a_draft_and_who_published_it(clock, staff):
    writer, editor = person("souk", "Contributors"), person("bounmy", "Editors")
    programme = make_programme(title_en="As it was")
    send(writer, programme, "_submit", title_en="As it is now", _note="The new name.")
    clock.shift(60)
    send(editor, programme, "_save", _note="")
    page = read(editor, address_of(programme, "history/"))
    assert "1 June 2026, 12:01 · bounmy changed while public" in page
    assert "1 June 2026, 12:00 · souk Kept as a draft: it was published The new name." in page


def test_a_draft_that_was_discarded_can_be_had_back(clock, staff):
    programme = make_programme(title_en="As it was")
    send(staff, programme, "_draft", title_en="Worth keeping")
    draft = waiting(programme)
    step = staff.get(address_of(programme, "step/discard/"))
    staff.post(address_of(programme, "step/discard/"), {"_source": step.context["source"]})
    response = staff.post(address_of(programme, f"restore/{draft.pk}/"))
    form = filled(staff.get(response.headers["Location"]), _draft="1")
    assert form["title_en"] == ["Worth keeping"]
    assert staff.post(address_of(programme), form).status_code == 302
    assert waiting(programme).data["fields"]["title_en"] == "Worth keeping"
    assert "As it was" in read(Client(), programme.get_absolute_url())
