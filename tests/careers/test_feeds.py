"""Atom feeds: what is open, and what happens to one notice."""

import datetime

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from tests.helpers.exports import HOSTILE, UNREADABLE, atom_schema, read_feed, titles
from tests.helpers.factories import (
    change_deadline,
    make_amendment,
    make_clarification,
    make_office,
    make_place,
    make_procurement_notice,
    make_vacancy,
)

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
DEADLINE = Vacancy.closing_moment(datetime.date(2026, 6, 10), datetime.time(17, 0))
NOW = DEADLINE - 9 * DAY


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


# --- What is open -----------------------------------------------------------------------------


def test_each_feed_holds_its_kind_and_one_holds_all(client):
    make_vacancy(title_en="Driver")
    make_procurement_notice(title_en="Chairs")
    assert sorted(titles(read_feed(client, "/careers/feed.atom"))) == ["Chairs", "Driver"]
    assert titles(read_feed(client, "/careers/vacancies/feed.atom")) == ["Driver"]
    assert titles(read_feed(client, "/careers/procurement/feed.atom")) == ["Chairs"]


def test_a_feed_names_itself_the_organization_and_its_page(client):
    make_office(name_en="International Organization for Migration (IOM)")
    feed = read_feed(client, "/careers/procurement/feed.atom").feed
    assert feed.title == "Open tenders · IOM Lao PDR"
    assert feed.author == "International Organization for Migration (IOM)"
    assert feed.link == "http://testserver/careers/procurement/"
    assert feed.id == "http://testserver/careers/procurement/feed.atom"
    assert feed.language == "en"


def test_an_entry_says_when_it_closes_in_words_and_for_machines_and_what_it_is(client):
    make_vacancy(
        slug="driver", title_en="Driver", closes_at=DEADLINE, grade="G2", reference="VN 7",
        duty_station=make_place(name_en="Boten"), contract="fixed-term", duration_en="Nine months",
    )  # fmt: skip
    [entry] = read_feed(client, "/careers/feed.atom").entries
    assert entry.summary == (
        "Closes: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7) (2026-06-10T10:00:00Z)"
        " · Job · Location: Boten · Grade: G2 (General Service)"
        " · Contract: Fixed term · Nine months · Reference: VN 7"
    )
    assert entry.link == "http://testserver/careers/vacancies/driver/"
    [content] = entry.content
    assert "Closes: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)" in content.value
    assert "<li>Grade: G2 (General Service)</li>" in content.value
    assert "Changes to this notice" not in content.value


def test_an_entry_of_a_tender_says_its_method_and_its_other_moments(client):
    make_procurement_notice(
        closes_at=DEADLINE,
        method="rfq",
        clarifications_until=DEADLINE - 3 * DAY,
        pre_bid_at=DEADLINE - 5 * DAY,
    )
    [entry] = read_feed(client, "/careers/feed.atom").entries
    assert "Tender · Method: Request for quotation (RFQ)" in entry.summary
    assert "Questions until: Sunday 7 June 2026, 17:00, Vientiane time (UTC+7)" in entry.summary
    assert "Pre-bid meeting: Friday 5 June 2026, 17:00, Vientiane time (UTC+7)" in entry.summary


def test_what_was_announced_last_comes_first_whenever_it_closes(client, time_machine):
    make_vacancy(title_en="First", closes_at=DEADLINE)
    make_procurement_notice(title_en="Third", publish_from=NOW + 2 * DAY, closes_at=DEADLINE + DAY)
    time_machine.move_to(NOW + DAY, tick=False)
    make_vacancy(title_en="Second", closes_at=DEADLINE - 2 * DAY)
    time_machine.move_to(NOW + 3 * DAY, tick=False)
    feed = read_feed(client, "/careers/feed.atom")
    assert titles(feed) == ["Third", "Second", "First"]
    published = [entry.published for entry in feed.entries]
    assert published == [
        "2026-06-03T10:00:00+00:00",
        "2026-06-02T10:00:00+00:00",
        "2026-06-01T10:00:00+00:00",
    ]


