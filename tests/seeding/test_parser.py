"""A mistake in a fixture ends with a message that says file, record, field and what to do."""

import io

import pytest
from django.core.management import CommandError, call_command

from iomlaos.seeding.models import SeededRecord
from iomlaos.seeding.parser import SeedError, read
from programmes.models import Donor

GOOD = """
- model: programmes.donor
  fields: {slug: canada, name_en: Government of Canada, kind: government}
"""
PROJECT = """
- model: programmes.programme
  fields: {slug: health, title_en: Health, summary_en: It, body_en: <p>It</p>}
- model: programmes.project
  fields: {slug: promise, title_en: PROMISE, summary_en: It, %s}
"""
WITH_PROGRAMME = PROJECT % "programme: [health], %s"
FIGURE = """
- model: programmes.figure
  pk: %s
  fields: {value_en: "1"}
"""
VACANCY = """
- model: careers.vacancy
  fields: {slug: driver, title_en: Driver, %s}
"""

#: Told before the database is asked anything.
UNREADABLE = {
    "YAML syntax": ("- model: [programmes.donor\n  fields: {}\n", "bad.yaml, line 2: YAML cannot read this"),
    "no list": ("model: programmes.donor\n", "bad.yaml: this is not a list of records"),
    "a record without fields": ("- model: programmes.donor\n", "bad.yaml, line 1: a record needs"),
    "a field outside fields": (
        "- model: programmes.donor\n  slug: x\n  fields: {kind: fund}\n",
        "bad.yaml, line 1: “slug” does not belong here",
    ),
    "an unknown model": (
        "- model: programmes.doner\n  fields: {slug: x}\n",
        "bad.yaml, line 1: there is no model “programmes.doner”. Did you mean programmes.donor?",
    ),
    "an unknown field": (
        PROJECT % "programme: [health], titel_en: x",
        "bad.yaml, line 4, project “promise”, titel_en: There is no such field. Did you mean title_en?",
    ),
    "a field without its language": (PROJECT % "title: x", "promise”, title: Write title_en for English"),
    "a field given twice": (
        PROJECT % "summary_en: Other",
        "bad.yaml, line 5: YAML cannot read this: “summary_en” is given twice",
    ),
    "the same record in two files": (
        GOOD,
        "good.yaml, line 2, donor “canada”: it is given already in bad.yaml, line 2.",
    ),
    "an impossible date": (
        WITH_PROGRAMME % "starts: 2018-02-30",
        "bad.yaml, line 4, project “promise”, starts: “2018-02-30” is not a date. Write a year",
    ),
    "a moment without zone": (VACANCY % "closes_at: 2021-01-10", "closes_at: Write the moment with its hour"),
    "a missing key": (
        "- model: programmes.donor\n  fields: {name_en: X, kind: fund}\n",
        "bad.yaml, line 1, donor “?”, slug: This is missing",
    ),
    "a natural key without brackets": (
        PROJECT % "programme: health",
        "project “promise”, programme: Name the programme by its key: [its-key].",
    ),
    "one value for many": (WITH_PROGRAMME % "donors: 7", "donors: This is a list of keys: [[its-key]"),
    "many values for one": (WITH_PROGRAMME % "acronym: [a, b]", "acronym: It takes one value, not a list."),
    "a pk beside a slug": (GOOD.replace("fields", "pk: 1\n  fields"), "donor “1”: take “pk” out"),
    "an owned record without pk": (FIGURE.replace("  pk: %s\n", ""), "figure “?”, pk: This is missing."),
    "an owned record with a wrong pk": (FIGURE % "7c1", "figure “7c1”, pk: “7c1” is not a valid UUID."),
    "text that YAML takes for a number": (
        WITH_PROGRAMME % "acronym: 007",
        "acronym: YAML reads this as 7, not as text.",
    ),
    "a yes for a number": (
        "- model: programmes.counterpart\n  fields: {slug: x, name_en: X, kind: other, order: yes}\n",
        "partner “x”, order: Write a whole number.",
    ),
    "a NUL in a text": (
        WITH_PROGRAMME % 'acronym: "a\\0b"',
        "acronym: It holds a character that no database stores.",
    ),
    "a file": (
        "- model: careers.applicationform\n  fields: {slug: f, title_en: F}\n"
        "- model: careers.formversion\n  pk: 6d1c30a5-5f5f-4d0e-8a2f-0c4b7f0f7a01\n"
        "  fields: {form: [f], file: form.pdf}\n",
        "version “6d1c30a5-5f5f-4d0e-8a2f-0c4b7f0f7a01”, file: A fixture holds no files.",
    ),
}
UNSTORABLE = {
    "a missing reference": (PROJECT % "acronym: P", "promise”, programme: This field cannot be null."),
    "a reference to nothing": (
        PROJECT % "programme: [helth]",
        "bad.yaml, line 4, project “promise”, programme: there is no programme “helth”.",
    ),
    "a reference among many to nothing": (
        WITH_PROGRAMME % "donors: [[canada], [nobody]]",
        "bad.yaml, line 4, project “promise”, donors: there is no donor “nobody”.",
    ),
    "references in a circle": (
        """
- model: programmes.counterpart
  fields: {slug: one, name_en: One, kind: other, parent: [two]}
- model: programmes.counterpart
  fields: {slug: two, name_en: Two, kind: other, parent: [one]}
""",
        "bad.yaml, line 2, partner “one”: it refers to itself",
    ),
    "an unknown choice": (
        "- model: programmes.donor\n  fields: {slug: x, name_en: X, kind: goverment}\n",
        "donor “x”, kind: Value 'goverment' is not a valid choice.",
    ),
    "two headlines of a programme": (
        "- model: programmes.programme\n  fields: {slug: p, title_en: P, summary_en: P, body_en: P}\n"
        + "".join(
            f"- model: programmes.figure\n  pk: 6d1c30a5-5f5f-4d0e-8a2f-0c4b7f0f7a0{n}\n"
            f"  fields: {{programme: [p], value_en: '{n}', is_headline: true}}\n"
            for n in (1, 2)
        ),
        "bad.yaml, line 6, figure “6d1c30a5-5f5f-4d0e-8a2f-0c4b7f0f7a02”, Another figure is the headline figure of this programme",
    ),
    "a second office": (
        "- model: office.office\n  pk: 2\n  fields:"
        " {name_en: A, short_name_en: A, introduction_en: A, postal_address_en: A}\n",
        "bad.yaml, line 1, contact details “2”",
    ),
}


