"""The style sheets of public pages, as browsers of 2020 read them."""

import re

from tests.helpers.commands import ROOT

SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
#: What Chromium 80 does not know. It drops a whole rule for an unknown selector or group.
UNKNOWN = {
    "layers": r"@layer",
    "lists of selectors": r":(is|where|has)\(|:not\([^()]*,",
    "shorthands for a side": r"(?<![\w-])(margin|padding|border|inset)-(block|inline)\s*:|(?<![\w-])inset(-[\w-]+)?\s*:",
    "ranges in media queries": r"@media[^{]*[<>]",
    "nested rules": r"(?<!\S)&",
    "container queries": r"@container",
    "mixed colours": r"color-mix\(|light-dark\(|oklch\(",
}
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def gaps_in_flex_boxes(sheet: str) -> list[str]:
    flex = {
        part.strip() for names, body in RULE.findall(sheet) if "flex;" in body for part in names.split(",")
    }
    return [
        part.strip()
        for names, body in RULE.findall(sheet)
        for part in names.split(",")
        if re.search(r"(?<![\w-])(gap|row-gap|column-gap)\s*:", body) and part.strip() in flex
    ]


def test_the_layout_uses_nothing_that_old_phones_do_not_know():
    for sheet in SHEETS:
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
        assert {name for name, pattern in UNKNOWN.items() if re.search(pattern, text)} == set(), sheet.name
        assert gaps_in_flex_boxes(text) == [], sheet.name


def selectors(sheet: str, declares: str) -> set[str]:
    """The selectors of a sheet whose rules declare something, in whatever medium."""
    text = re.sub(r"/\*.*?\*/|@(?:media|font-face)[^{}]*\{(?=[^{}]*\{)", "", sheet, flags=re.DOTALL)
    rules = ((names, body) for names, body in RULE.findall(text) if re.search(declares, body))
    return {" ".join(name.split()) for names, _body in rules for name in names.split(",")}


def test_whatever_sets_lines_or_letters_closer_has_a_rule_for_lao():
    site, lao = ((ROOT / "static" / "css" / name).read_text() for name in ("site.css", "lao.css"))
    digits_and_latin = {".map-key .number", ".steps > li::before", ".site-name strong"}
    for declares in ("line-height:|font:[^;]*/", "letter-spacing:"):
        assert selectors(site, declares) - selectors(lao, declares) <= digits_and_latin


def test_a_gap_between_flexible_boxes_is_found():
    assert gaps_in_flex_boxes(".a { display: flex; } @media print { .a, .b { gap: 1rem; } }") == [".a"]
