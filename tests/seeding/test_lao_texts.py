"""The Lao of the fixtures beside the English: the same figures, tags, names and terms, and one spelling."""

import csv
import re
import unicodedata
from functools import cache
from html import unescape
from pathlib import Path

import yaml

from tests.helpers.lao import LATIN_NAMES

ROOT = Path(__file__).parents[2]
#: Names that have no Lao form.
ENGLISH_ALONE = {"donors community-chest-of-korea name"}
#: Abbreviations that Lao writes out.
WRITTEN_OUT = {
    "PDR": "ສປປ ລາວ", "USD": "ໂດລາສະຫະລັດ", "US": "ສະຫະລັດ", "PO BOX": "ຕູ້ ປ.ນ.",
    "SEZs": "ເຂດເສດຖະກິດພິເສດ", "BCPs": "ດ່ານສາກົນ",
}  # fmt: skip
COUNTS = {"two": "ສອງ", "three": "ສາມ(?!າດ)", "five": "ຫ້າ", "six": "ຫົກ"}
MISSPELT = {
    "an invisible sign": "[\u200b-\u200f\u2060\ufeff\u00ad]",
    "two ເ for ແ": "ເເ",
    "ຳ of two letters": "ໍ[່-໋]?າ",
    "a tone after ຳ": "ຳ[່-໋]",
    "a tone before its vowel": "[່-໋][ັິ-ຼໍ]",
    "ຫ and ນ, ມ or ລ for ໜ, ໝ or ຫຼ": "ຫ[ນມລ]",
    "a letter of Thai": "[\u0e00-\u0e7f]",
}


@cache
def texts() -> dict[str, dict[str, str]]:
    """Each translated text by its file, record and field: in "en" and in "lo"."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(ROOT.glob("fixtures/*.yaml")):
        for record in yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            key = record.get("pk") or record["fields"]["slug"]
            for name, text in record["fields"].items():
                field, _, language = name.rpartition("_")
                if language in ("en", "lo"):
                    found.setdefault(f"{file.stem} {key} {field}", {})[language] = unescape(
                        " ".join(text.split())
                    )
    return found


def faults(check) -> dict[str, object]:
    """What a check of the English and the Lao finds, by text."""
    found = {key: check(text["en"], text["lo"]) for key, text in texts().items() if len(text) == 2}
    return {key: fault for key, fault in found.items() if fault}


def differing(find):
    """A check that both languages have the same of something, in any order."""

    def check(english: str, lao: str):
        ours, theirs = sorted(find(english)), sorted(find(lao))
        return None if ours == theirs else (ours, theirs)

    return check


def test_each_english_text_has_its_lao_but_for_names_without_one():
    assert len(texts()) > 120
    assert {key for key, text in texts().items() if len(text) < 2} == ENGLISH_ALONE


def test_both_languages_give_the_same_figures():
    assert faults(differing(lambda text: re.findall(r"\d+(?:[.,]\d+)*", text))) == {}


def test_both_languages_give_the_same_counts_in_words():
    def check(english: str, lao: str):
        return [
            count
            for count, in_lao in COUNTS.items()
            if len(re.findall(rf"(?i)\b{count}\b", english)) > len(re.findall(in_lao, lao))
        ]

    assert faults(check) == {}


def test_both_languages_have_the_same_tags_in_the_same_order():
    def check(english: str, lao: str):
        ours, theirs = (re.findall("<[^>]+>", text) for text in (english, lao))
        return None if ours == theirs else (ours, theirs)

    assert faults(check) == {}


def test_both_languages_name_the_same_addresses():
    assert faults(differing(lambda text: re.findall(r"[\w.@-]+\.(?:int|org|com|la)\b", text))) == {}


def test_abbreviations_stay_or_are_written_out():
    def check(english: str, lao: str):
        return [
            word
            for word in re.findall(r"PO BOX|\b[A-Z][A-Z/&]*[A-Z]s?\b", english)
            if word not in lao and WRITTEN_OUT.get(word, word) not in lao
        ]

    assert faults(check) == {}


def test_latin_letters_in_lao_are_those_of_names():
    def check(_english: str, lao: str):
        for name in LATIN_NAMES:
            lao = lao.replace(name, " ")
        words = re.findall("[A-Za-z]+", re.sub("<[^>]+>", " ", lao))
        return [word for word in words if not word.isupper()]

    assert faults(check) == {}


def test_lao_is_spelt_in_one_way():
    found = {
        what: faults(lambda _english, lao, pattern=pattern: re.findall(pattern, lao))
        for what, pattern in MISSPELT.items()
    }
    assert found == {what: {} for what in MISSPELT}


def test_lao_is_in_the_normal_form():
    assert faults(lambda _english, lao: unicodedata.normalize("NFC", lao) != lao) == {}


# --- Terms ------------------------------------------------------------------------------------


@cache
def glossary() -> list[tuple[re.Pattern[str], str, list[str]]]:
    """A pattern for each English term, the term and its Lao forms; longer terms first."""
    with (ROOT / "locale/lo/glossary.tsv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file, dialect="excel-tab"), key=lambda row: -len(row["English"]))
    return [(term_pattern(row["English"]), row["English"], row["Lao"].split(" / ")) for row in rows]


def term_pattern(term: str) -> re.Pattern[str]:
    """A term in singular and plural. A term with capitals is a name and has them in each text."""
    forms = re.escape(term[:-1]) + "(?:y|ies)" if term.endswith("y") else re.escape(term) + "s?"
    return re.compile(rf"(?<!\w){forms}(?!\w)", re.IGNORECASE if term.islower() else re.NOFLAG)


def test_lao_uses_the_words_of_the_glossary():
    used = set()

    def check(english: str, lao: str):
        english = re.sub("<[^>]+>", " ", english)
        missing = []
        for pattern, term, forms in glossary():
            english, number = pattern.subn("…", english)
            if number:
                used.add(term)
                if not any(form in lao for form in forms):
                    missing.append(term)
        return missing

    assert faults(check) == {}
    assert len(used) > 80


def test_the_glossary_has_each_term_once_with_its_status():
    with (ROOT / "locale/lo/glossary.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab"))
    assert len({row["English"] for row in rows}) == len(rows)
    assert {row["status"] for row in rows} == {"verified", "plausible", "unsure"}
    assert all(row["Lao"].strip() for row in rows)
