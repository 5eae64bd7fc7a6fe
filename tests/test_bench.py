"""`make bench`: how figures are read and judged, and that a busy machine writes none."""

import os
import sys

import pytest

from bench import __main__ as bench
from bench import report, wrk
from bench.machine import BusyMachineError, Conditions, Snapshot
from bench.marks import MARKS, judge

PROCESSORS = os.cpu_count()
WRK = """
  Latency Distribution
     99%    2.50ms
  3000 requests in 1.50s, 20MB read
"""
FOUND = {
    "at": "today", "commit": "0123", "rounds": 5, "busy": "", "missing": ["Wagtail: none."],
    "machine": {
        "processors": 2, "model": "any", "python": "3", "load_before": 0.1, "load_after": 1.0,
        "others": 0.01, "steal": 0.0,
    },
    "speed": {
        "constant": {"cpu_us": 20.0, "per_second": 1.0, "p99_ms": 1.0},
        "bare_django": {"cpu_us": 120.0, "per_second": 1.0, "p99_ms": 10.0},
        "home cached": {"cpu_us": 40.0, "per_second": 1.0, "p99_ms": 2.0},
    },
    "sizes": [
        {"database": "SQLite", "lists": [], "archives": [{"page": "/sitemap.xml", "ms": {"10 closed": 10.0, "10,000 closed": 14.0}}]},
        {"database": "PostgreSQL", "lists": [], "archives": [{"page": "/sitemap.xml", "ms": {"10 closed": 10.0, "10,000 closed": 17.0}}]},
    ],
    "start": {},
}  # fmt: skip


def busy(**shares: list[float]) -> Conditions:
    return Conditions(load_before=shares.pop("load", 0.0) * PROCESSORS, **shares)


def test_the_output_of_wrk_is_read():
    load = wrk.parse(WRK)
    assert (load.requests, load.per_second, load.p99_ms) == (3000, 2000, 2.5)


def test_a_run_with_failed_responses_does_not_count():
    for fault in ("  Non-2xx or 3xx responses: 7\n", "  Socket errors: connect 0, read 3\n"):
        with pytest.raises(ValueError, match=fault.strip()[:20]):
            wrk.parse(WRK + fault)


def test_time_that_is_not_ours_is_that_of_others():
    conditions = busy()
    before, after = Snapshot(at=0, busy=5, steal=0, ours=1), Snapshot(at=1, busy=5.9, steal=0.1, ours=1.4)
    conditions.note(before, after)
    assert conditions.others == [pytest.approx(0.5 / PROCESSORS)]
    assert conditions.steal == [pytest.approx(0.1 / PROCESSORS)]


def test_load_other_programs_and_stolen_time_each_make_a_machine_busy():
    busy(load=0.4, others=[0.0, 0.1], steal=[0.01]).check()
    for shares in ({"load": 0.6}, {"others": [0.0, 0.2]}, {"steal": [0.0, 0.1]}):
        with pytest.raises(BusyMachineError):
            busy(**shares).check()


def test_a_machine_that_is_busy_at_the_start_measures_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(bench.machine, "begin", lambda: busy(load=2))
    monkeypatch.setattr(wrk, "check_installed", lambda: None)
    monkeypatch.setattr(sys, "argv", ["bench", "--output", str(tmp_path / "performance.md")])
    with pytest.raises(SystemExit, match="(?s)load average is .* make bench ARGS=--anyway"):
        bench.main()
    assert not list(tmp_path.iterdir())


def test_figures_of_a_machine_that_got_busy_meanwhile_are_written_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setattr(bench, "measure", lambda options: FOUND | {"busy": "Others took 4%."})
    monkeypatch.setattr(bench, "REFUSED", tmp_path / "var" / "performance.md")
    monkeypatch.setattr(wrk, "check_installed", lambda: None)
    monkeypatch.setattr(sys, "argv", ["bench", "--output", str(tmp_path / "performance.md")])
    with pytest.raises(SystemExit, match="Others took 4%"):
        bench.main()
    assert [path.name for path in tmp_path.iterdir()] == ["var"]
    assert "Others took 4%." in bench.REFUSED.read_text()


def test_figures_of_a_busy_machine_say_so():
    assert "The machine was busy" not in report.write(FOUND)
    text = report.write(FOUND | {"busy": "The load average is 4.0."})
    assert (
        "**The machine was busy, and these figures are no more than a hint.** The load average is 4.0."
        in text
    )


def test_figures_are_judged_by_the_worst_of_all_databases():
    assert {mark.text: value for mark, value in judge(FOUND) if value is not None} == {
        "A cached page, against the constant application": 0.5,
        "A cached page, against a bare view of Django": 3.0,
        "The slowest of a hundred (p99), against a bare view of Django": 0.2,
        "Sitemap and archives, with 10,000 closed notices against 10": 1.7,
    }
    text = report.write(FOUND)
    assert "| A cached page, against the constant application | 0.50 | at least 0.95 | **no** |" in text
    assert (
        "| The slowest of a hundred (p99), against a bare view of Django | 0.20 | at most 0.3 | yes |" in text
    )
    assert f"| {MARKS[3].text} | not measured | at least 14 |  |" in text
    assert "- Wagtail: none." in text
