"""Who is told what others did with a draft, and what the front page says of it."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from iomlaos.staff.notifications.models import Notification
from programmes.models import Programme
from tests.helpers.admin import address_of, confirm, person, send, take, waiting
from tests.helpers.drafts import public_page, save_draft, schedule
from tests.helpers.factories import make_programme, make_vacancy
from tests.helpers.pages import count_queries, read

pytestmark = pytest.mark.django_db

DAY, SECOND = datetime.timedelta(days=1), datetime.timedelta(seconds=1)


@pytest.fixture
def writer(clock):
    return person("writer", "Contributors")


@pytest.fixture
def editor(clock):
    return person("editor", "Editors")


@pytest.fixture
def others(staff):
    """Another editor, HR, a superuser, and an editor whose account is closed."""
    person("editor2", "Editors"), person("hr", "HR"), person("gone", "Editors")
    User.objects.filter(username="gone").update(is_active=False)


def submit(client, record, note="", **changes):
    send(client, record, "_submit", **changes)
    return take(client, record, "submit", note=note)


def told(kind: str) -> set[str]:
    found = Notification.objects.filter(kind=kind)
    return set(found.values_list("recipient__username", flat=True))


def announced(client, record, action: str) -> list[tuple[str, str]]:
    return client.get(address_of(record, f"{action}/")).context["told"]


# --- Who is told ---------------------------------------------------------------------------------


def test_a_submission_is_told_to_the_active_accounts_that_may_publish_its_kind(writer, editor, others):
    for make, expected in ((make_programme, {"editor", "editor2", "staff"}), (make_vacancy, {"hr", "staff"})):
        Notification.objects.all().delete()
        record = make()
        send(writer, record, "_submit", title_en="New words")
        assert {name for name, _way in announced(writer, record, "submit")} == expected
        assert submit(writer, record, "Please look.").status_code == 302
        assert told("submitted") == expected
        assert set(Notification.objects.values_list("note", flat=True)) == {"Please look."}


def test_whoever_submits_what_they_may_publish_is_not_told(editor, others):
    submit(editor, make_programme(), title_en="New words")
    assert told("submitted") == {"editor2", "staff"}


def test_a_return_is_told_to_the_submitter_alone(writer, editor, others):
    programme = make_programme()
    submit(writer, programme, title_en="New words")
    save_draft(person("later", "Contributors"), programme, title_en="Newer words")
    take(editor, programme, "return", note="Which year?")
    assert (told("returned"), Notification.objects.get(kind="returned").note) == ({"writer"}, "Which year?")


@pytest.mark.parametrize(
    ("state", "moment", "kind"),
    [("draft", "", "published"), ("published", "2026-06-02T10:00", "scheduled")],
    ids=["published", "scheduled"],
)
def test_publishing_and_scheduling_are_told_to_the_submitter_and_the_author_of_the_last_draft(
    writer, editor, others, state, moment, kind
):
    programme = make_programme(state=state)
    submit(writer, programme, title_en="New words")
    save_draft(person("later", "Contributors"), programme, title_en="Newer words")
    names = [name for name, _way in announced(editor, programme, "publish")]
    assert confirm(editor, programme, moment=moment).status_code == 302
    assert (names, told(kind)) == (["later", "writer"], {"later", "writer"})


def test_a_schedule_is_told_to_whoever_made_it_and_to_whoever_has_a_later_draft(writer, editor, others):
    programme, editor3 = make_programme(title_en="Ours"), person("editor3", "Editors")
    save_draft(writer, programme, title_en="New words")
    schedule(editor, programme, "2026-06-02T10:00", title_en="Newer words")
    save_draft(person("later", "Contributors"), programme, title_en="Newest words")
    Notification.objects.all().delete()
    take(editor3, programme, "change-time", date="3 June 2026", hour="11:00")
    [line] = {str(each) for each in Notification.objects.all()}
    assert line == "editor3 scheduled “Ours” for 3 June 2026, 11:00"
    take(editor3, programme, "cancel-schedule")
    assert told("scheduled") == told("cancelled") == {"editor", "later", "writer"}


def test_a_deleted_draft_and_a_withdrawal_are_told_to_the_author_of_the_draft(writer, editor, others):
    programme = make_programme()
    save_draft(writer, programme, title_en="New words")
    take(editor, programme, "withdraw", withdrawal_reason_en="A mistake.")
    take(editor, programme, "delete-draft")
    assert told("withdrawn") == told("draft-deleted") == {"writer"}


def test_an_author_who_may_no_longer_open_the_record_is_not_told(writer, editor, others):
    programme = make_programme()
    submit(writer, programme, title_en="New words")
    User.objects.get(username="writer").groups.clear()
    confirm(editor, programme)
    assert not told("published")


def test_authors_of_what_was_published_before_and_the_actor_are_not_told(writer, editor, others):
    programme = make_programme()
    save_draft(writer, programme, title_en="New words")
    confirm(editor, programme)
    Notification.objects.all().delete()
    save_draft(editor, programme, title_en="Newer words")
    assert announced(editor, programme, "publish") == []
    confirm(editor, programme)
    assert not Notification.objects.exists()


def news_of(name: str) -> list[str]:
    unread = Notification.objects.unread(User.objects.get(username=name), timezone.now())
    return [str(each) for each in unread]


def test_what_the_clock_publishes_is_told_to_its_author_and_to_whoever_scheduled_it(
    writer, editor, others, clock
):
    programme = make_programme(title_en="Ours")
    submit(writer, programme, summary_en="New words")
    confirm(editor, programme, moment="2026-06-02T10:00")
    clock.shift(DAY)
    for _visitor in range(2):
        assert "New words" in read(Client(), programme.get_absolute_url())
    assert told("went-live") == {"editor", "writer"}
    assert Notification.objects.filter(kind="went-live").count() == 2
    assert news_of("editor") == ["“Ours” was published as scheduled"]


def test_what_the_clock_cannot_publish_is_told_once_with_the_reason(writer, editor, others, clock):
    programme = make_programme(title_en="Ours")
    schedule(editor, programme, "2026-06-02T10:00", summary_en="New words")
    Programme.objects.filter(pk=programme.pk).update(summary_en="Meanwhile")
    clock.shift(DAY)
    for _visitor in range(2):
        read(Client(), programme.get_absolute_url())
    failed = Notification.objects.get(kind="failed")
    assert str(failed) == "“Ours” could not be published as scheduled"
    assert failed.recipient.username == "editor"
    assert "changed meanwhile" in failed.note


def test_a_first_publication_is_told_at_its_moment_unless_its_schedule_is_another_one(
    writer, editor, others, clock
):
    records = {}
    for name in ("as scheduled", "later", "cancelled", "by hand", "deleted"):
        records[name] = make_programme(title_en=name, state="draft")
        submit(writer, records[name], summary_en="New words")
        confirm(editor, records[name], moment="2026-06-02T10:00")
    clock.shift(60)
    assert news_of("editor") == []
    take(editor, records["later"], "change-time", date="3 June 2026", hour="10:00")
    take(editor, records["cancelled"], "cancel-schedule")
    confirm(editor, records["by hand"])
    assert editor.post(address_of(records["deleted"], "delete/"), {"post": "yes"}).status_code == 302
    at_first, then = "“as scheduled” was published as scheduled", "“later” was published as scheduled"
    clock.shift(DAY)
    assert news_of("editor") == [at_first]
    clock.shift(DAY)
    assert {*news_of("editor")} == {at_first, then}
    assert {news for news in news_of("writer") if news.endswith("as scheduled")} == {at_first, then}


def test_the_step_says_who_gets_an_e_mail(writer, editor, settings):
    settings.ALERTS_ENABLED = True
    User.objects.filter(username="editor").update(
        email="editor@example.org", first_name="Editor", last_name="1"
    )
    programme = make_programme()
    save_draft(writer, programme, title_en="New words")
    assert announced(writer, programme, "submit") == [("Editor 1", "home page and e-mail")]
    assert announced(editor, programme, "publish") == [("writer", "home page")]


# --- In one transaction ---------------------------------------------------------------------------


def test_what_is_refused_is_told_to_nobody(writer, editor, others):
    programme = make_programme()
    submit(writer, programme, title_en="New words")
    assert confirm(editor, programme, moment="2026-05-02T10:00").context["form"].errors
    assert confirm(editor, programme, _source="of somebody else").status_code == 409
    assert not told("published") | told("scheduled")


def test_what_cannot_be_told_is_not_done(writer, editor, others):
    programme = make_programme()
    save_draft(writer, programme, title_en="New words")
    editor.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE staff_notification RENAME TO elsewhere")
        response = confirm(editor, programme)
        cursor.execute("ALTER TABLE elsewhere RENAME TO staff_notification")
    assert response.status_code >= 500
    assert "New words" not in public_page(programme)
    assert waiting(programme).by.username == "writer"


# --- The front page -------------------------------------------------------------------------------


def dismiss(client):
    shown = [notification.pk for notification, _when in client.get("/admin/").context["notifications"]]
    return client.post("/admin/notifications/dismiss/", {"shown": shown})


def test_the_front_page_shows_five_until_they_are_dismissed(writer, editor, others, clock):
    for number in range(6):
        programme = make_programme(title_en=f"Programme {number}", state="draft")
        save_draft(writer, programme, summary_en="Mine.")
        clock.shift(60)
        confirm(editor, programme, note="With the new figures.")
    page = read(writer, "/admin/")
    assert "editor published “Programme 5” today 12:06 · “With the new figures.”" in page
    assert address_of(programme) in page.links
    assert "published “Programme 1”" in page
    assert "published “Programme 0”" not in page
    assert "News for you" not in read(editor, "/admin/")
    assert dismiss(writer).url == "/admin/"
    page = read(writer, "/admin/")
    assert "published “Programme 0”" in page
    assert "published “Programme 5”" not in page
    dismiss(writer)
    assert "News for you" not in read(writer, "/admin/")


def test_nobody_dismisses_what_another_person_is_told(writer, editor, others):
    programme = make_programme(title_en="Ours")
    save_draft(writer, programme, title_en="New words")
    take(editor, programme, "delete-draft")
    shown = list(Notification.objects.values_list("pk", flat=True))
    editor.post("/admin/notifications/dismiss/", {"shown": [*shown, "no key"]})
    assert "editor deleted the draft of “Ours”" in read(writer, "/admin/")


def test_submissions_and_returns_are_in_the_work_list_and_not_among_the_news_too(writer, editor, others):
    submit(writer, make_programme(title_en="Ours"), "Please look.", title_en="New words")
    page = read(editor, "/admin/")
    assert "Please look." in page
    assert "News for you" not in page
    take(editor, Programme.objects.get(), "return", note="Which year?")
    page = read(writer, "/admin/")
    assert "Which year?" in page
    assert "News for you" not in page


def test_news_is_shown_for_two_weeks_and_kept_for_sixty_days(writer, editor, others, clock):
    programme = make_programme(title_en="Ours")
    save_draft(writer, programme, title_en="New words")
    confirm(editor, programme)
    user = User.objects.get(username="writer")
    published = timezone.now()
    assert Notification.objects.unread(user, published + 14 * DAY - SECOND)
    assert not Notification.objects.unread(user, published + 14 * DAY)
    clock.shift(60 * DAY)
    call_command("clean_uploads", verbosity=0)
    assert told("published") == {"writer"}
    clock.shift(SECOND)
    call_command("clean_uploads", verbosity=0)
    assert not told("published")


def test_news_costs_the_front_page_no_more_queries_however_much_there_is(writer, editor, others):
    programmes = [make_programme(title_en=title) for title in ("One", "Two")]
    for programme in programmes:
        save_draft(writer, programme, title_en="New words")
    without = count_queries(writer, "/admin/")
    for programme in programmes:
        take(editor, programme, "delete-draft")
    assert len(writer.get("/admin/").context["notifications"]) == 2
    assert count_queries(writer, "/admin/") <= without
