"""The database and Python say the same of each text."""

import importlib

import pytest
from django.apps import apps
from django.utils import timezone, translation

from iomlaos.translations.models import Translation
from iomlaos.translations.queries import find_states, has_text_in
from iomlaos.translations.states import State
from iomlaos.translations.templatetags.translations import translation_notice, with_lang
from programmes.models import Donor
from tests.helpers.admin import address_of
from tests.helpers.factories import make_donor, make_programme

pytestmark = pytest.mark.django_db

NOTICES = {
    State.OUTDATED: "The English page is newer than this translation.",
    State.AWAITING_REVIEW: "Our staff have not reviewed this translation yet.",
    State.UNTRANSLATED: "Some of this page is in English.",
}


@pytest.fixture
def donors() -> dict[str, Donor]:
    """One in each state."""
    found = {
        state: make_donor(
            slug=state,
            name_en=f"Government “{state}”",
            name_lo="" if state == State.UNTRANSLATED else f"ລັດ {state}",
        )
        for state in State
    }
    pairs = {state: (donor.name_en, donor.name_lo) for state, donor in found.items()}
    Translation.objects.add_unreviewed([pairs[State.AWAITING_REVIEW]])
    Translation.objects.add_reviewed([pairs[State.CURRENT]], by=None, at=timezone.now())
    # Half of a pair is none.
    Translation.objects.add_unreviewed(
        [(pairs[State.OUTDATED][0], "ອື່ນ"), ("Other", pairs[State.OUTDATED][1])]
    )
    return found


def test_each_state_is_found_by_a_query_and_in_memory(donors):
    for state, donor in donors.items():
        assert [*Donor.objects.filter(has_text_in(Donor, state))] == [donor]
        assert find_states([donor]) == [{"name": state}]


def test_the_states_of_many_records_cost_one_query(donors, django_assert_num_queries):
    make_programme(title_lo="ວຽກ")
    with django_assert_num_queries(2):
        states = find_states([*Donor.objects.defer("parent_en", "parent_lo")])
    assert len(states) == len(donors)


def test_a_text_that_a_list_leaves_unread_is_not_asked_for(donors, django_assert_num_queries):
    [unread] = Donor.objects.filter(slug=State.OUTDATED).defer("name_lo")
    with django_assert_num_queries(0):
        assert find_states([unread]) == [{}]


def test_a_lao_page_names_the_worst_state_and_an_english_one_asks_nothing(donors, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert translation_notice(donors[State.OUTDATED], [*donors.values()]) == ""
    with translation.override("lo"):
        for state, words in NOTICES.items():
            with django_assert_num_queries(0 if state == State.UNTRANSLATED else 1):
                assert translation.gettext(words) in translation_notice(
                    donors[state], None, [donors[State.CURRENT]][:0]
                )
        assert translation.gettext(NOTICES[State.OUTDATED]) in translation_notice([*donors.values()])
        assert translation_notice(donors[State.CURRENT]) == ""


def test_english_on_a_lao_page_is_marked_and_an_english_page_stays_as_it_is():
    donor = Donor(name_en="Korea & others", name_lo="")
    assert with_lang(donor.name) is donor.name
    with translation.override("lo"):
        assert with_lang(donor.name) == '<span lang="en">Korea &amp; others</span>'
        assert with_lang("ການາດາ") == "ການາດາ"
        assert with_lang(None) is None


def test_lao_that_staff_wrote_before_it_was_kept_in_step_awaits_review(donors):
    migration = importlib.import_module("iomlaos.translations.migrations.0002_present_texts")
    migration.record_present_texts(apps, None)
    assert find_states([donors[State.OUTDATED]]) == [{"name": State.AWAITING_REVIEW}]
    assert find_states([donors[State.CURRENT]]) == [{"name": State.CURRENT}]


def test_a_lao_page_marks_what_it_shows_in_english(staff):
    programme = make_programme(
        title_lo="ວຽກງານ", summary_en="In English & only.", body_en="<p>At length.</p>"
    )
    page = staff.get(address_of(programme, "preview/page/"), {"language": "lo"}).content.decode()
    assert '<p class="lead"><span lang="en">In English &amp; only.</span></p>' in page
    assert '<div class="text"><div class="text" lang="en"><p>At length.</p></div></div>' in page
    assert "<h1>ວຽກງານ</h1>" in page
    assert 'content="In English &amp; only."' in page
