"""Two people at one record, again and again: no edit that was acknowledged is lost, none is refused unseen."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.helpers.colleagues import (
    Answer,
    Colleague,
    address_of,
    count_revisions,
    make_superusers,
    programmes_of,
    public_row,
    report,
)
from tests.helpers.forms import fill_form
from tests.helpers.servers import Server, running_server

pytestmark = pytest.mark.timeout(7200)
PAIRS = 1_000 if os.environ.get("DRILL") == "full" else 16


@pytest.fixture
def server(tmp_path):
    with running_server(tmp_path / "site", WEB_WORKERS="2") as server:
        make_superusers(server, "first", "second")
        yield server


@dataclass
class Pair:
    """Two forms of one record, sent at once or one after the other."""

    server: Server
    people: tuple[Colleague, Colleague]
    record: int
    number: int
    is_racing: bool

    def send(self, forms: list[dict], senders: tuple[Colleague, Colleague] | None = None) -> list[Answer]:
        address, senders = address_of(self.record), senders or self.people
        if not self.is_racing:
            return [who.ask(address, form) for who, form in zip(senders, forms, strict=True)]
        with ThreadPoolExecutor(2) as both:
            return list(both.map(lambda who, form: who.ask(address, form), senders, forms))

    def edits(self, *fields: str) -> list[int]:
        """Both change something: one is saved, the other comes back with what was typed, and is sent again."""
        typed = [f"{who.name}-{self.number}" for who in self.people]
        sent = self.send(
            [
                who.open(self.record) | {field: [text]}
                for who, field, text in zip(self.people, fields, typed, strict=True)
            ]
        )
        statuses = sorted(answer.status for answer in sent)
        assert statuses == [302, 409], [answer.content[-3000:] for answer in sent if answer.status >= 400]
        late = next(index for index, answer in enumerate(sent) if answer.status == 409)
        again = fill_form(sent[late])
        assert again[fields[late]] == [typed[late]], "What was typed comes back."
        page = sent[late].content.decode()
        assert typed[1 - late] in page, "What the other made of it is shown."
        assert self.people[late].ask(address_of(self.record), again).status == 302
        now = self.people[late].open(self.record)
        assert now[fields[late]] == [typed[late]]
        if fields[0] != fields[1]:
            assert now[fields[1 - late]] == [typed[1 - late]]
        history = self.people[late].ask(address_of(self.record, "history/")).content.decode()
        assert all(text in history for text in typed), "Both are kept."
        return statuses

    def unchanged(self) -> list[int]:
        """One saves a change, the other presses the button with nothing changed."""
        first, second = self.people
        text = f"first-{self.number}"
        forms = [first.open(self.record) | {"summary_en": [text]}, second.open(self.record)]
        statuses = [answer.status for answer in self.send(forms)]
        assert statuses == [302, 302]
        assert second.open(self.record)["summary_en"] == [text]
        return statuses

    def double_click(self) -> list[int]:
        """One form is sent twice: it is saved once."""
        first, _second = self.people
        form = first.open(self.record) | {"summary_en": [f"twice-{self.number}"]}
        before = count_revisions(self.server, "draft", self.record)
        statuses = [answer.status for answer in self.send([form, form], (first, first))]
        assert statuses == [302, 302]
        assert count_revisions(self.server, "draft", self.record) == before + 1
        assert first.open(self.record)["summary_en"] == [f"twice-{self.number}"]
        return statuses

    def publish(self) -> list[int]:
        """Both confirm the step that they see: the draft is published, once."""
        draft = self.people[0].open(self.record)
        steps = [who.open_publish(self.record) for who in self.people]
        before = count_revisions(self.server, "state", self.record)
        with ThreadPoolExecutor(2) as both:
            sent = list(both.map(lambda who, step: who.ask(*step), self.people, steps))
        statuses = sorted(answer.status for answer in sent)
        assert statuses in ([302, 302], [302, 409]), statuses
        assert count_revisions(self.server, "state", self.record) == before + 1
        row = public_row(self.server, self.record)
        assert {name: [text] for name, text in row.items()} == {name: draft[name] for name in row}
        return statuses


def test_no_edit_that_was_acknowledged_is_lost(server):
    people = Colleague(server, "first"), Colleague(server, "second")
    keys = programmes_of(people[0])
    seen: Counter[str] = Counter()
    for number in range(PAIRS):
        pair = Pair(server, people, keys[number % len(keys)], number, is_racing=number // 4 % 2 == 0)
        kind, statuses = [
            lambda pair=pair: ("same field", pair.edits("summary_en", "summary_en")),
            lambda pair=pair: ("two fields", pair.edits("summary_en", "since_what_en")),
            lambda pair=pair: ("unchanged", pair.unchanged()),
            lambda pair=pair: ("double click", pair.double_click()),
        ][number % 4]()
        seen[f"{kind}, {'at once' if pair.is_racing else 'one after the other'}: {statuses}"] += 1
        seen[f"published by both: {pair.publish()}"] += 1
    report(PAIRS, seen)
