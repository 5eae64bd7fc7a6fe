"""Two people change the same field: the second chooses, field by field, and nothing is lost."""

import pytest
from django.forms import modelform_factory

from careers.models.vacancy import Vacancy
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models import Publishable
from iomlaos.staff.conflicts import apply_choices
from programmes.models import Programme, Project
from tests.helpers.admin import address_of, person, send, waiting
from tests.helpers.factories import make_donor, make_figure, make_programme, make_vacancy
from tests.helpers.forms import errors, fill_form

# --- What the answers make of the text ------------------------------------------------------------


def snapshot(figures: dict | None = None, carried: dict | None = None, **fields) -> Snapshot:
    data: Snapshot = {"fields": fields, "many": {}, "owned": {"figures": figures} if figures else {}}
    return data | ({"carried": carried} if carried else {})


def chosen(
    base: Snapshot, filled: Snapshot, typed: Snapshot, model=Programme, inputs=None, **data
) -> Snapshot:
    form_class = modelform_factory(model, fields=[])
    form_class.inputs = inputs or {}
    data = {f"_choice.{name}": answer for name, answer in data.items()}
    return apply_choices(form_class, base, filled, typed, data)


def test_a_field_is_theirs_mine_or_what_was_written():
    sides = [snapshot(title_en=title, summary_en="Same") for title in ("Theirs", "Mine", "New")]
    for answer, title in (("theirs", "Theirs"), ("mine", "Mine"), ("own", "New"), ("nonsense", "New")):
        result = chosen(*sides, **{"fields.title_en": answer})
        assert result["fields"] == {"title_en": title, "summary_en": "Same"}, answer


def test_fields_that_one_rule_compares_are_chosen_together():
    theirs, mine = snapshot(starts="2024", ends=None), snapshot(starts="2020", ends="2022")
    assert chosen(theirs, mine, mine, Project, **{"fields.ends": "theirs"})["fields"] == theirs["fields"]


def test_a_row_that_one_side_removed_is_chosen_whole():
    mine = {"x": {"value": "2"}}
    for theirs, answer, rows in ((None, "theirs", {}), (None, "mine", mine), (mine, "removed", {})):
        result = chosen(snapshot(theirs), snapshot(mine), snapshot(mine), **{"owned.figures.x": answer})
        assert result["owned"].get("figures", {}) == rows, (theirs, answer)


def test_the_reason_goes_with_the_deadline_that_is_chosen():
    theirs, mine = (snapshot(closes_at=day, carried={"reason": day}) for day in ("1 July", "2 July"))
    inputs = {"closes_at": ("day", "reason")}
    result = chosen(theirs, mine, mine, Vacancy, inputs, **{"fields.closes_at": "theirs"})
    assert result == theirs


def test_no_other_part_of_a_record_can_be_removed_by_an_answer():
    mine = snapshot(title_en="Mine")
    assert chosen(mine, mine, mine, **{"fields.title_en": "removed"})["fields"] == mine["fields"]


# --- The page -------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague():
    return person("bounmy", "Editors")


def conflict(client, other, record, mine: dict, theirs: dict):
    form = fill_form(client.get(address_of(record)), **mine)
    buttons = ["_draft"] if isinstance(record, Publishable) else []
    assert send(other, record, *buttons, **theirs).status_code == 302
    response = client.post(address_of(record), form)
    assert response.status_code == 409
    return response


def test_of_each_contested_field_a_version_is_chosen_or_written_and_the_others_are_kept(
    clock, staff, colleague
):
    donor = make_donor()
    programme = make_programme(title_en="Health", summary_en="As it was.", body_en="<p>All is well.</p>")
    page = conflict(
        staff, colleague, programme,
        {"title_en": "My title", "summary_en": "My summary.", "body_en": "<p>All is better.</p>", "slug": "mine"},
        {"title_en": "Their title", "summary_en": "Their summary.", "body_en": "<p>All is worse.</p>",
         "donors": [str(donor.pk)]},
    )  # fmt: skip
    words = page.content.decode()
    assert "bounmy’s version" in words
    assert "<del>well.</del> <ins>worse.</ins>" in words
    assert [choice.label for choice in page.context["choices"]] == ["Title", "Summary", "Text"]
    assert page.context["their_labels"] == ["Donors"]
    assert page.context["my_labels"] == ["Address of the page"]
    answers = {"_choice.fields.title_en": "theirs", "_choice.fields.summary_en": "own"}
    form = fill_form(page, **answers, summary_en="Our summary.")
    assert form["_choice.fields.body_en"] == ["mine"]
    assert staff.post(address_of(programme), form | {"_draft": "1"}).status_code == 302
    data = waiting(programme).data
    assert {name: data["fields"][name] for name in ("title_en", "summary_en", "body_en", "slug")} == {
        "title_en": "Their title", "summary_en": "Our summary.", "body_en": "<p>All is better.</p>", "slug": "mine",
    }  # fmt: skip
    assert data["many"]["donors"] == [str(donor.pk)]


