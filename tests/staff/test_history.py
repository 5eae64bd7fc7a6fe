"""Nobody overwrites another unseen, every state is kept, and what was deleted can be restored."""

import datetime
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from iomlaos.publishing.models import Revision
from programmes.models import Programme
from tests.helpers.admin import (
    address_of,
    confirm,
    make_colleague,
    person,
    post,
    scheduled,
    send,
    take,
    waiting,
)
from tests.helpers.drafts import public_page, publish, save_draft
from tests.helpers.factories import (
    change_deadline,
    make_donor,
    make_figure,
    make_programme,
    make_project,
    make_vacancy,
)
from tests.helpers.forms import errors, fill_form
from tests.helpers.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> Programme:
    return make_programme(title_en="Health", summary_en="What it does.", order=3)


@pytest.fixture
def colleague(db) -> Client:
    client = Client()
    person = User.objects.create_superuser("bounmy", password="a-long-password-7", first_name="Bounmy")
    client.force_login(person)
    return client


def opened(client: Client, record):
    return client.get(address_of(record))


def version_url(record, revision: Revision) -> str:
    return f"{address_of(record)}?version={revision.pk}"


def publish_with_note(client: Client, record, note: str, moment: str = "", **changes):
    """Publish a change, with a note that visitors read."""
    save_draft(client, record, **changes)
    return confirm(client, record, moment=moment, note=note, note_public="on")


def states(record) -> list[Revision]:
    return list(Revision.objects.of(record).states())


# --- Two people -------------------------------------------------------------------------------


def test_who_saves_second_is_shown_the_conflict_and_decides_it_by_saving_again(staff, colleague, programme):
    mine = fill_form(opened(staff, programme), title_en="Mine")
    theirs = fill_form(opened(colleague, programme), title_en="Theirs", summary_en="New.")
    assert post(colleague, programme, theirs).status_code == 302
    response = staff.post(address_of(programme), mine)
    assert response.status_code == 409
    page = text_of(response)
    assert 'role="alert"' in page
    assert "Bounmy" in page
    assert [choice.versions for choice in response.context["choices"]] == [
        [("Title", "Health", "Theirs", "Mine")]
    ]
    assert "Summary" in response.context["their_labels"]
    for words in ("Health", "Theirs", "Mine"):
        assert words in page
    programme.refresh_from_db()
    assert programme.title_en == "Theirs"
    form = fill_form(response)
    assert (form["title_en"], form["summary_en"]) == (["Mine"], ["New."])
    assert staff.post(address_of(programme), form).status_code == 302
    assert confirm(staff, programme, note="We agreed.").status_code == 302
    programme.refresh_from_db()
    assert (programme.title_en, programme.summary_en) == ("Mine", "New.")
    assert states(programme)[0].note == "We agreed."
    assert [state.data["fields"]["title_en"] for state in states(programme)] == ["Mine", "Theirs", "Health"]


def test_changes_of_child_rows_and_of_relations_by_two_people_are_both_kept(staff, colleague, programme):
    donor, another = make_donor(name_en="A donor"), make_donor(name_en="Another donor")
    figure = make_figure(programme=programme, value="11")
    programme.donors.set([donor])
    mine = fill_form(opened(staff, programme), **{"figures-0-value_en": "12"})
    theirs = fill_form(opened(colleague, programme), donors=[str(donor.pk), str(another.pk)])
    post(colleague, programme, theirs)
    response = staff.post(address_of(programme), mine)
    assert response.status_code == 409
    assert "Donors" in response.context["their_labels"]
    assert post(staff, programme, fill_form(response)).status_code == 302
    figure.refresh_from_db()
    assert figure.value == "12"
    assert set(programme.donors.all()) == {donor, another}


def test_a_row_that_one_deleted_and_another_changed_comes_back_to_be_decided(staff, colleague, programme):
    make_figure(programme=programme, value="11", caption_en="people")
    mine = fill_form(opened(staff, programme), **{"figures-0-value_en": "12"})
    send(colleague, programme, **{"figures-0-DELETE": "on"})
    assert not programme.figures.exists()
    response = staff.post(address_of(programme), mine)
    assert response.status_code == 409
    assert post(staff, programme, fill_form(response)).status_code == 302
    assert [(figure.value, figure.caption_en) for figure in programme.figures.all()] == [("12", "people")]


