"""A form that is open, a schedule that falls due and somebody who publishes, in the same second, again and again."""

import datetime
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.colleagues import (
    Colleague,
    address_of,
    make_superusers,
    move_schedule,
    programmes_of,
    public_row,
    report,
    schedule_of,
)
from tests.helpers.servers import running_server

pytestmark = pytest.mark.timeout(7200)
ROUNDS = 100 if os.environ.get("DRILL") == "full" else 6
VIENTIANE = ZoneInfo("Asia/Vientiane")
NAMES = ("writer", "planner", "editor", "visitor")


@pytest.fixture
def server(tmp_path):
    with running_server(tmp_path / "site", WEB_WORKERS="2") as server:
        make_superusers(server, *NAMES)
        yield server


def save_and_publish(somebody: Colleague, record: int, form: dict) -> list[int]:
    return [*somebody.save(record, form, "since_what_en"), *somebody.publish(record)]


def confirm(somebody: Colleague, record: int, address: str, form: dict) -> list[int]:
    """Confirm the step as it was shown before: taken, or overtaken by others."""
    return [somebody.ask(address, form).status]


def test_no_change_is_lost_where_a_form_a_schedule_and_a_publish_meet(server):
    writer, planner, editor, visitor = (Colleague(server, name) for name in NAMES)
    keys, seen = programmes_of(writer), Counter()
    with ThreadPoolExecutor(6) as hands:
        for number in range(ROUNDS):
            record, is_same = keys[number % len(keys)], number % 2 == 1
            # In every third round the editor publishes what is scheduled, and else a text of their own, too.
            is_step = number % 3 == 2
            # In every other round the open form changes the field that the schedule changes, too.
            mine = "summary_en" if is_same else "title_en"
            open_form = writer.open(record) | {mine: [f"writer-{number}"]}
            assert planner.save(record, planner.open(record) | {"summary_en": [f"planner-{number}"]}) == [302]
            tomorrow = f"{datetime.datetime.now(VIENTIANE) + datetime.timedelta(days=1):%d/%m/%Y}"
            assert planner.publish(record, when="later", date=tomorrow, hour="10:00") == [302]
            if is_step:
                second = (confirm, editor, record, *editor.open_publish(record))
            else:
                typed = editor.open(record) | {"since_what_en": [f"editor-{number}"]}
                second = (save_and_publish, editor, record, typed)
            due = datetime.datetime.now(VIENTIANE).replace(microsecond=0) + datetime.timedelta(seconds=2)
            move_schedule(server, record, due)
            time.sleep(max(0, due.timestamp() - time.time() - 0.02))
            save = hands.submit(writer.save, record, open_form, mine)
            other = hands.submit(*second)
            visits = [hands.submit(visitor.ask, "/programmes/") for _ in range(4)]
            seen[f"save {save.result()}"] += 1
            assert save.result()[-1] == 302, save.result()
            seen[f"{'confirm' if is_step else 'save and publish'} {other.result()}"] += 1
            assert other.result()[-1] in ({302, 409} if is_step else {302}), other.result()
            assert {visit.result().status for visit in visits} == {200}
            assert visitor.ask("/programmes/").status == 200
            count, reason = schedule_of(server, record)
            assert count == bool(reason), "What is due is public, or held with a reason."
            seen["held with a reason"] += count
            history = visitor.ask(address_of(record, "history/")).content.decode()
            for name in ("writer", "planner") if is_step else ("writer", "planner", "editor"):
                assert f"{name}-{number}" in history, "Whoever was acknowledged is there: shown, or held."
            editor.settle(record)
            now = public_row(server, record)
            assert is_step or now["since_what_en"] == f"editor-{number}"
            assert now[mine] == f"writer-{number}" or (is_same and now[mine] == f"planner-{number}"), now
            if not is_same:
                assert now["summary_en"] == f"planner-{number}"
    report(ROUNDS, seen)
