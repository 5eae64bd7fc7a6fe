"""docs/performance.md, written from what was measured."""

from collections.abc import Iterable
from pathlib import Path

from bench.marks import judge, ratios

NAMES = {
    "file": "nginx, the home page as a file",
    "file 304": "nginx, the same, 304",
    "constant": "a constant application under granian",
    "bare_django": "a bare view of Django under granian",
    "wagtail cached": "Wagtail, a page from Django's cache",
    "wagtail cold": "Wagtail, a page made anew",
    "home 304": "home, 304",
    "edited cold": "home, the first page after an edit",
    "home micro-cache": "home, behind nginx's cache of a second",
    "home mirror": "home, from the mirror by nginx",
}
HEAD = Path(__file__).with_name("head.md")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def number(value: float) -> str:
    """With three digits that say something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _machine(found: dict) -> str:
    machine = found["machine"]
    text = (
        f"Measured on {found['at']}, at commit {found['commit']}: {machine['processors']} processors "
        f"({machine['model']}), Python {machine['python']}, load average {machine['load_before']} before and "
        f"{machine['load_after']} at the end. Meanwhile other programs took {machine['others']:.1%} of the "
        f"processors, and other virtual machines {machine['steal']:.1%}.\n"
    )
    if found["busy"]:
        text += f"\n**The machine was busy, and these figures are no more than a hint.** {found['busy']}\n"
    return text


def _marks(found: dict) -> str:
    def row(mark, value) -> list[str]:
        if value is None:
            return [mark.text, "not measured", mark.limit, ""]
        return [mark.text, number(value) + mark.unit, mark.limit, "yes" if mark.is_met(value) else "**no**"]

    text = (
        "Ratios are of processor time, unless the line says otherwise. At 2 the other needs twice ours.\n\n"
    )
    rows = [row(mark, value) for mark, value in judge(found)]
    return text + table(["what", "measured", "mark", "met"], rows) + _reach(found.get("speed", {}))


def _reach(speed: dict) -> str:
    """What no application can pass. It differs between machines, as their networks and their Python do."""
    names = ("bare_django", "wagtail cached", "file")
    if not all(name in speed for name in names):
        return ""
    django, wagtail, file = (speed[name]["cpu_us"] for name in names)
    return (
        f"\nOn this machine nginx with the file reaches {number(django / file)} times a bare view of Django, "
        f"and {number(wagtail / file)} times Wagtail's cached page.\n"
    )


def _speed(found: dict, cold: bool) -> str:
    speed = {name: row for name, row in found["speed"].items() if name.endswith(" cold") == cold}
    if not speed:
        return ""
    yardstick = "wagtail cold" if cold else "file"
    unit, divisor = ("ms", 1000) if cold else ("µs", 1)

    def row(name: str, figures: dict) -> list[str]:
        known = speed.get(yardstick)
        against = number(known["cpu_us"] / figures["cpu_us"]) if known else ""
        cpu = number(figures["cpu_us"] / divisor)
        name = NAMES.get(name, name.replace(" c", ", c"))
        return [name, cpu, against, number(figures["per_second"]), number(figures["p99_ms"])]

    head = [
        "page",
        f"processor time, {unit}",
        "Wagtail's / this" if cold else "nginx's / this",
        "a second",
        "p99, ms",
    ]
    return table(head, (row(*item) for item in speed.items()))


def _sizes(found: dict, name: str) -> str:
    head: list[str] = []
    rows = []
    for sizes in found["sizes"]:
        for row in sizes[name]:
            first, *others = row["ms"]
            head = ["database", "page", f"{first}, ms", *(f"{other}, ms (ratio)" for other in others)]
            more = [f"{number(row['ms'][other])} ({ratios(row)[other]:.2f})" for other in others]
            rows.append([sizes["database"], f"`{row['page']}`", number(row["ms"][first]), *more])
    return table(head, rows) if rows else ""


def _worker(found: dict) -> str:
    rows = [
        [f"start, {name}", f"{row['cpu_s']} s", f"{row['elapsed_s']} s"]
        for name, row in found["start"].items()
    ]
    if "memory_mb" in found:
        rows.append(["memory of a worker (PSS), after all of the above", f"{found['memory_mb']} MB", ""])
    return table(["", "processor time", "time"], rows) if rows else ""


def _before(before: dict | None) -> str:
    if not before:
        return ""
    text = f"At commit {before['commit']}, on {before['at']}, measured in the same way. "
    if before["busy"]:
        text += "The machine was busy: the ratios are a hint, and the times say little."
    rows = [[mark.text, number(value) + mark.unit] for mark, value in judge(before) if value is not None]
    return f"{text}\n\n{table(['what', 'measured'], rows)}\n{_speed(before, cold=True)}"


def write(found: dict, before: dict | None = None) -> str:
    missing = "".join(f"- {sentence}\n" for sentence in found["missing"])
    parts = {
        "The machine": _machine(found),
        "What was to be shown": _marks(found),
        "Cached": _speed(found, cold=False),
        "Cold": _speed(found, cold=True),
        "Few notices and many, cold": _sizes(found, "lists"),
        "Closed notices beside 500 open ones, cold": _sizes(found, "archives"),
        "A worker": _worker(found),
        "Not measured": missing,
        "Before the page cache": _before(before),
    }
    text = HEAD.read_text().format(rounds=found["rounds"])
    return text + "".join(f"\n## {title}\n\n{part}" for title, part in parts.items() if part)