def test_rows_that_two_people_added_are_both_kept(staff, colleague, programme):
    for client, value in ((colleague, "1"), (staff, "2")):
        client.form = fill_form(opened(client, programme))
        client.form |= {"figures-TOTAL_FORMS": ["1"], "figures-0-value_en": [value], "figures-0-order": ["0"]}
        client.form |= {"figures-0-id": [""], "figures-0-programme": [str(programme.pk)]}
    assert post(colleague, programme, colleague.form).status_code == 302
    response = staff.post(address_of(programme), staff.form)
    assert response.status_code == 409
    assert post(staff, programme, fill_form(response)).status_code == 302
    assert sorted(programme.figures.values_list("value", flat=True)) == ["1", "2"]


def test_the_same_change_sent_twice_or_by_two_people_is_one_state(staff, colleague, programme):
    mine, theirs = (fill_form(opened(client, programme), title_en="Same") for client in (staff, colleague))
    for client, form in ((staff, mine), (staff, mine), (colleague, theirs)):
        assert post(client, programme, form).status_code == 302
    assert len(states(programme)) == 2
    assert "Same" in public_page(programme)


def test_what_a_command_changed_under_an_open_form_is_not_overwritten(staff, programme):
    mine = fill_form(opened(staff, programme), title_en="Mine")
    Programme.objects.filter(pk=programme.pk).update(summary_en="By a command.")
    response = staff.post(address_of(programme), mine)
    assert response.status_code == 409
    assert "By a command." in text_of(response)


def test_what_is_wrong_in_a_field_is_said_before_the_conflict_and_overwrites_nothing(
    staff, colleague, programme
):
    mine = fill_form(opened(staff, programme), title_en="", summary_en="Mine.")
    send(colleague, programme, title_en="Theirs")
    response = staff.post(address_of(programme), mine)
    assert list(errors(response)) == ["title_en"]
    response = staff.post(address_of(programme), fill_form(response, title_en="Mine"))
    assert response.status_code == 409
    programme.refresh_from_db()
    assert programme.title_en == "Theirs"


def test_a_form_that_names_no_revision_of_its_record_is_saved(staff, programme):
    other = make_programme()
    Revision.objects.versions(other)
    for source in ("nonsense", str(states(other)[0].pk)):
        form = fill_form(opened(staff, programme), _source=source, title_en=f"With {source[:8]}")
        assert staff.post(address_of(programme), form).status_code == 302
        assert waiting(programme).data["fields"]["title_en"] == f"With {source[:8]}"


def test_a_deadline_changed_by_both_keeps_its_reason_on_the_way(staff, colleague):
    vacancy = make_vacancy()
    mine = fill_form(opened(staff, vacancy), closing_date="2031-03-01", deadline_reason="Rain.")
    theirs = fill_form(opened(colleague, vacancy), closing_date="2031-02-01", deadline_reason="Holidays.")
    assert post(colleague, vacancy, theirs).status_code == 302
    response = staff.post(address_of(vacancy), mine)
    assert response.status_code == 409
    response = post(staff, vacancy, fill_form(response))
    assert response.status_code == 302, errors(response)
    assert [change.reason for change in vacancy.deadline_changes.all()] == ["Rain.", "Holidays."]


@pytest.mark.parametrize("is_stale", [False, True], ids=["refused", "in conflict"])
def test_the_note_and_the_moment_come_back_with_the_step_of_publishing_and_are_kept_once(
    clock, staff, colleague, programme, is_stale
):
    save_draft(staff, programme, title_en="Mine")
    step = address_of(programme, "publish/")
    typed = {
        "when": "later", "date": "5 June 2026", "hour": "10:00" if is_stale else "",
        "note": "Ours.", "note_lo": "ຂອງພວກເຮົາ", "note_public": "on",
    }  # fmt: skip
    form = fill_form(staff.get(step)) | typed
    if is_stale:
        save_draft(colleague, programme, summary_en="Theirs.")
    response = staff.post(step, form)
    assert response.status_code == (409 if is_stale else 200)
    form = fill_form(response)
    assert {name: form[name] for name in typed} == {name: [value] for name, value in typed.items()}
    assert staff.post(step, form | {"hour": "10:00"}).status_code == 302
    assert scheduled(programme).note == "Ours."
    clock.move_to(datetime.datetime(2026, 6, 5, 3, tzinfo=datetime.UTC))
    assert "Mine" in public_page(programme)
    programme.refresh_from_db()
    assert programme.changelog == [{"on": "2026-06-05", "en": "Ours.", "lo": "ຂອງພວກເຮົາ"}]


