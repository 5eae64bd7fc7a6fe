"""Programmes, projects, donors, counterparts, figures: their rules, in the database and in words."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from iomlaos.publishing.dates import PartialDate
from programmes.models import Counterpart, Document, Donor, Figure, Programme, Project, group_figures
from tests.helpers.factories import (
    make_counterpart,
    make_document,
    make_donor,
    make_figure,
    make_programme,
    make_project,
)

AT = datetime.datetime(2026, 3, 1, 9, 0, tzinfo=datetime.UTC)


def problems(row) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as error:
        row.full_clean()
    return error.value.message_dict


# --- Donors and counterparts ------------------------------------------------------------------


@pytest.mark.django_db
def test_two_cannot_have_one_name_in_whatever_letters():
    for make, model, kind in ((make_donor, Donor, "government"), (make_counterpart, Counterpart, "ministry")):
        make(name_en="Ministry of Health")
        for name in ("Ministry of Health", "MINISTRY OF HEALTH"):
            with pytest.raises(IntegrityError), transaction.atomic():
                make(name_en=name)
            twin = model(slug="another", name_en=name, kind=kind)
            assert list(problems(twin)) == ["__all__"]
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(pk=make().pk).update(name_en="ministry of health")


def test_a_donor_is_named_in_full():
    fields = {"name_en": "Bureau of Migration"}
    assert str(Donor(**fields)) == "Bureau of Migration"
    assert str(Donor(**fields, abbreviation="PRM")) == "Bureau of Migration (PRM)"
    fields |= {"abbreviation": "PRM", "parent_en": "Department of State"}
    assert str(Donor(**fields)) == "Department of State, Bureau of Migration (PRM)"


def test_the_order_of_donors_does_not_count_the_article():
    names = ("The Government of Italy", "Government of Canada", "European Union")
    donors = [Donor(name_en=name) for name in names]
    assert [donor.name for donor in sorted(donors, key=lambda donor: donor.sort_key)] == [
        "European Union", "Government of Canada", "The Government of Italy",
    ]  # fmt: skip


def test_donors_stand_in_their_groups():
    canada, austria = (
        Donor(pk=pk, name_en=name, kind="government") for pk, name in enumerate(("Canada", "Austria"), 1)
    )
    bank = Donor(pk=3, name_en="Bank", kind="multilateral")
    assert Donor.by_kind([canada, bank, austria]) == [
        (Donor.Kind.GOVERNMENT, [austria, canada]), (Donor.Kind.MULTILATERAL, [bank]),
    ]  # fmt: skip


@pytest.mark.django_db
def test_donors_and_counterparts_are_shown_once_through_what_is_live():
    for make, make_owner, field in (
        (make_donor, make_programme, "donors"),
        (make_donor, make_project, "donors"),
        (make_counterpart, make_programme, "counterparts"),
        (make_counterpart, make_project, "partners"),
    ):
        row = make()
        shown = type(row).objects.public(AT).filter(pk=row.pk)
        for hidden in ({"state": "draft"}, {"state": "withdrawn"}, {"publish_until": AT}):
            make_owner(**hidden, **{field: [row]})
        assert not shown.exists(), field
        for _number in range(2):
            make_owner(**{field: [row]})
        assert list(shown.all()) == [row], field


# --- Projects ---------------------------------------------------------------------------------

#: Starts with the ends that are just late enough and just too early, by how exactly each is known.
PERIODS = [
    ("2018", "2018", "2017"),
    ("2018", "2018-01", "2017-12"),
    ("2018", "2018-01-01", "2017-12-31"),
    ("2018-07", "2018", "2017"),
    ("2018-07", "2018-07", "2018-06"),
    ("2018-07", "2018-07-01", "2018-06-30"),
    ("2018-07-09", "2018", "2017"),
    ("2018-07-09", "2018-07", "2018-06"),
    ("2018-07-09", "2018-07-09", "2018-07-08"),
]


def test_a_project_cannot_end_before_its_start_in_the_form():
    for starts, end, too_early in PERIODS:
        Project(starts=PartialDate.parse(starts), ends=PartialDate.parse(end)).clean()
        with pytest.raises(ValidationError) as error:
            Project(starts=PartialDate.parse(starts), ends=PartialDate.parse(too_early)).clean()
        assert list(error.value.message_dict) == ["ends"]
    for starts, ends in ((None, "2017"), ("2018", None), (None, None)):
        Project(starts=starts and PartialDate.parse(starts), ends=ends and PartialDate.parse(ends)).clean()


@pytest.mark.django_db
def test_a_project_cannot_end_before_its_start_in_the_database():
    make_project()
    for starts, end, too_early in PERIODS:
        Project.objects.update(starts=starts, ends=end)
        with pytest.raises(IntegrityError), transaction.atomic():
            Project.objects.update(starts=starts, ends=too_early)


def test_the_dates_of_a_project_in_words():
    expected = {
        (None, None): "",
        ("2018", None): "since 2018",
        (None, "2019-02"): "until February 2019",
        ("2015", "2015"): "2015",
        ("2017", "2018"): "2017 to 2018",
        ("2018-07", "2018"): "July 2018 to 2018",
        ("2018-09", "2018-12"): "September to December 2018",
        ("2018-07", "2019-02"): "July 2018 to February 2019",
        ("2018-07-09", "2018-07-20"): "9 July 2018 to 20 July 2018",
    }
    found = {}
    for dates in expected:
        starts, ends = (date and PartialDate.parse(date) for date in dates)
        found[dates] = Project(starts=starts, ends=ends).period
    assert found == expected


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_one_figure_speaks_for_a_programme():
    programme, other = make_programme(), make_programme()
    first = make_figure(programme=programme, is_headline=True)
    make_figure(programme=programme)
    make_figure(programme=programme)
    make_figure(programme=other, is_headline=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_figure(programme=programme, is_headline=True)
    twin = Figure(programme=programme, value="7", is_headline=True)
    assert problems(twin) == {"__all__": ["Another figure is the headline figure of this programme."]}
    assert programme.headline_figure == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Figure.objects.filter(programme=programme).update(is_headline=True)


@pytest.mark.django_db
def test_figures_of_the_country_belong_to_no_programme():
    figures = [make_figure(order=order) for order in (2, 1, 3)]
    assert [figure.order for figure in Figure.objects.filter(programme=None)] == [1, 2, 3]
    assert all(figure.programme is None for figure in figures)


# --- What holds what --------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_programme_with_projects_or_documents_cannot_be_deleted():
    for owned in (make_project(), make_document(programme=make_programme())):
        with pytest.raises(models.ProtectedError):
            owned.programme.delete()


@pytest.mark.django_db
def test_figures_go_with_their_programme():
    make_figure(programme=make_programme())
    Programme.objects.all().delete()
    assert not Figure.objects.exists()


@pytest.mark.django_db
def test_a_donor_may_be_deleted_and_its_programmes_stay():
    donor = make_donor()
    programme = make_programme(donors=[donor])
    donor.delete()
    assert list(programme.donors.all()) == []


@pytest.mark.django_db
def test_a_ministry_with_departments_cannot_be_deleted():
    ministry = make_counterpart()
    make_counterpart(kind="department", parent=ministry)
    with pytest.raises(models.ProtectedError):
        ministry.delete()


@pytest.mark.django_db
def test_a_row_is_found_by_its_natural_key():
    for make in (make_donor, make_counterpart, make_programme, make_project, make_document):
        row = make()
        assert type(row).objects.get_by_natural_key(*row.natural_key()) == row


@pytest.mark.django_db
def test_english_is_required_and_lao_is_not():
    for model in (Donor, Counterpart, Programme, Project, Document):
        missing = problems(model(slug="a"))
        assert any(name.endswith("_en") for name in missing), model
        assert not any(name.endswith("_lo") for name in missing), model


# --- Figures ----------------------------------------------------------------------------------


def test_words_before_a_number_qualify_it_and_a_currency_does_not():
    expected = {
        "over 2,500": ("over", "2,500"),
        "more than 110,811": ("more than", "110,811"),
        "USD 213.4 million": ("", "USD 213.4 million"),
        "35.6 %": ("", "35.6 %"),
        "ຫຼາຍກວ່າ 2,500": ("ຫຼາຍກວ່າ", "2,500"),
        "many": ("", "many"),
    }
    figures = {value: Figure(value=value) for value in expected}
    assert {value: (figure.qualifier, figure.number) for value, figure in figures.items()} == expected


def test_figures_that_add_up_to_another_of_their_date_stand_beneath_it():
    def of(value, date="2018-05", caption="workers"):
        return Figure(value=value, caption=caption, information_date=PartialDate.parse(date))

    zones, foreign, lao, total = of("12", "2021-01"), of("11,097"), of("9,002"), of("20,099")
    groups = group_figures([zones, foreign, lao, total, of("7", caption="")])
    assert [(group.total, group.parts) for group in groups] == [(zones, []), (total, [foreign, lao])]
    assert groups[1].bar == [(0, 55.2), (55.2, 44.8)]


def test_figures_that_do_not_add_up_stand_by_themselves():
    figures = [Figure(value=value, caption="people") for value in ("10", "4", "5", "over 9")]
    assert [group.parts for group in group_figures(figures)] == [[], [], [], []]