def test_a_feed_holds_the_hundred_newest(client, time_machine):
    for kind in (Vacancy, ProcurementNotice):
        name = kind.__name__
        kind.objects.bulk_create(
            kind(slug=f"{name}-{number}".lower(), title_en=f"{name} {number}", state="published",
                 first_published_at=NOW + number * SECOND, closes_at=DEADLINE)
            for number in range(103)
        )  # fmt: skip
    time_machine.move_to(NOW + DAY, tick=False)
    vacancies = titles(read_feed(client, "/careers/vacancies/feed.atom"))
    assert vacancies == [f"Vacancy {number}" for number in range(102, 2, -1)]
    every = titles(read_feed(client, "/careers/feed.atom"))
    assert set(every) == {f"{kind} {n}" for kind in ("Vacancy", "ProcurementNotice") for n in range(53, 103)}
    assert len(every) == 100


def test_an_entry_keeps_its_id_when_its_address_changes(client):
    vacancy = make_vacancy(slug="driver")
    [before] = read_feed(client, "/careers/feed.atom").entries
    vacancy.slug = "driver-vientiane"
    vacancy.save()
    [after] = read_feed(client, "/careers/feed.atom").entries
    assert before.id == after.id == f"urn:uuid:{vacancy.uid}"
    assert after.link == "http://testserver/careers/vacancies/driver-vientiane/"


def test_one_thing_has_one_id_in_every_feed_and_at_another_host(client, settings):
    vacancy = make_vacancy(slug="driver")
    make_amendment(vacancy)
    feeds = ("/careers/feed.atom", "/careers/vacancies/feed.atom", "/careers/vacancies/driver/feed.atom")
    of_all, of_kind, own = (read_feed(client, address).entries for address in feeds)
    assert of_all == of_kind == own[-1:]
    settings.SITE_URL = "https://jobs.example"
    moved = feedparser.parse(client.get(feeds[-1]).content)
    assert [entry.id for entry in moved.entries] == [entry.id for entry in own]


def test_two_things_never_share_an_id(client):
    vacancy = make_vacancy(slug="driver")
    make_amendment(vacancy)
    before = read_feed(client, "/careers/vacancies/driver/feed.atom")
    vacancy.delete()
    another = make_vacancy(pk=vacancy.pk, slug="driver")
    make_amendment(another)
    tender = make_procurement_notice(pk=vacancy.pk, slug="driver-of-trucks")
    make_amendment(tender)
    addresses = ("/careers/vacancies/driver/feed.atom", "/careers/procurement/driver-of-trucks/feed.atom")
    feeds = [before, *(read_feed(client, address) for address in addresses)]
    ids = [thing.id for feed in feeds for thing in [feed.feed, *feed.entries]]
    assert len(set(ids)) == len(ids) == 9


def test_a_correction_updates_the_entry_and_says_what_changed(client, time_machine):
    vacancy = make_vacancy(closes_at=DEADLINE)
    before = read_feed(client, "/careers/feed.atom")
    time_machine.move_to(NOW + DAY, tick=False)
    change_deadline(vacancy, DEADLINE + 2 * DAY, reason="The form was missing.")
    time_machine.move_to(NOW + 2 * DAY, tick=False)
    make_amendment(vacancy, text_en="The duty station is Boten.\nNothing else changed.")
    after = read_feed(client, "/careers/feed.atom")
    assert after.entries[0].id == before.entries[0].id
    assert after.entries[0].published == before.entries[0].published == "2026-06-01T10:00:00+00:00"
    assert before.entries[0].updated == "2026-06-01T10:00:00+00:00"
    assert after.entries[0].updated == after.feed.updated == "2026-06-03T10:00:00+00:00"
    content = after.entries[0].content[0].value
    assert content.index("3 June 2026: <strong>Amended</strong>") < content.index(
        "2 June 2026: <strong>Deadline changed</strong>"
    )
    assert "The duty station is Boten.<br />Nothing else changed." in content
    assert "Old deadline: Wednesday 10 June 2026, 17:00, Vientiane time (UTC+7)." in content
    assert (
        "New deadline: Friday 12 June 2026, 17:00, Vientiane time (UTC+7). Reason: The form was missing."
        in content
    )