def test_publishing_that_met_a_conflict_publishes_nothing_by_the_plain_save(clock, staff, colleague):
    programme = make_programme(state="draft")
    mine = fill_form(opened(staff, programme), title_en="Mine", _publish="1")
    send(colleague, programme, summary_en="Theirs.")
    response = staff.post(address_of(programme), mine)
    assert response.status_code == 409
    assert post(staff, programme, fill_form(response)).status_code == 302
    programme.refresh_from_db()
    assert (programme.title_en, programme.summary_en, programme.state) == ("Mine", "Theirs.", "draft")


def test_what_was_typed_into_a_record_that_was_deleted_meanwhile_is_shown_and_offered_once_it_is_restored(
    staff, colleague
):
    programme = make_programme(state="draft", title_en="Health")
    form = fill_form(opened(staff, programme), summary_en="An hour of typing.", _draft="1")
    colleague.post(address_of(programme, "delete/"), {"post": "yes"})
    response = staff.post(address_of(programme), form)
    assert response.status_code == 409
    page = text_of(response)
    assert "An hour of typing." in page
    assert 'href="/admin/programmes/programme/deleted/"' in page
    revision = Revision.objects.get(kind="deleted")
    staff.post("/admin/programmes/programme/deleted/", {"revision": str(revision.pk)})
    [way] = re.findall(r'href="(\?typed=[^"]+)"', opened(staff, programme).content.decode())
    assert fill_form(staff.get(address_of(programme) + way))["summary_en"] == ["An hour of typing."]


# --- Looking back -----------------------------------------------------------------------------


def test_the_history_says_who_changed_which_words(staff, colleague, programme):
    save_draft(colleague, programme, body_en="<p>What it does, at great length.</p>")
    confirm(colleague, programme, note="Longer.")
    page = text_of(staff.get(address_of(programme, "history/")))
    assert "· Bounmy" in page
    assert "Longer." in page
    assert "<ins>great</ins>" in page
    assert "<p>What it does" not in page


def test_an_earlier_state_opens_as_a_form_and_is_saved_like_any_other(staff, programme):
    send(staff, programme, title_en="Second", summary_en="S.")
    send(staff, programme, title_en="Third")
    first = states(programme)[-1]
    url = version_url(programme, first)
    assert f'href="{url}"' in text_of(staff.get(address_of(programme, "history/")))
    form = fill_form(staff.get(url))
    assert (form["title_en"], form["summary_en"]) == (["Health"], ["What it does."])
    assert post(staff, programme, form).status_code == 302
    programme.refresh_from_db()
    assert (programme.title_en, programme.summary_en) == ("Health", "What it does.")
    assert [state.data["fields"]["title_en"] for state in states(programme)] == [
        "Health", "Third", "Second", "Health",
    ]  # fmt: skip


def test_an_earlier_state_of_a_notice_opens_with_the_deadline_of_today(staff):
    vacancy = make_vacancy(grade="G2")
    Revision.objects.versions(vacancy)
    first = states(vacancy)[0]
    new = vacancy.closes_at.replace(year=2031)
    change_deadline(vacancy, new)
    send(staff, vacancy, grade="G3")
    url = version_url(vacancy, first)
    assert post(staff, vacancy, fill_form(staff.get(url))).status_code == 302
    vacancy.refresh_from_db()
    assert (vacancy.grade, vacancy.closes_at) == ("G2", new)
    assert vacancy.deadline_changes.count() == 1


def test_an_earlier_text_of_what_was_published_since_stays_public_with_its_notes(staff):
    programme = make_programme(title_en="First", state="draft")
    Revision.objects.versions(programme)
    first = states(programme)[0]
    publish(staff, programme)
    publish_with_note(staff, programme, "A better title.", title_en="Second")
    url = version_url(programme, first)
    assert post(staff, programme, fill_form(staff.get(url))).status_code == 302
    page = Client().get(programme.get_absolute_url())
    assert page.status_code == 200
    assert "First" in text_of(page)
    assert "A better title." in text_of(page)


def test_nobody_publishes_by_an_earlier_state_who_may_not_publish(clock, staff):
    """It was public once, and was withdrawn: by its state in the history, by an old form, by a typed state."""
    writer = person("dala", "Contributors")
    programme = make_programme(title_en="As it was")
    Revision.objects.versions(programme)
    tab = fill_form(opened(writer, programme), title_en="In an old tab")
    was = states(programme)[0]
    take(staff, programme, "withdraw", withdrawal_reason_en="A mistake.")
    form = fill_form(writer.get(version_url(programme, was)), title_en="By a contributor", state="published")
    assert writer.post(address_of(programme), form).status_code == 302
    again = fill_form(writer.post(address_of(programme), tab), state="published")
    assert writer.post(address_of(programme), again).status_code == 302
    for source in (was.pk, states(programme)[0].pk):
        sent = tab | {"_source": str(source), "state": "published"}
        writer.post(address_of(programme), sent)
        response = writer.post(address_of(programme), sent | {"_publish": "1"})
        assert response.status_code == 409 or response.url == address_of(programme).replace(
            "change", "submit"
        )
    assert waiting(programme).data["fields"]["state"] == "withdrawn"
    programme.refresh_from_db()
    assert (programme.state, programme.title_en) == ("withdrawn", "As it was")
    assert public_page(programme).status == 410


