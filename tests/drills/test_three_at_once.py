"""A form that is open, a schedule that falls due and somebody who publishes, in the same second, again and again."""

import datetime
import os
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.colleagues import Answer, Colleague, address_of, make_superusers, report, step_form
from tests.helpers.forms import fill_form
from tests.helpers.servers import running_server

pytestmark = pytest.mark.timeout(7200)
ROUNDS = 100 if os.environ.get("DRILL") == "full" else 10
VIENTIANE = ZoneInfo("Asia/Vientiane")
NAMES = ("writer", "planner", "editor", "visitor")


@pytest.fixture
def server(tmp_path):
    with running_server(tmp_path / "site", WEB_WORKERS="2") as server:
        make_superusers(server, *NAMES)
        yield server


def public_form(somebody: Colleague, record: int) -> dict:
    """The form of what is public, though a draft of it waits."""
    page = somebody.ask(address_of(record))
    if named := re.search(rb'href="\?source=([0-9a-f-]+)"', page.content):
        page = somebody.ask(f"{address_of(record)}?source={named[1].decode()}")
    return fill_form(page)


def save_until_taken(somebody: Colleague, record: int, form: dict, field: str) -> list[int]:
    """Send a form, and again what comes back of it, until it is taken. What was typed comes back each time."""
    statuses = []
    while True:
        answer: Answer = somebody.ask(address_of(record), form)
        statuses.append(answer.status)
        if answer.status != 409:
            return statuses
        again = fill_form(answer)
        assert again[field] == form[field], "What was typed comes back."
        form = again


def schedule_soon(somebody: Colleague, record: int, form: dict) -> datetime.datetime:
    """Schedule a form for a moment some seconds ahead, which can pass before a busy machine takes it."""
    for seconds in (3, 6, 12, 24, 48):
        due = (datetime.datetime.now(VIENTIANE) + datetime.timedelta(seconds=seconds)).replace(microsecond=0)
        form["publish_at"] = [due.strftime("%Y-%m-%dT%H:%M:%S")]
        answer = somebody.ask(address_of(record), form)
        if answer.status == 302:
            return due
    raise AssertionError(f"The schedule is not taken: {answer.status}")


def publish_the_draft(somebody: Colleague, address: str, form: dict) -> list[int]:
    """Publish it by its button: taken, refused with the reason, or overtaken."""
    return [somebody.ask(address, form).status]


def test_no_change_is_lost_where_a_form_a_schedule_and_a_publish_meet(server):
    writer, planner, editor, visitor = (Colleague(server, name) for name in NAMES)
    listed = writer.ask("/admin/programmes/programme/").content.decode()
    keys = sorted({int(key) for key in re.findall(r"/admin/programmes/programme/(\d+)/change/", listed)})
    seen: Counter[str] = Counter()
    with ThreadPoolExecutor(6) as hands:
        for number in range(ROUNDS):
            record, is_same = keys[number % len(keys)], number % 2 == 1
            # In every third round the editor publishes the draft that is due, and else saves a form.
            is_step = number % 3 == 2
            # In every other round the open form changes the field that the schedule changes, too.
            mine = "summary_en" if is_same else "title_en"
            open_form = public_form(writer, record) | {mine: [f"writer-{number}"]}
            planned = planner.open(record) | {"summary_en": [f"planner-{number}"], "_schedule": ["1"]}
            due = schedule_soon(planner, record, planned)
            if is_step:
                second = (publish_the_draft, editor, *step_form(editor, record, "publish"))
            else:
                published = public_form(editor, record) | {"since_what_en": [f"editor-{number}"]}
                second = (save_until_taken, editor, record, published, "since_what_en")
            time.sleep(max(0, due.timestamp() - time.time() - 0.02))
            save = hands.submit(save_until_taken, writer, record, open_form, mine)
            other = hands.submit(*second)
            visits = [hands.submit(visitor.ask, "/programmes/") for _ in range(4)]
            seen[f"save {save.result()}"] += 1
            assert save.result()[-1] == 302, save.result()
            seen[f"{'publish' if is_step else 'save'} {other.result()}"] += 1
            assert other.result()[-1] in ({200, 302, 409} if is_step else {302}), other.result()
            assert {visit.result().status for visit in visits} == {200}
            assert visitor.ask("/programmes/").status == 200
            now = public_form(visitor, record)
            assert is_step or now["since_what_en"] == [f"editor-{number}"]
            assert now[mine] == [f"writer-{number}"] or (is_same and now[mine] == [f"planner-{number}"])
            history = visitor.ask(f"/admin/programmes/programme/{record}/history/").content.decode()
            for name in ("writer", "planner") if is_step else ("writer", "planner", "editor"):
                assert f"{name}-{number}" in history, "Whoever was acknowledged is there: shown, or held."
            if not is_same:
                assert now["summary_en"] == [f"planner-{number}"]
            if "could not be published at its time" in history:
                seen["not published, with a reason"] += 1
                step = f"/admin/programmes/programme/{record}/delete-draft/"
                token = dict(re.findall(r'name="(\w+)" value="([^"]*)"', visitor.ask(step).content.decode()))
                assert visitor.ask(step, token).status == 302
    report(ROUNDS, seen)
