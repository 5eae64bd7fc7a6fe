"""Staff keep Lao in step from the forms: each outcome once, as the form and the list say it."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override

from iomlaos.publishing.models import Revision
from iomlaos.translations.models import Translation
from iomlaos.translations.queries import find_states
from iomlaos.translations.states import State, pairs_in, state_of
from tests.helpers.admin import address_of, confirm, send
from tests.helpers.drafts import publish, save_draft
from tests.helpers.factories import make_donor, make_office, make_programme, make_vacancy
from tests.helpers.forms import fill_form

pytestmark = pytest.mark.django_db

LAO = {"title_lo": "ວຽກງານ", "summary_lo": "ສະຫຼຸບ", "body_lo": "<p>ເນື້ອໃນ</p>"}
KEYS = ("title", "summary", "body")


@pytest.fixture
def programme():
    """Public, and translated by staff."""
    programme = make_programme(title_en="Work", summary_en="In short.", body_en="<p>At length.</p>", **LAO)
    Translation.objects.add_unreviewed((getattr(programme, f"{key}_en"), LAO[f"{key}_lo"]) for key in KEYS)
    return programme


def states(record) -> list[str]:
    """Of the latest text: the draft, else the row."""
    pairs = pairs_in(Revision.objects.versions(record).latest.data)
    pairs = [pairs["fields", f"{key}_lo"] for key in KEYS]
    known = Translation.objects.known(pairs)
    return [state_of(pair, known) for pair in pairs]


def test_an_english_sentence_that_changes_marks_the_lao_outdated_in_the_form_and_on_the_page(
    staff, programme
):
    response = staff.get(save_draft(staff, programme, summary_en="In other words.").url)
    page = response.content.decode()
    assert "Outdated in Lao now: Summary in Lao." in page
    assert page.count('<span class="status outdated">Outdated</span>') == 1
    assert page.count('<span class="status awaiting">Awaiting review</span>') == 2
    preview = staff.get(address_of(programme, "preview/page/"), {"language": "lo"})
    assert preview.status_code == 200
    assert states(programme) == [State.AWAITING_REVIEW, State.OUTDATED, State.AWAITING_REVIEW]
    # Visitors still read the text of before.
    assert find_states([programme])[0]["summary"] == State.AWAITING_REVIEW


def test_a_small_change_marks_nothing_outdated_and_reviews_nothing(staff, programme):
    publish(staff, programme, summary_en="In short!", _lao="small")
    assert states(programme) == [State.AWAITING_REVIEW] * 3
    publish(staff, programme, _lao="reviewed")
    publish(staff, programme, summary_en="In short…", _lao="small")
    assert states(programme) == [State.CURRENT] * 3


def test_a_form_in_which_nothing_changed_confirms_its_lao_at_once(staff, programme):
    revisions = Revision.objects.count()
    response = staff.get(save_draft(staff, programme, _lao="reviewed").url)
    page = response.content.decode()
    assert "The Lao texts are marked as reviewed." in page
    assert "No changes to save." not in page
    assert "Awaiting review" not in page
    assert find_states([programme]) == [dict.fromkeys(KEYS, State.CURRENT)]
    # At most the state that the form began with.
    assert Revision.objects.count() <= revisions + 1
    assert Translation.objects.filter(reviewed_by__username="staff").count() == 3


def test_an_outdated_lao_text_that_is_rewritten_awaits_review_and_a_review_makes_it_current(staff, programme):
    save_draft(staff, programme, summary_en="In other words.")
    save_draft(staff, programme, summary_lo="ສະຫຼຸບ.")
    assert states(programme)[1] == State.AWAITING_REVIEW
    save_draft(staff, programme, summary_lo="ສະຫຼຸບໃໝ່", _lao="reviewed")
    assert states(programme) == [State.CURRENT] * 3


def test_a_change_is_called_small_when_its_draft_was_saved_already(staff, programme):
    save_draft(staff, programme, summary_en="In sum.")
    assert states(programme)[1] == State.OUTDATED
    publish(staff, programme, _lao="small")
    assert states(programme) == [State.AWAITING_REVIEW] * 3


def test_a_copy_has_the_states_of_its_original_and_leaves_them_as_they_are(staff, programme):
    publish(staff, programme, summary_en="In other words.")
    add = f"/admin/programmes/programme/add/?copy_of={programme.pk}"
    staff.post(add, fill_form(staff.get(add)) | {"_draft": "1"})
    copy = type(programme).objects.exclude(pk=programme.pk).get()
    assert states(copy) == states(programme)
    assert states(programme) == [State.AWAITING_REVIEW, State.OUTDATED, State.AWAITING_REVIEW]


def test_a_draft_that_changes_no_text_makes_nothing_outdated(staff, programme):
    save_draft(staff, programme, since="2019")
    assert states(programme) == [State.AWAITING_REVIEW] * 3


def test_a_first_translation_counts_as_reviewed(staff):
    programme = make_programme(title_en="Work")
    publish(staff, programme, title_lo="ວຽກງານ")
    assert states(programme)[0] == State.CURRENT


def notice_on_page(record) -> str:
    """What visitors are told of the Lao page, without joiners; empty if it is in step."""
    page = Client().get(f"/lo{record.get_absolute_url()}").text.replace("\u200d", "")
    return "".join(re.findall(r'<p class="small translation-notice">(.*?)</p>', page))


def test_an_earlier_version_that_is_restored_comes_out_as_it_was(staff, programme):
    with override("lo"):
        outdated, unreviewed = map(
            gettext,
            (
                "The English page is newer than this translation.",
                "Our staff have not reviewed this translation yet.",
            ),
        )
    assert notice_on_page(programme) == unreviewed
    publish(staff, programme, _lao="reviewed")
    assert notice_on_page(programme) == ""
    publish(staff, programme, summary_en="In other words.")
    assert states(programme)[1] == State.OUTDATED
    assert notice_on_page(programme) == outdated
    first = Revision.objects.of(programme).states().last()
    form = fill_form(staff.get(address_of(programme), {"version": first.pk}))
    staff.post(address_of(programme), form | {"_draft": "1"})
    assert states(programme) == [State.CURRENT] * 3
    confirm(staff, programme)
    programme.refresh_from_db()
    assert find_states([programme]) == [dict.fromkeys(KEYS, State.CURRENT)]
    assert notice_on_page(programme) == ""


def test_a_text_that_is_public_at_once_is_kept_in_step_too(staff):
    donor = make_donor(name_en="Italy", name_lo="ອີຕາລີ")
    send(staff, donor, _lao="reviewed")
    assert find_states([donor])[0] == {"name": State.CURRENT}
    send(staff, donor, name_en="Italian Republic")
    donor.refresh_from_db()
    assert find_states([donor])[0] == {"name": State.OUTDATED}


def test_deadlines_and_the_warning_also_stand_in_english_until_the_lao_of_the_office_is_reviewed(
    staff, client
):
    office = make_office(name_lo="ອົງການ", short_name_lo="ລາວ", introduction_lo="ນີ້", postal_address_lo="ວຽງຈັນ")
    notice = make_vacancy(closes_at=timezone.now() + datetime.timedelta(days=9))
    deadline = f'<span class="small" lang="en">{notice.deadline}</span>'
    warning = '<p lang="en"><strong>IOM never asks for money.</strong>'
    pages = [f"/lo{notice.get_absolute_url()}", "/lo/careers/", "/lo/"]
    for address in pages:
        page = client.get(address).content.decode()
        assert deadline in page
        assert warning in page
        assert warning not in client.get(address.removeprefix("/lo")).content.decode()
    send(staff, office, _lao="reviewed")
    for address in pages:
        page = client.get(address).content.decode()
        assert deadline not in page
        assert warning not in page


# --- Texts that are no Lao --------------------------------------------------------------------


def test_lao_of_an_old_font_is_questioned_before_it_is_public_and_kept_if_it_is_meant(staff):
    donor = make_donor(name_en="Italy")
    form = fill_form(staff.get(address_of(donor)), name_lo="ê¾½¸¡ºÁ")
    asked = staff.post(address_of(donor), form)
    assert "Name in Lao: there is no Lao in it." in asked.content.decode()
    staff.post(address_of(donor), form | {"_confirm": "1"})
    donor.refresh_from_db()
    assert donor.name_lo == "ê¾½¸¡ºÁ"


def test_the_step_publish_asks_of_a_lao_text_without_lao_and_a_name_is_not_asked_of(staff):
    programme = make_programme()
    save_draft(staff, programme, title_lo="CREST", summary_lo="What we do about it")
    page = staff.get(address_of(programme, "publish/"))
    assert [name for name, _words in page.context["form"].warnings] == ["summary_lo"]


def test_invisible_spaces_are_left_out(staff):
    programme = make_programme()
    publish(staff, programme, title_lo="ການ\u200bຄ້າ\u2060ມະນຸດ", body_lo="<p>ການ\u200bຄ້າ</p>")
    programme.refresh_from_db()
    assert (programme.title_lo, programme.body_lo) == ("ການຄ້າມະນຸດ", "<p>ການຄ້າ</p>")