def test_a_parked_form_of_a_public_state_publishes_nothing(clock, staff):
    programme = make_programme(title_en="As it was")
    writer = person("dala", "Contributors")
    Revision.objects.versions(programme)
    public = states(programme)[0].data
    take(staff, programme, "withdraw", withdrawal_reason_en="A mistake.")
    parked = Revision.objects.add(
        programme, by=None, kind="parked", number=2, base=states(programme)[0], data=public
    )
    page = writer.get(version_url(programme, parked))
    assert writer.post(address_of(programme), fill_form(page, title_en="Mine")).status_code == 302
    draft = waiting(programme).data["fields"]
    assert (draft["state"], draft["title_en"]) == ("withdrawn", "Mine")
    programme.refresh_from_db()
    assert (programme.state, programme.title_en) == ("withdrawn", "As it was")


def test_a_state_with_rows_that_are_gone_brings_them_back(staff, programme):
    make_figure(programme=programme, value="11", caption_en="people")
    Revision.objects.versions(programme)
    first = states(programme)[0]
    send(staff, programme, **{"figures-0-DELETE": "on"})
    assert not programme.figures.exists()
    url = version_url(programme, first)
    assert post(staff, programme, fill_form(staff.get(url))).status_code == 302
    assert programme.figures.get().caption_en == "people"


def test_what_was_deleted_is_restored_as_a_draft_with_its_child_rows(staff):
    vacancy = make_vacancy(title_en="Driver", grade="G2", state="draft")
    vacancy.amendments.create(text_en="Corrected.")
    key = vacancy.pk
    assert staff.post(address_of(vacancy, "delete/"), {"post": "yes"}).status_code == 302
    page = text_of(staff.get("/admin/careers/vacancy/deleted/"))
    assert "Driver" in page
    revision = page.split('name="revision" value="')[1].split('"')[0]
    assert staff.post("/admin/careers/vacancy/deleted/", {"revision": revision}).status_code == 302
    back = type(vacancy).objects.get(pk=key)
    assert (back.title_en, back.grade, back.state) == ("Driver", "G2", "draft")
    assert back.amendments.get().text_en == "Corrected."
    assert "Driver" not in text_of(staff.get("/admin/careers/vacancy/deleted/"))
    assert staff.post("/admin/careers/vacancy/deleted/", {"revision": revision}).status_code == 302


def test_what_was_deleted_is_restored_under_another_address_where_its_own_is_taken(staff):
    vacancy = make_vacancy(slug="driver", state="draft")
    staff.post(address_of(vacancy, "delete/"), {"post": "yes"})
    revision = Revision.objects.get(kind="deleted")
    make_vacancy(slug="driver")
    page = staff.post("/admin/careers/vacancy/deleted/", {"revision": str(revision.pk)}, follow=True)
    vacancy.refresh_from_db()
    assert (vacancy.slug, vacancy.state) == ("driver-2", "draft")
    assert "driver-2" in text_of(page)


def test_the_history_of_a_programme_names_who_changed_its_figures_elsewhere(clock, staff, programme):
    """And nobody for what a command changed."""
    other = make_programme(title_en="Elsewhere")
    draft = make_programme(title_en="Not public", state="draft")
    kept, gone = make_figure(programme=programme, value="1"), make_figure(programme=draft)
    for row in (programme, other, draft):
        Revision.objects.versions(row)
    Programme.objects.filter(pk=programme.pk).update(order=9)
    editor = person("keo", "Editors")
    send(editor, kept, value_en="2")
    clock.shift(60)
    send(editor, kept, programme=str(other.pk))
    assert editor.post(address_of(gone, "delete/"), {"post": "yes"}).status_code == 302
    Revision.objects.versions(programme)
    named = [(state.by_name, state.at.minute) for state in states(programme)]
    assert named == [("keo", 1), ("keo", 0), ("", 0), ("", 0)]
    assert [states(row)[0].by_name for row in (other, draft)] == ["keo", "keo"]


