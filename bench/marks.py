"""What the figures are judged by."""

from collections.abc import Callable, Container
from dataclasses import dataclass

from bench.contenders import PAGES


@dataclass(frozen=True)
class Mark:
    text: str
    #: Of all that was measured. Raises KeyError where a part of it is missing.
    value: Callable[[dict], float]
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""

    @property
    def limit(self) -> str:
        bound, number = ("at least", self.at_least) if self.at_most is None else ("at most", self.at_most)
        return f"{bound} {number:g}{self.unit}"

    def is_met(self, value: float) -> bool:
        return value >= self.at_least if self.at_most is None else value <= self.at_most


def _cpu(other: str, ours: str) -> Callable[[dict], float]:
    """How many times the other needs the processor time of ours."""
    return lambda found: found["speed"][other]["cpu_us"] / found["speed"][ours]["cpu_us"]


def _cold(found: dict) -> float:
    """Of our pages, the one that takes longest."""
    return min(_cpu("wagtail cold", f"{page} cold")(found) for page in PAGES)


def _p99(found: dict) -> float:
    return found["speed"]["home cached"]["p99_ms"] / found["speed"]["bare_django"]["p99_ms"]


#: Pages that show a list of notices. The check of a notice is shown, and has no mark.
LISTS = {"/careers/", "/careers/?station=vientiane"}


def ratios(row: dict) -> dict[str, float]:
    """How many times the first portal's time the others need for a page, by their names."""
    first, *_ = row["ms"].values()
    return {name: ms / first for name, ms in row["ms"].items()}


def _worst(comparison: str, portal: str, pages: Container[str] | None = None) -> Callable[[dict], float]:
    """The largest ratio of a portal for these pages, on all databases."""

    def value(found: dict) -> float:
        rows = [
            row for sizes in found["sizes"] for row in sizes[comparison] if not pages or row["page"] in pages
        ]
        if not rows:
            raise KeyError(comparison)
        return max(ratios(row)[portal] for row in rows)

    return value


MARKS = [
    Mark("A cached page, against the constant application", _cpu("constant", "home cached"), at_least=0.95),
    Mark("A cached page, against nginx with the file", _cpu("file", "home cached"), at_least=0.55),
    Mark("A cached page, against a bare view of Django", _cpu("bare_django", "home cached"), at_least=5.5),
    Mark("A cached page, against Wagtail's cached page", _cpu("wagtail cached", "home cached"), at_least=14),
    Mark("304, against nginx's 304", _cpu("file 304", "home 304"), at_least=0.38),
    Mark("The slowest of a hundred (p99), against a bare view of Django", _p99, at_most=0.3),
    Mark("Behind nginx's cache, against the file", _cpu("file", "home micro-cache"), at_least=0.75),
    Mark("The mirror from nginx, against the file", _cpu("file", "home mirror"), at_least=0.92),
    Mark("The cold page that takes longest, against Wagtail's cold page", _cold, at_least=2),
    Mark(
        "A list of 100 open notices, with 100,000 closed ones against none",
        _worst("lists", "100 open, 100,000 closed", LISTS), at_most=1.1,
    ),
    Mark("A list of 100,000 open notices, against 100", _worst("lists", "100,000 open", LISTS), at_most=1.1),
    Mark(
        "Sitemap and archives, with 10,000 closed notices against 10",
        _worst("archives", "10,000 closed"), at_most=1.5,
    ),
    Mark("Memory of a worker (PSS)", lambda found: found["memory_mb"], at_most=60, unit=" MB"),
    Mark(
        "Processor time from `make run` to the first answer",
        lambda found: found["start"]["make run"]["cpu_s"], at_most=0.8, unit=" s",
    ),
]  # fmt: skip


def judge(found: dict) -> list[tuple[Mark, float | None]]:
    """Each mark with what was measured, or None where that could not be."""
    judged = []
    for mark in MARKS:
        try:
            judged.append((mark, mark.value(found)))
        except KeyError:
            judged.append((mark, None))
    return judged
