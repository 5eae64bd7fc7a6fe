"""A contributor who saves while an editor schedules and publishes, again and again: no text is lost, and no schedule."""

import datetime
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.colleagues import (
    Colleague,
    address_of,
    make_contributor,
    make_superusers,
    programmes_of,
    public_row,
    report,
    schedule_of,
)
from tests.helpers.servers import running_server

pytestmark = pytest.mark.timeout(7200)
ROUNDS = 200 if os.environ.get("DRILL") == "full" else 10
VIENTIANE = ZoneInfo("Asia/Vientiane")


@pytest.fixture
def server(tmp_path):
    with running_server(tmp_path / "site", WEB_WORKERS="2") as server:
        make_contributor(server, "contributor")
        make_superusers(server, "editor")
        yield server


def test_nothing_is_lost_where_a_contributor_saves_while_an_editor_schedules_and_publishes(server):
    contributor, editor = Colleague(server, "contributor"), Colleague(server, "editor")
    keys, seen = programmes_of(editor), Counter()
    with ThreadPoolExecutor(2) as hands:
        for number in range(ROUNDS):
            record = keys[number % len(keys)]
            # In every other round both change the same field.
            mine = "title_en" if number % 2 else "summary_en"
            planned, first, second = f"planned-{number}", f"first-{number}", f"second-{number}"
            tomorrow = f"{datetime.datetime.now(VIENTIANE) + datetime.timedelta(days=1):%d/%m/%Y}"

            # The editor schedules a text, and the contributor saves one that was typed before.
            typed = contributor.open(record) | {mine: [first]}
            assert editor.save(record, editor.open(record) | {"title_en": [planned]}) == [302]
            save = hands.submit(contributor.save, record, typed, mine)
            step = hands.submit(editor.publish, record, when="later", date=tomorrow, hour="10:00")
            seen[f"first save {save.result()}"] += 1
            seen[f"schedule {step.result()}"] += 1
            assert (save.result()[-1], step.result()[-1]) == (302, 302)
            assert schedule_of(server, record) == (1, ""), (
                "The contributor's draft leaves the schedule alone."
            )

            # The contributor goes on while the editor publishes what they looked at.
            typed = contributor.open(record) | {"since_what_en": [second]}
            address, shown = editor.open_publish(record)
            save = hands.submit(contributor.save, record, typed, "since_what_en")
            publish = hands.submit(editor.ask, address, shown)
            seen[f"second save {save.result()}"] += 1
            seen[f"publish {publish.result().status}"] += 1
            assert save.result()[-1] == 302
            assert publish.result().status in (302, 409)
            is_public = publish.result().status == 302
            assert schedule_of(server, record) == (0 if is_public else 1, ""), "Publishing alone replaces it."

            history = editor.ask(address_of(record, "history/")).content.decode()
            assert all(text in history for text in (planned, first, second))
            editor.settle(record)
            assert schedule_of(server, record) == (0, "")
            now = public_row(server, record)
            assert now["since_what_en"] == second
            assert (now["title_en"], now["summary_en"]) == (planned, first) or (
                mine == "title_en" and now["title_en"] in (planned, first)
            ), now
    report(ROUNDS, seen)