def test_a_figure_is_not_restored_before_its_programme(staff):
    programme = make_programme(state="draft", title_en="Health")
    figure = make_figure(programme=programme, value="4,321", caption_en="people")
    for row in (figure, programme):
        assert staff.post(address_of(row, "delete/"), {"post": "yes"}).status_code == 302
    revision = Revision.objects.get(kind="deleted", model="programmes.figure")
    response = staff.post("/admin/programmes/figure/deleted/", {"revision": str(revision.pk)}, follow=True)
    assert "Programme (Health)" in text_of(response)
    assert "4,321" not in text_of(Client().get("/"))
    for kind in ("programme", "figure"):
        revision = Revision.objects.get(kind="deleted", model=f"programmes.{kind}")
        staff.post(f"/admin/programmes/{kind}/deleted/", {"revision": str(revision.pk)})
    assert programme.figures.get().value == "4,321"


def test_a_restored_record_says_which_relations_are_gone(staff):
    donor, kept = make_donor(name_en="A donor"), make_donor(name_en="Another")
    project = make_project(state="draft", donors=[donor, kept])
    for row in (project, donor):
        assert staff.post(address_of(row, "delete/"), {"post": "yes"}).status_code == 302
    revision = Revision.objects.get(kind="deleted", model="programmes.project")
    response = staff.post("/admin/programmes/project/deleted/", {"revision": str(revision.pk)}, follow=True)
    assert "Donors (A donor)" in text_of(response)
    assert project.donors.get() == kept


def test_a_public_note_is_corrected_and_removed_by_who_may_publish(clock, staff, programme):
    for words in ("Frist.", "Second."):
        publish_with_note(staff, programme, words, summary_en=words)
    notes = address_of(programme, "notes/")

    def source() -> dict:
        return {"_source": str(states(programme)[0].pk)}

    page = text_of(staff.get(address_of(programme, "history/")))
    assert 'value="Frist."' in page
    staff.post(notes, source() | {"note": "1", "en": "First.", "lo": "ທຳອິດ"})
    page = text_of(Client().get(programme.get_absolute_url()))
    assert "1 June 2026: First." in page
    assert "Frist." not in page
    stale = {"_source": str(states(programme)[1].pk), "note": "0", "_take_off": "1"}
    staff.post(notes, stale)
    programme.refresh_from_db()
    assert len(programme.changelog) == 2
    staff.post(notes, source() | {"note": "0", "en": "Second.", "_take_off": "1"})
    assert (
        "Second." not in text_of(Client().get(programme.get_absolute_url())).partition("What was changed")[2]
    )
    programme.refresh_from_db()
    assert programme.changelog == [{"on": "2026-06-01", "en": "First.", "lo": "ທຳອິດ"}]
    assert states(programme)[0].by_name == "staff"
    writer = person("souk", "Contributors")
    assert "First." not in text_of(writer.get(address_of(programme, "history/"))).partition("<ol")[0]
    assert writer.post(notes, source() | {"note": "0", "_take_off": "1"}).status_code == 403


def test_a_corrected_note_stays_so_when_what_was_scheduled_with_a_note_is_published(clock, staff, programme):
    publish_with_note(staff, programme, "Frist.", summary_en="Better.")
    publish_with_note(staff, programme, "Second.", moment="2026-06-02T10:00", summary_en="Best.")
    sent = {"_source": str(states(programme)[0].pk), "note": "0", "en": "First."}
    staff.post(address_of(programme, "notes/"), sent)
    clock.move_to(datetime.datetime(2026, 6, 2, 3, tzinfo=datetime.UTC))
    assert "Best." in public_page(programme)
    programme.refresh_from_db()
    assert [note["en"] for note in programme.changelog] == ["Second.", "First."]


def test_who_looks_at_what_a_command_changed_writes_nothing_to_its_history(staff, programme):
    Revision.objects.versions(programme)
    Programme.objects.filter(pk=programme.pk).update(summary_en="By a command.")
    for page in ("history/", "withdraw/", "change/", "preview/page/"):
        assert staff.get(address_of(programme, page)).status_code == 200
    assert len(states(programme)) == 1
    assert Revision.objects.versions(programme).current.data["fields"]["summary_en"] == "By a command."


def test_who_may_not_change_a_record_sees_no_history_and_restores_nothing(client, programme):
    client.force_login(make_colleague())
    assert client.get(address_of(programme, "history/")).status_code == 403
    assert client.get("/admin/programmes/programme/deleted/").status_code == 403
    state = Revision.objects.versions(programme).current
    assert client.get(version_url(programme, state)).status_code == 403
