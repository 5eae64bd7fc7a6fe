"""What differs between two states, in words: labels, values, and the words around each change."""

import pytest
from django.utils.text import capfirst

from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.publishing.diff import FieldChange, SnapshotFormatter
from iomlaos.publishing.merge import MISSING, FieldConflict, Snapshot, differences
from programmes.models import Document, Figure, Programme
from tests.helpers.factories import make_donor

KEY = "6d1c30a5-5f5f-4d0e-8a2f-0c4b7f0f7a02"


def snapshot(fields: dict | None = None, **owned: dict) -> Snapshot:
    return {"fields": fields or {}, "many": {}, "owned": owned}


def name_of(model, field: str) -> str:
    return capfirst(model._meta.get_field(field).verbose_name)


def pieces(before: str, after: str) -> list[tuple[str, str]]:
    return [(piece.change, piece.words) for piece in FieldChange("", before, after).chunks]


def test_a_changed_word_is_shown_among_those_around_it():
    assert pieces("We help people who return", "We help migrants who return") == [
        ("kept", "We help"), ("removed", "people"), ("added", "migrants"), ("kept", "who return"),
    ]  # fmt: skip


def test_words_far_from_a_change_are_left_out():
    far = "one two three four five six"
    before, after = f"begin {far} old {far} end", f"begin {far} new {far} end"
    assert pieces(before, after) == [
        ("kept", "…"), ("kept", far), ("removed", "old"), ("added", "new"), ("kept", far), ("kept", "…"),
    ]  # fmt: skip


def test_a_field_is_named_as_in_the_form_with_its_language():
    in_words = SnapshotFormatter(Programme)
    title = name_of(Programme, "title_en").partition(" [")[0]
    assert in_words.label(("fields", "title_en")) == title
    assert in_words.label(("fields", "title_lo")) == f"{title} in Lao"
    row = capfirst(Figure._meta.verbose_name)
    assert in_words.label(("owned", "figures", KEY, "")) == row
    assert in_words.label(("owned", "figures", KEY, "order")) == f"{row}: {name_of(Figure, 'order')}"
    assert in_words.label(("fields", "a_field_of_earlier")) == "a_field_of_earlier"


def test_a_value_is_told_as_staff_would_write_it():
    deadline = "end of Saturday 9 January 2021, Vientiane time (UTC+7)"
    for model, name, value, words in (
        (Programme, "title_en", None, ""),
        (Programme, "title_en", MISSING, ""),
        (Programme, "since", "2018-07", "July 2018"),
        (Programme, "order", 3, "3"),
        (Programme, "a_field_of_earlier", 3, "3"),
        (Document, "kind", "factsheet", "Factsheet"),
        (Document, "kind", "a choice of earlier", "a choice of earlier"),
        (Programme, "body_en", "<h2>Why</h2><p>Wages &amp; <em>fees</em></p>", "Why \nWages & fees"),
        (Vacancy, "closes_at", "2021-01-09T17:00:00+00:00", deadline),
        (Programme, "changelog", [{"on": "2026-06-01", "en": "Corrected."}], "2026-06-01 · Corrected."),
    ):
        assert SnapshotFormatter(model).value(("fields", name), value) == words


def test_a_row_that_was_added_is_one_change_with_all_that_it_holds():
    before = snapshot()
    after = snapshot(figures={KEY: {"caption_en": "people", "value_en": "7", "information_date": "2018"}})
    (change,) = SnapshotFormatter(Programme).changes(differences(before, after))
    assert (change.label, change.before, change.after) == (
        capfirst(Figure._meta.verbose_name), "", "7 · people · 2018",
    )  # fmt: skip


def test_changes_stand_in_the_order_of_the_form():
    names = ["slug", "title_en", "summary_en", "since"]
    before = snapshot(dict.fromkeys(reversed(names)), figures={KEY: {"value_en": "1"}})
    after = snapshot(dict.fromkeys(reversed(names), "2018"), figures={KEY: {"value_en": "2"}})
    found = SnapshotFormatter(Programme).changes(differences(before, after))
    labels = [SnapshotFormatter(Programme).label(("fields", name)) for name in names]
    assert [change.label for change in found[:-1]] == labels
    assert found[-1].after == "2"


def test_what_is_read_from_a_file_is_not_told():
    path = "programmes.documentversion/0123456789.pdf"
    before = snapshot(versions={KEY: {"file": None, "size": None, "pages": None}})
    after = snapshot(versions={KEY: {"file": path, "size": 7, "pages": 1}})
    (change,) = SnapshotFormatter(Document).changes(differences(before, after))
    assert change.after == "PDF (012345)"


def test_a_meeting_is_told_with_all_three_sides():
    met = FieldConflict(("fields", "title_en"), "A", "B", "C", is_contested=True)
    ((label, *sides),) = SnapshotFormatter(ProcurementNotice).conflicts([met])
    assert label == SnapshotFormatter(ProcurementNotice).label(("fields", "title_en"))
    assert sides == ["A", "B", "C"]


@pytest.mark.django_db
def test_related_rows_are_told_by_their_names_and_what_was_deleted_is_said_to_be():
    donors = [make_donor(name_en="Canada"), make_donor(name_en="Australia")]
    keys = [str(donor.pk) for donor in donors]
    assert SnapshotFormatter(Programme).value(("many", "donors"), keys) == "Australia, Canada"
    assert SnapshotFormatter(Vacancy).value(("fields", "duty_station"), "999") == "something that was deleted"
