"""What a save makes of the Lao texts of a record, and whether a text is Lao at all."""

from iomlaos.translations.script import is_foreign, is_questionable
from iomlaos.translations.states import State, Verdict, changed_pairs, pairs_in, state_of, worst

OLD, NEW = "A text.", "Another text."
LAO, LAO_MENDED = "ຂໍ້ຄວາມ", "ຂໍ້ຄວາມ."


def snapshot(english: str | None, lao: str | None) -> dict:
    return {"fields": {"title_en": english, "title_lo": lao, "slug": "a"}, "many": {}, "owned": {}}


def after(before: tuple, now: tuple, known: bool | None, verdict: str = "") -> State | None:
    """The state of a text once it was saved. `known` is whether its pair was reviewed; None: not known."""
    pairs = {} if known is None else {before: known}
    return state_of(now, pairs | changed_pairs(snapshot(*before), snapshot(*now), pairs, verdict))


def test_english_that_changes_alone_makes_lao_outdated_and_outdated_lao_that_changes_awaits_review():
    was = (OLD, LAO)
    expected = {
        (was, (NEW, LAO), True): State.OUTDATED,
        (was, (NEW, LAO), False): State.OUTDATED,
        (was, (OLD, LAO_MENDED), True): State.CURRENT,
        (was, (OLD, LAO_MENDED), False): State.AWAITING_REVIEW,
        (was, (OLD, LAO_MENDED), None): State.AWAITING_REVIEW,
        (was, (NEW, LAO_MENDED), True): State.CURRENT,
        (was, (NEW, LAO_MENDED), False): State.AWAITING_REVIEW,
        (was, (NEW, LAO_MENDED), None): State.AWAITING_REVIEW,
        (was, was, False): State.AWAITING_REVIEW,
        (was, was, None): State.OUTDATED,
        ((OLD, ""), was, None): State.CURRENT,
        (("", ""), was, None): State.CURRENT,
        (was, (OLD, ""), True): State.UNTRANSLATED,
        (was, ("", LAO), True): None,
    }
    assert {save: after(*save) for save in expected} == expected


def test_a_small_change_leaves_each_text_what_it_was_and_a_review_makes_it_current():
    small = {True: State.CURRENT, False: State.AWAITING_REVIEW, None: State.OUTDATED}
    assert {known: after((OLD, LAO), (NEW, LAO), known, Verdict.SMALL_CHANGE) for known in small} == small
    for now in ((OLD, LAO), (NEW, LAO), (OLD, LAO_MENDED)):
        for known in small:
            assert after((OLD, LAO), now, known, Verdict.REVIEWED) == State.CURRENT, (now, known)


def test_a_change_can_be_called_small_after_a_draft_of_it_was_saved():
    public, draft = snapshot(OLD, LAO), snapshot(NEW, LAO)
    for is_reviewed in (True, False):
        known = {(OLD, LAO): is_reviewed}
        found = changed_pairs(draft, draft, known, Verdict.SMALL_CHANGE, public)
        assert found == {(NEW, LAO): is_reviewed}
        assert changed_pairs(draft, draft, known, Verdict.NONE, public) == {}


def test_a_text_that_comes_back_is_what_it_was():
    known = {(OLD, LAO): True}
    assert changed_pairs(snapshot(NEW, LAO), snapshot(OLD, LAO), known) == {}
    assert state_of((OLD, LAO), known) == State.CURRENT
    assert changed_pairs(snapshot(OLD, ""), snapshot(OLD, LAO), {(OLD, LAO): False}) == {}


def test_texts_of_child_rows_are_found_by_their_path():
    rows = {"figures": {"7": {"caption_en": OLD, "caption_lo": None, "value": "3"}}}
    assert pairs_in({"fields": {"state_en": OLD}, "many": {}, "owned": rows}) == {
        ("owned", "figures", "7", "caption_lo"): (OLD, "")
    }


def test_the_worst_state_is_outdated_then_unreviewed_then_english():
    assert worst([State.CURRENT, None, State.UNTRANSLATED]) == State.UNTRANSLATED
    assert worst([State.UNTRANSLATED, State.AWAITING_REVIEW]) == State.AWAITING_REVIEW
    assert worst([State.AWAITING_REVIEW, State.OUTDATED, State.CURRENT]) == State.OUTDATED
    assert worst([None]) is None


def test_a_lao_text_without_lao_is_questioned_and_names_numbers_and_addresses_pass():
    for text in (
        "ê¾½¸¡ºÁ",
        "ລາວ ê¾½¸¡ºÁ",
        "ประกาศรับสมัครงาน",
        "What we do against trafficking",
        "<p>Safe migration means that <strong>people</strong> know their rights.</p>",
    ):
        assert is_questionable(text), text
    for text in (
        "",
        "CREST",
        "2021",
        "Swiss Agency for Development and Cooperation",
        "Société Générale",
        "recruitment.vientiane@iom.int, https://www.iom.int/careers/vacancies",
        "ໂຄງການ Corporate Responsibility in eliminating slavery and trafficking",
        "+856 21 26 77 30",
    ):
        assert not is_questionable(text), text


def test_text_in_latin_letters_is_foreign_on_a_lao_page_and_figures_are_not():
    assert is_foreign("Community Chest of Korea")
    assert is_foreign(f"<p>{'You can say this to everybody whom you meet. ' * 2}It is ສະບາຍດີ.</p>")
    assert not is_foreign("CREST: ໂຄງການ")
    assert not is_foreign("11,097")