def test_an_answer_updates_the_entry_of_its_tender(client, time_machine):
    notice = make_procurement_notice(closes_at=DEADLINE)
    time_machine.move_to(NOW + DAY, tick=False)
    make_clarification(notice=notice, question_en="Which colour?", answer_en="Blue.")
    make_clarification(notice=notice, question_en="Which size?", answer_en="")
    [entry] = read_feed(client, "/careers/procurement/feed.atom").entries
    assert entry.updated == "2026-06-02T10:00:00+00:00"
    assert "2 June 2026: <strong>Question answered</strong><br />Which colour?" in entry.content[0].value
    assert "Which size?" not in entry.content[0].value


def test_a_feed_was_updated_when_its_last_notice_left(client, time_machine):
    make_vacancy(closes_at=DEADLINE)
    make_procurement_notice(closes_at=DEADLINE + DAY)
    time_machine.move_to(DEADLINE + DAY, tick=False)
    assert read_feed(client, "/careers/vacancies/feed.atom").feed.updated == "2026-06-10T10:00:00+00:00"
    assert read_feed(client, "/careers/procurement/feed.atom").feed.updated == "2026-06-11T10:00:00+00:00"
    assert read_feed(client, "/careers/feed.atom").feed.updated == "2026-06-11T10:00:00+00:00"


def test_a_feed_that_never_held_anything_is_a_feed_nevertheless(client):
    for address in ("/careers/feed.atom", "/careers/vacancies/feed.atom", "/careers/procurement/feed.atom"):
        feed = read_feed(client, address)
        assert feed.entries == []
        assert feed.feed.updated == "2026-01-01T00:00:00+00:00"


def test_an_hour_later_a_feed_is_the_same_bytes(client, time_machine):
    make_vacancy(closes_at=DEADLINE)
    before = client.get("/careers/feed.atom")
    time_machine.move_to(NOW + DAY / 24, tick=False)
    after = client.get("/careers/feed.atom")
    assert after.content == before.content
    assert client.get("/careers/feed.atom", HTTP_IF_NONE_MATCH=before["ETag"]).status_code == 304


# --- One notice -------------------------------------------------------------------------------


def test_the_feed_of_a_notice_tells_its_whole_story_also_after_its_closing(client, time_machine):
    notice = make_procurement_notice(slug="chairs", title_en="Chairs", closes_at=DEADLINE)
    for days, change in enumerate(
        [
            lambda: make_clarification(notice=notice),
            lambda: make_amendment(notice),
            lambda: change_deadline(notice, DEADLINE + DAY),
        ],
        start=1,
    ):
        time_machine.move_to(NOW + days * DAY, tick=False)
        change()
    feed = read_feed(client, "/careers/procurement/chairs/feed.atom")
    assert feed.feed.title == "Chairs"
    assert feed.feed.subtitle == "Closes: Thursday 11 June 2026, 17:00, Vientiane time (UTC+7)"
    open_story = [
        "Deadline changed: Chairs",
        "Amended: Chairs",
        "Question answered: Chairs",
        "Chairs",
    ]
    assert titles(feed) == open_story

    time_machine.move_to(DEADLINE + DAY, tick=False)
    feed = read_feed(client, "/careers/procurement/chairs/feed.atom")
    assert feed.feed.subtitle == "Closed: Thursday 11 June 2026, 17:00, Vientiane time (UTC+7)"
    assert titles(feed) == ["Closed: Chairs", *open_story]
    assert feed.entries[0].summary == (
        "Thursday 11 June 2026, 17:00, Vientiane time (UTC+7). We no longer accept offers."
    )
    assert feed.feed.updated == "2026-06-11T10:00:00+00:00"

    time_machine.move_to(DEADLINE + 5 * DAY, tick=False)
    notice.outcome, notice.outcome_note = "cancelled", "The budget was cut."
    notice.save()
    feed = read_feed(client, "/careers/procurement/chairs/feed.atom")
    assert titles(feed)[0] == "Outcome: Chairs"
    assert feed.entries[0].summary == "Cancelled. The budget was cut."
    assert feed.entries[-1].summary.endswith(" · Tender · Outcome: Cancelled")
    assert feed.feed.updated == feed.entries[0].updated == "2026-06-15T10:00:00+00:00"
    assert {entry.link for entry in feed.entries} == {"http://testserver/careers/procurement/chairs/"}


