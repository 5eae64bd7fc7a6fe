"""Programmes, projects, donors, counterparts, figures: their rules, in the database and in words."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from programmes.models import Counterpart, Document, Donor, Figure, Programme, Project
from tests.factories import (
    make_counterpart,
    make_document,
    make_donor,
    make_figure,
    make_programme,
    make_project,
)

pytestmark = pytest.mark.django_db

AT = datetime.datetime(2026, 3, 1, 9, 0, tzinfo=datetime.UTC)


def problems(row) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as error:
        row.full_clean()
    return error.value.message_dict


# --- Donors and counterparts ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Government of Canada", "GOVERNMENT OF CANADA", "government of canada"])
def test_two_donors_cannot_have_one_name(name):
    make_donor(name_en="Government of Canada")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_donor(name_en=name)
    twin = Donor(slug="another", name_en=name, kind="government")
    assert problems(twin) == {"__all__": ["There is a donor of this name already."]}


def test_a_donor_cannot_be_renamed_to_another():
    make_donor(name_en="Government of Canada")
    donor = make_donor()
    with pytest.raises(IntegrityError), transaction.atomic():
        Donor.objects.filter(pk=donor.pk).update(name_en="government of canada")


def test_two_counterparts_cannot_have_one_name():
    make_counterpart(name_en="Ministry of Health")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_counterpart(name_en="Ministry of health")
    twin = Counterpart(slug="another", name_en="MINISTRY OF HEALTH", kind="ministry")
    assert problems(twin) == {"__all__": ["There is a counterpart of this name already."]}


@pytest.mark.parametrize(
    ("given", "full_name"),
    [
        ({"name_en": "Government of Canada"}, "Government of Canada"),
        ({"name_en": "Asian Development Bank", "abbreviation": "ADB"}, "Asian Development Bank (ADB)"),
        (
            {"name_en": "Bureau of Migration", "abbreviation": "PRM", "parent_en": "Department of State"},
            "Department of State, Bureau of Migration (PRM)",
        ),
    ],
)
def test_a_donor_is_named_in_full(given, full_name):
    assert str(make_donor(**given)) == full_name


def test_the_order_of_donors_does_not_count_the_article():
    for name in ("The Government of Italy", "Government of Canada", "European Union"):
        make_donor(name_en=name)
    assert [donor.name for donor in sorted(Donor.objects.all(), key=lambda donor: donor.sort_key)] == [
        "European Union", "Government of Canada", "The Government of Italy",
    ]  # fmt: skip


def test_donors_stand_in_their_groups():
    canada = make_donor(name_en="Canada")
    bank = make_donor(name_en="Bank", kind="multilateral")
    austria = make_donor(name_en="Austria")
    assert Donor.by_kind([canada, bank, austria]) == [
        (Donor.Kind.GOVERNMENT, [austria, canada]), (Donor.Kind.MULTILATERAL, [bank]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "make_owner", "field"),
    [
        (make_donor, make_programme, "donors"),
        (make_donor, make_project, "donors"),
        (make_counterpart, make_programme, "counterparts"),
        (make_counterpart, make_project, "partners"),
    ],
)
@pytest.mark.parametrize(
    ("state", "publish_until", "shown"),
    [("published", None, True), ("draft", None, False), ("withdrawn", None, False), ("published", AT, False)],
)
def test_donors_and_counterparts_are_shown_through_what_is_live(
    make, make_owner, field, state, publish_until, shown
):
    row = make()
    make_owner(state=state, publish_until=publish_until, **{field: [row]})
    assert row.__class__.objects.shown(AT).filter(pk=row.pk).exists() is shown


def test_a_donor_of_nothing_is_not_shown():
    make_donor()
    assert not Donor.objects.shown(AT).exists()


def test_a_donor_of_much_is_shown_once():
    donor = make_donor()
    for _number in range(3):
        make_programme(donors=[donor])
        make_project(donors=[donor])
    assert Donor.objects.shown(AT).count() == 1


# --- Projects ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends", "in_order"),
    [
        ("2018", "2018", True),
        ("2018", "2017", False),
        ("2018-07", "2018", True),
        ("2018-07", "2017", False),
        ("2018", "2018-01", True),
        ("2018", "2017-12", False),
        ("2018-07", "2018-07", True),
        ("2018-07", "2018-06", False),
        ("2018-07-09", "2018-07", True),
        ("2018-07-09", "2018-06", False),
        ("2018-07", "2018-07-01", True),
        ("2018-07", "2018-06-30", False),
        ("2018-07-09", "2018-07-09", True),
        ("2018-07-09", "2018-07-08", False),
        ("2018-07-09", "2018", True),
        ("2018-07-09", "2017", False),
        ("2018", "2017-12-31", False),
        ("2018-09", "2018-12", True),
        ("2018-12", "2019-01", True),
        (None, "2017", True),
        ("2018", None, True),
        (None, None, True),
    ],
)
def test_a_project_cannot_end_before_its_start(starts, ends, in_order):
    project = make_project()
    project.starts, project.ends = starts, ends
    if in_order:
        project.full_clean()
        project.save()
        return
    assert problems(project)["ends"] == ["The end is before the start."]
    with pytest.raises(IntegrityError), transaction.atomic():
        project.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.update(starts=starts, ends=ends)


@pytest.mark.parametrize(
    ("starts", "ends", "period"),
    [
        (None, None, ""),
        ("2018", None, "from 2018"),
        (None, "2019-02", "until February 2019"),
        ("2015", "2015", "2015"),
        ("2017", "2018", "2017 to 2018"),
        ("2018-09", "2018-12", "September to December 2018"),
        ("2018-07", "2019-02", "July 2018 to February 2019"),
        ("2018-07-09", "2018-07-20", "9 July 2018 to 20 July 2018"),
    ],
)
def test_the_dates_of_a_project_in_words(starts, ends, period):
    project = make_project(starts=starts, ends=ends)
    project.refresh_from_db()
    assert project.period == period


def test_a_budget_needs_its_currency():
    project = make_project()
    project.budget = 1000
    assert "Give the currency of the budget." in problems(project)["__all__"]
    with pytest.raises(IntegrityError), transaction.atomic():
        project.save()
    project.budget_currency = "USD"
    project.full_clean()
    project.save()


# --- Figures ----------------------------------------------------------------------------------


def test_one_figure_speaks_for_a_programme():
    programme, other = make_programme(), make_programme()
    first = make_figure(programme=programme, is_headline=True)
    make_figure(programme=programme)
    make_figure(programme=programme)
    make_figure(programme=other, is_headline=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_figure(programme=programme, is_headline=True)
    twin = Figure(programme=programme, value="7", is_headline=True)
    assert problems(twin) == {"__all__": ["Another figure speaks for this programme already."]}
    assert programme.headline_figure == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Figure.objects.filter(programme=programme).update(is_headline=True)


def test_figures_of_the_country_belong_to_no_programme():
    figures = [make_figure(order=order) for order in (2, 1, 3)]
    assert [figure.order for figure in Figure.objects.filter(programme=None)] == [1, 2, 3]
    assert all(figure.programme is None for figure in figures)


# --- What holds what --------------------------------------------------------------------------


def test_a_programme_with_projects_or_documents_cannot_be_deleted():
    for owned in (make_project(), make_document(programme=make_programme())):
        with pytest.raises(models.ProtectedError):
            owned.programme.delete()


def test_figures_go_with_their_programme():
    make_figure(programme=make_programme())
    Programme.objects.all().delete()
    assert not Figure.objects.exists()


def test_a_donor_may_be_deleted_and_its_programmes_stay():
    donor = make_donor()
    programme = make_programme(donors=[donor])
    donor.delete()
    assert list(programme.donors.all()) == []


def test_a_ministry_with_departments_cannot_be_deleted():
    ministry = make_counterpart()
    make_counterpart(kind="department", parent=ministry)
    with pytest.raises(models.ProtectedError):
        ministry.delete()


@pytest.mark.parametrize(
    ("make", "model"),
    [
        (make_donor, Donor), (make_counterpart, Counterpart), (make_programme, Programme),
        (make_project, Project), (make_document, Document),
    ],
)  # fmt: skip
def test_a_row_is_found_by_its_natural_key(make, model):
    row = make()
    assert model.objects.get_by_natural_key(*row.natural_key()) == row


@pytest.mark.parametrize("model", [Donor, Counterpart, Programme, Project, Document])
def test_english_is_required_and_lao_is_not(model):
    missing = problems(model(slug="a"))
    assert any(name.endswith("_en") for name in missing)
    assert not any(name.endswith("_lo") for name in missing)
