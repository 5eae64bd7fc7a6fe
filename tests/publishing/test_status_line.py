"""The line under the title of a form, in the words that staff read."""

import datetime
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User

from careers.models.vacancy import Vacancy
from iomlaos.office.models import Page
from iomlaos.publishing.models import Revision, Submission
from iomlaos.publishing.status import Waiting
from iomlaos.publishing.status_line import StatusLine

#: Noon of Monday 30 November 2026 in Vientiane.
NOW = datetime.datetime(2026, 11, 30, 5, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
MORNING = NOW - datetime.timedelta(hours=3, minutes=20)
TOMORROW = NOW + DAY - datetime.timedelta(hours=3)
ME, OTHER = User(pk=1, username="me"), User(pk=2, first_name="Editor", last_name="2")


def line(record, **waiting) -> str:
    sentences = StatusLine(record, Waiting(**waiting), NOW, ME).sentences
    return " ".join(f"*{words}*" if is_marked else words for words, is_marked in sentences)


def revision(by: User | None = ME, **values) -> Revision:
    return Revision(by=by, at=MORNING, **values)


def submitted(**values) -> Submission:
    return Submission(by=OTHER, at=MORNING, **values)


def scheduled(**values) -> Revision:
    return revision(publish_at=TOMORROW, **values)


@pytest.fixture
def seen_since_march(monkeypatch):
    event = SimpleNamespace(at=datetime.datetime(2026, 3, 3, 5, tzinfo=datetime.UTC), by_id=2, who="Editor 2")
    monkeypatch.setattr(StatusLine, "_last", lambda self, event_: event)


def test_a_draft_says_who_saved_it_and_when():
    draft = Page(state="draft")
    assert line(draft, last_save=revision()) == "*Not public yet.* Saved today 08:40 by you."
    assert line(draft, last_save=revision(OTHER)) == "*Not public yet.* Saved today 08:40 by Editor 2."
    assert line(draft) == "*Not public yet.*"


def test_a_draft_that_was_submitted_says_by_whom():
    draft, save = Page(state="draft"), revision()
    assert line(draft, last_save=save, submission=submitted()) == "*Submitted by Editor 2, today 08:40.*"
    returned = submitted(returned_at=NOW)
    assert line(draft, last_save=save, submission=returned).startswith("*Not public yet.*")


def test_a_scheduled_record_says_when_it_goes_public():
    page = Page(state="published", publish_from=TOMORROW)
    assert line(page) == "*Goes public Tuesday 1 December 2026, 09:00.*"
    assert line(page, draft=revision()).endswith("09:00.* *Your later draft is not part of it.*")


@pytest.mark.usefixtures("seen_since_march")
def test_a_live_record_says_since_when_and_what_waits_beside_it():
    page = Page(state="published")
    change = "Live since 3 March 2026. *Changes on Tuesday 1 December 2026, 09:00.*"
    assert line(page) == "Live since 3 March 2026."
    assert line(page, draft=revision()) == (
        "Live since 3 March 2026. *Your draft of today 08:40 is not public yet.*"
    )
    assert line(page, draft=revision(OTHER)).endswith("*Editor 2's draft of today 08:40 is not public yet.*")
    assert line(page, draft=revision(None)).endswith("*A draft of today 08:40 is not public yet.*")
    assert line(page, draft=revision(), submission=submitted()) == (
        "Live since 3 March 2026. *Submitted by Editor 2, today 08:40.*"
    )
    assert line(page, scheduled=scheduled()) == change
    assert line(page, scheduled=scheduled(), draft=revision(OTHER)) == (
        f"{change} *Editor 2's later draft is not part of it.*"
    )
    assert line(page, scheduled=scheduled(failure_reason="Its page is gone.")) == (
        "Live since 3 March 2026. *Not published on Tuesday 1 December 2026, 09:00: Its page is gone.*"
    )
    later = Page(state="published", publish_from=NOW - DAY, publish_until=TOMORROW)
    assert line(later) == ("Live since 29 November 2026. It is taken down on Tuesday 1 December 2026, 09:00.")


@pytest.mark.usefixtures("seen_since_march")
def test_what_was_taken_off_says_when_by_whom_and_why():
    withdrawn = Page(state="withdrawn", withdrawal_reason_en="It was wrong.")
    assert line(withdrawn) == "Withdrawn on 3 March by Editor 2: It was wrong."
    ended = Page(state="published", publish_until=TOMORROW - DAY)
    assert line(ended) == "Taken down on Monday 30 November 2026, 09:00."


@pytest.mark.usefixtures("seen_since_march")
def test_a_notice_says_when_it_closes_or_closed():
    def notice(days: float, **values) -> str:
        return line(Vacancy(state="published", closes_at=NOW + days * DAY, **values))

    assert notice(4) == "Live since 3 March 2026."
    assert notice(2.5) == "Closes Wednesday 2 December 2026. 2 days left."
    assert notice(-17) == "Closed 17 days ago."
    assert notice(-1, outcome="filled") == "Closed 1 day ago. Filled."
    assert notice(-0.01) == "Closed today."
    assert notice(-2000, outcome="cancelled") == "Closed on 9 June 2021. Cancelled."