def test_the_entries_of_a_notice_keep_their_ids(client, time_machine):
    vacancy = make_vacancy(slug="driver", closes_at=DEADLINE)
    make_amendment(vacancy)
    before = {entry.id for entry in read_feed(client, "/careers/vacancies/driver/feed.atom").entries}
    time_machine.move_to(DEADLINE, tick=False)
    after = {entry.id for entry in read_feed(client, "/careers/vacancies/driver/feed.atom").entries}
    assert len(before) == 2
    assert len(after) == 3
    assert before < after


# --- Whatever staff write ---------------------------------------------------------------------


def test_text_that_could_break_a_feed_arrives_as_it_was_written(client, time_machine):
    vacancy = make_vacancy(slug="driver", title_en=HOSTILE + UNREADABLE, closes_at=DEADLINE)
    time_machine.move_to(NOW + SECOND, tick=False)
    make_amendment(vacancy, text_en=HOSTILE + UNREADABLE)
    [entry] = read_feed(client, "/careers/feed.atom").entries
    shown = " ".join(HOSTILE.split())
    assert entry.title == shown
    tree = etree.fromstring(client.get("/careers/vacancies/driver/feed.atom").content)
    names = {"atom": "http://www.w3.org/2005/Atom"}
    assert tree.findtext("atom:title", namespaces=names) == shown
    assert tree.findtext("atom:entry/atom:title", namespaces=names) == f"Amended: {shown}"
    assert tree.findtext("atom:entry/atom:summary", namespaces=names) == HOSTILE
    assert "<script" not in tree.findtext("atom:entry/atom:content", namespaces=names)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_no_text_makes_a_feed_unreadable(client, text):
    vacancy, _ = Vacancy.objects.get_or_create(
        slug="driver", defaults={"title_en": "Driver", "state": "published", "closes_at": DEADLINE}
    )
    Vacancy.objects.update(title_en=text, starts_en=text, reference=text[:40])
    vacancy.amendments.all().delete()
    make_amendment(vacancy, text_en=text)
    for address in ("/careers/feed.atom", "/careers/vacancies/driver/feed.atom"):
        atom_schema().assertValid(etree.fromstring(client.get(address).content))


def test_the_schema_refuses_a_feed_that_lacks_something_or_says_it_wrongly(client):
    """Else nothing above would prove anything."""
    make_vacancy()
    written = client.get("/careers/feed.atom").content
    for path in ("id", "title", "updated", "entry/id", "entry/title", "entry/updated"):
        place = "/".join(f"{{http://www.w3.org/2005/Atom}}{name}" for name in path.split("/"))
        lacking, doubled, wrong = (etree.fromstring(written) for _ in range(3))
        assert atom_schema().validate(lacking)
        lacking.find(place).getparent().remove(lacking.find(place))
        doubled.find(place).addnext(etree.fromstring(etree.tostring(doubled.find(place))))
        wrong.find(place).append(etree.Element("surprise"))
        for tree in (lacking, doubled, wrong):
            assert not atom_schema().validate(tree), path