def test_what_was_chosen_and_written_meets_a_third_change_and_goes_back_to_the_form(clock, staff, colleague):
    programme = make_programme(title_en="Health", summary_en="As it was.")
    page = conflict(
        staff, colleague, programme,
        {"title_en": "My title", "summary_en": "My summary."},
        {"title_en": "Their title", "summary_en": "Their summary."},
    )  # fmt: skip
    answers = {"_choice.fields.title_en": "theirs", "_choice.fields.summary_en": "own"}
    form = fill_form(page, **answers, summary_en="Our summary.")
    send(colleague, programme, title_en="Their next title", summary_en="Their next summary.")
    page = staff.post(address_of(programme), form)
    assert page.status_code == 409
    [choice] = page.context["choices"]
    assert choice.versions == [("Summary", "Their summary.", "Their next summary.", "Our summary.")]
    form = staff.post(address_of(programme), fill_form(page, _edit="1"))
    assert form.status_code == 200
    form = fill_form(form)
    assert (form["title_en"], form["summary_en"]) == (["Their next title"], ["Our summary."])
    assert not [name for name in form if name.startswith("_choice")]
    assert staff.post(address_of(programme), form).status_code == 302
    assert waiting(programme).data["fields"]["summary_en"] == "Our summary."


def test_a_new_version_that_is_not_valid_is_asked_for_again_with_all_other_choices(clock, staff, colleague):
    programme = make_programme(title_en="Health")
    make_figure(programme=programme, value="11", caption_en="people")
    page = conflict(
        staff, colleague, programme,
        {"title_en": "My title", "summary_en": "My summary.", "figures-0-DELETE": "on"},
        {"title_en": "Their title", "summary_en": "Their summary.", "figures-0-value_en": "12"},
    )  # fmt: skip
    [*_others, figure] = page.context["choices"]
    answers = {
        "_choice.fields.title_en": "own",
        "_choice.fields.summary_en": "theirs",
        figure.name: "removed",
    }
    page = staff.post(address_of(programme), fill_form(page, **answers, title_en=""))
    assert page.status_code == 409
    assert "title_en" in errors(page)
    form = fill_form(page)
    assert {name: form[name] for name in answers} == {name: [answer] for name, answer in answers.items()}
    form = fill_form(page, title_en="Our title")
    assert staff.post(address_of(programme), form).status_code == 302
    data = waiting(programme).data
    assert (data["fields"]["title_en"], data["fields"]["summary_en"]) == ("Our title", "Their summary.")
    assert data["owned"].get("figures", {}) == {}


def test_what_no_new_version_can_correct_is_corrected_in_the_form(clock, staff, colleague):
    page = conflict(staff, colleague, make_programme(), {"title_en": "Mine"}, {"title_en": "Theirs"})
    page = staff.post(page.request["PATH_INFO"], fill_form(page, slug="No address"))
    assert page.status_code == 200
    assert "slug" in errors(page)
    assert fill_form(page)["title_en"] == ["Mine"]


def test_ones_own_other_window_is_named_as_such(clock, staff):
    page = conflict(staff, staff, make_programme(), {"title_en": "One"}, {"title_en": "Another"})
    assert "Your version in another window" in page.content.decode()


def test_a_row_that_i_removed_and_they_changed_stays_unless_i_choose_to_remove_it(clock, staff, colleague):
    programme = make_programme()
    make_figure(programme=programme, value="11", caption_en="people")
    page = conflict(staff, colleague, programme, {"figures-0-DELETE": "on"}, {"figures-0-value_en": "12"})
    [choice] = page.context["choices"]
    [(label, was, theirs, mine)] = choice.versions
    assert (label, mine) == ("Figure", "")
    assert (was[:11], theirs[:11]) == ("11 · people", "12 · people")
    assert fill_form(page)[choice.name] == ["theirs"]
    form = fill_form(page, **{choice.name: "removed"})
    assert staff.post(address_of(programme), form).status_code == 302
    assert waiting(programme).data["owned"].get("figures", {}) == {}


def test_a_new_deadline_is_written_with_its_reason(clock, staff, colleague):
    vacancy = make_vacancy()
    page = conflict(
        staff, person("hr", "HR"), vacancy,
        {"closing_date": "2031-03-01", "deadline_reason": "Rain."},
        {"closing_date": "2031-02-01", "deadline_reason": "Holidays."},
    )  # fmt: skip
    [choice] = page.context["choices"]
    assert [each.field.name for each in choice.inputs] == ["closing_date", "closing_hour", "deadline_reason"]
    form = fill_form(page, **{choice.name: "theirs"})
    assert staff.post(address_of(vacancy), form | {"_draft": "1"}).status_code == 302
    assert waiting(vacancy).data["carried"] == {"deadline_reason": "Holidays."}


def test_a_record_without_drafts_is_saved_as_it_was_chosen(clock, staff, colleague):
    donor = make_donor(name_en="As it was")
    page = conflict(staff, staff, donor, {"name_en": "Mine"}, {"name_en": "Theirs"})
    form = fill_form(page, **{"_choice.fields.name_en": "own"}, name_en="Ours")
    # From the page that asks whether visitors may see it.
    page = staff.post(address_of(donor), form | {"_back": "1"})
    form = fill_form(page)
    assert (form["_choice.fields.name_en"], form["name_en"]) == (["own"], ["Ours"])
    assert staff.post(address_of(donor), form | {"_confirm": "1"}).status_code == 302
    donor.refresh_from_db()
    assert donor.name_en == "Ours"
