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
    response = send(staff, programme, "_save", state="withdrawn")
    assert list(errors(response)) == ["withdrawal_reason_en"]
    send(staff, programme, "_save", state="withdrawn", withdrawal_reason_en="It was merged with another.")
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
