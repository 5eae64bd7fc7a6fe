"""Comparing and merging snapshots: pure functions, no database."""

from hypothesis import given, settings
from hypothesis import strategies as st

from careers.models.procurement import Award
from iomlaos.publishing.merge import (
    MISSING,
    PRESENT,
    Snapshot,
    constraint_groups,
    differences,
    flatten,
    merge,
    unflatten,
)
from programmes.models import DocumentVersion, Programme, Project

ROW = {"value": "1", "caption_en": "a"}


def snapshot(
    fields: dict | None = None, *, many: dict | None = None, figures: dict | None = None
) -> Snapshot:
    return {"fields": fields or {}, "many": many or {}, "owned": {"figures": figures} if figures else {}}


def merged(base: dict, theirs: dict, mine: dict, model=Programme) -> tuple[dict, set[str]]:
    """The fields that come of it, and those that both sides changed."""
    result, meetings = merge(model, snapshot(base), snapshot(theirs), snapshot(mine))
    return result["fields"], {each.path[-1] for each in meetings if each.is_contested}


# --- Comparing ----------------------------------------------------------------------------------


def test_a_flat_snapshot_has_one_value_a_path():
    assert flatten(
        snapshot({"title_en": "A"}, many={"donors": ["1", "2"]}, figures={"x": {"value": "7"}})
    ) == {
        ("fields", "title_en"): "A",
        ("many", "donors"): ["1", "2"],
        ("owned", "figures", "x", ""): PRESENT,
        ("owned", "figures", "x", "value"): "7",
    }


def test_values_of_a_row_that_is_not_there_are_dropped():
    assert unflatten({("owned", "figures", "x", "value"): "7"}) == snapshot()


def test_differences_name_each_field_and_each_row_with_both_sides():
    before = snapshot({"title_en": "Health", "order": 1}, figures={"x": ROW, "y": {"value": "12"}})
    after = snapshot({"title_en": "Migration health", "order": 1}, figures={"x": ROW | {"value": "2"}})
    assert {each.path: (each.before, each.after) for each in differences(before, after)} == {
        ("fields", "title_en"): ("Health", "Migration health"),
        ("owned", "figures", "x", "value"): ("1", "2"),
        ("owned", "figures", "y", ""): (PRESENT, MISSING),
        ("owned", "figures", "y", "value"): ("12", MISSING),
    }


# --- Merging ------------------------------------------------------------------------------------


def test_a_field_is_taken_from_the_side_that_changed_it():
    base, b, c = {"title_en": "A", "order": 1}, {"title_en": "B"}, {"title_en": "C"}
    sides = {
        "nobody changed anything": ({}, {}, {}, set()),
        "only they": (b, {}, b, set()),
        "only I": ({}, b, b, set()),
        "different fields": (b, {"order": 3}, {"title_en": "B", "order": 3}, set()),
        "both alike": (b, b, b, set()),
        "both differently": (b, c, c, {"title_en"}),
        "they emptied it": ({"title_en": None}, c, c, {"title_en"}),
    }
    for what, (theirs, mine, result, contested) in sides.items():
        assert merged(base, base | theirs, base | mine) == (base | result, contested), what


def test_owned_rows_are_merged_row_by_row():
    row, two, b = {"x": ROW}, {"x": ROW | {"value": "2"}}, {"x": ROW | {"caption_en": "b"}}
    sides = {
        "they removed it": ({}, row, {}),
        "I removed it": (row, {}, {}),
        "both removed it": ({}, {}, {}),
        "each added one": (row | {"y": ROW}, row | {"z": ROW}, row | {"y": ROW, "z": ROW}),
        "each changed another field": (two, b, {"x": {"value": "2", "caption_en": "b"}}),
        "what I changed stays whole": ({}, two, two),
        "what they changed stays whole": (two, {}, two),
    }
    for what, (theirs, mine, result) in sides.items():
        found, _meetings = merge(Programme, *(snapshot(figures=rows) for rows in (row, theirs, mine)))
        assert found == snapshot(figures=result), what


def test_relations_are_merged_as_a_whole():
    sides = [snapshot(many={"donors": keys}) for keys in (["1"], ["1", "2"], ["1", "3"])]
    result, (meeting,) = merge(Programme, *sides)
    assert result["many"] == {"donors": ["1", "3"]}
    assert (meeting.path, meeting.is_contested) == (("many", "donors"), True)


def test_fields_that_one_rule_compares_are_taken_from_one_side_together():
    """One shortened the project and the other began it later: together it would end before it starts."""
    base = {"starts": "2018", "ends": "2021"}
    theirs, mine = base | {"ends": "2019"}, base | {"starts": "2020"}
    assert merged(base, theirs, mine, Project) == (mine, {"starts", "ends"})
    assert merged(base, theirs, base, Project) == (theirs, set())


def test_the_rules_of_the_database_and_the_model_say_which_fields_are_tied():
    assert constraint_groups(Project)["starts"] == {"starts", "ends"}
    assert constraint_groups(Project)["budget"] == {"budget", "budget_currency"}
    assert constraint_groups(Award)["value"] >= {"value", "currency"}
    assert constraint_groups(DocumentVersion)["file"] == {
        "file",
        "address",
        "filename",
        "media_type",
        "size",
        "pages",
    }
    assert "title_en" not in constraint_groups(Project)


def test_of_two_dates_of_the_information_the_later_is_taken():
    for theirs, mine in (("2020", "2021-03"), ("2021-03", "2020"), ("2021-03", None)):
        assert merged(
            {"information_date": "2018"}, {"information_date": theirs}, {"information_date": mine}
        ) == ({"information_date": "2021-03"}, set())


def test_public_notes_of_both_are_kept_and_removed_ones_are_not():
    old, kept, hers, his = (
        {"on": on, "en": on} for on in ("2020-01-01", "2020-01-02", "2020-02-01", "2020-03-01")
    )
    sides = [{"changelog": notes} for notes in ([kept, old], [hers, kept, old], [his, kept])]
    assert merged(*sides) == ({"changelog": [his, hers, kept]}, set())


def test_the_meetings_name_every_field_that_either_side_changed():
    base = {"title_en": "A", "order": 1, "since": "2018"}
    _result, meetings = merge(
        Programme, snapshot(base), snapshot(base | {"order": 2}), snapshot(base | {"title_en": "B"})
    )
    assert {(each.path[-1], each.was, each.theirs, each.mine) for each in meetings} == {
        ("title_en", "A", "A", "B"),
        ("order", 1, 2, 1),
    }


rows = st.fixed_dictionaries({"value": st.sampled_from("12"), "caption_en": st.sampled_from("ab")})
snapshots = st.builds(
    lambda fields, donors, figures: snapshot(fields, many={"donors": sorted(donors)}, figures=figures),
    st.fixed_dictionaries({"title_en": st.sampled_from([None, "A", "B"]), "order": st.integers(0, 2)}),
    st.sets(st.sampled_from("123")),
    st.dictionaries(st.sampled_from("xyz"), rows),
)


@settings(max_examples=40)
@given(snapshots, snapshots)
def test_a_side_that_changed_nothing_takes_all_of_the_other(base, changed):
    assert merge(Programme, base, changed, base)[0] == changed
    assert merge(Programme, base, base, changed)[0] == changed
    same, meetings = merge(Programme, base, changed, changed)
    assert same == changed
    assert not any(each.is_contested for each in meetings)