def test_a_mistake_in_a_file_is_named_with_its_place(tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD)
    for what, (bad, message) in UNREADABLE.items():
        (tmp_path / "bad.yaml").write_text(bad)
        with pytest.raises(SeedError) as error:
            read(tmp_path)
        assert message in str(error.value), what


@pytest.mark.django_db
def test_a_record_that_cannot_be_stored_is_named_and_nothing_is_stored(tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD)
    for what, (bad, message) in UNSTORABLE.items():
        (tmp_path / "bad.yaml").write_text(bad)
        with pytest.raises(CommandError) as error:
            call_command("seed", f"--fixtures={tmp_path}", stdout=io.StringIO())
        assert message in str(error.value), what
        assert not Donor.objects.exists(), what
        assert not SeededRecord.objects.exists(), what


def test_a_file_that_is_not_utf_8_is_named(tmp_path):
    (tmp_path / "bad.yaml").write_bytes("- model: café".encode("latin-1"))
    with pytest.raises(SeedError, match="bad.yaml: this cannot be read"):
        read(tmp_path)


def test_a_folder_without_fixtures_is_named(tmp_path):
    with pytest.raises(SeedError, match="There is no .yaml file in"):
        read(tmp_path)


def test_an_empty_fixture_is_no_mistake(tmp_path):
    (tmp_path / "empty.yaml").write_text("# nothing yet\n")
    assert read(tmp_path) == []
