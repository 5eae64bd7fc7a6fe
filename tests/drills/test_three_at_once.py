"""A form that is open, a schedule that falls due and somebody who publishes, in the same second, again and again."""

import datetime
import os
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest

from tests.drills.test_edits_at_once import PASSWORD, Answer, Colleague, address_of
from tests.servers import running_server
from tests.staff.filled import filled

ROUNDS = 100 if os.environ.get("DRILL") == "full" else 10
VIENTIANE = ZoneInfo("Asia/Vientiane")
NAMES = ("writer", "planner", "editor", "visitor")


@pytest.fixture
def server(tmp_path):
    with running_server(tmp_path / "site") as server:
        for name in NAMES:
            server.manage(
                "createsuperuser", "--noinput", "--username", name, "--email", "",
                DJANGO_SUPERUSER_PASSWORD=PASSWORD,
            )  # fmt: skip
        yield server


def public_form(somebody: Colleague, record: int) -> dict:
    """The form of what is public, though a draft of it waits."""
    page = somebody.ask(address_of(record))
    if named := re.search(rb'href="\?source=([0-9a-f-]+)"', page.content):
        page = somebody.ask(f"{address_of(record)}?source={named[1].decode()}")
    return filled(page)


def save_until_taken(somebody: Colleague, record: int, form: dict, field: str) -> list[int]:
    """Send a form, and again what comes back of it, until it is taken. What was typed comes back each time."""
    statuses = []
    while True:
        answer: Answer = somebody.ask(address_of(record), form)
        statuses.append(answer.status)
        if answer.status != 409:
            return statuses
        again = filled(answer)
        assert again[field] == form[field], "What was typed comes back."
        form = again


def test_no_change_is_lost_where_a_form_a_schedule_and_a_publish_meet(server):
    writer, planner, editor, visitor = (Colleague(server, name) for name in NAMES)
    listed = writer.ask("/admin/programmes/programme/").content.decode()
    keys = sorted({int(key) for key in re.findall(r"/admin/programmes/programme/(\d+)/change/", listed)})
    seen: Counter[str] = Counter()
    with ThreadPoolExecutor(6) as hands:
        for number in range(ROUNDS):
            record, is_same = keys[number % len(keys)], number % 2 == 1
            # In every other round the open form changes the field that the schedule changes, too.
            mine = "summary_en" if is_same else "title_en"
            open_form = public_form(writer, record) | {mine: [f"writer-{number}"]}
            planned = planner.open(record) | {"summary_en": [f"planner-{number}"], "_schedule": ["1"]}
            due = (datetime.datetime.now(VIENTIANE) + datetime.timedelta(seconds=3)).replace(microsecond=0)
            planned["publish_at"] = [due.strftime("%Y-%m-%dT%H:%M:%S")]
            assert planner.ask(address_of(record), planned).status == 302
            published = public_form(editor, record) | {"since_what_en": [f"editor-{number}"]}
            time.sleep(max(0, due.timestamp() - time.time() - 0.02))
            saves = [
                hands.submit(save_until_taken, writer, record, open_form, mine),
                hands.submit(save_until_taken, editor, record, published, "since_what_en"),
            ]
            visits = [hands.submit(visitor.ask, "/programmes/") for _ in range(4)]
            for save in saves:
                statuses = save.result()
                assert statuses[-1] == 302, statuses
                seen[f"save {statuses}"] += 1
            assert {visit.result().status for visit in visits} == {200}
            assert visitor.ask("/programmes/").status == 200
            now = public_form(visitor, record)
            assert now["since_what_en"] == [f"editor-{number}"]
            assert now[mine] == [f"writer-{number}"] or (is_same and now[mine] == [f"planner-{number}"])
            history = visitor.ask(f"/admin/programmes/programme/{record}/history/").content.decode()
            for name in ("writer", "planner", "editor"):
                assert f"{name}-{number}" in history, "Whoever was acknowledged is there: shown, or held."
            if not is_same:
                assert now["summary_en"] == [f"planner-{number}"]
            if "could not be published at its time" in history:
                seen["held"] += 1
                step = f"/admin/programmes/programme/{record}/step/discard/"
                token = dict(re.findall(r'name="(\w+)" value="([^"]*)"', visitor.ask(step).content.decode()))
                assert visitor.ask(step, token).status == 302
    assert sum(count for what, count in seen.items() if what.startswith("save")) == 2 * ROUNDS
