"""What a record holds, as data: taken from the database, and put back whole."""

import datetime

import pytest
from django.contrib.admin import site
from django.db import models

from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.publishing import serialization
from programmes.models import Programme
from tests.helpers.factories import (
    make_amendment,
    make_award,
    make_bidding_document,
    make_clarification,
    make_contact_point,
    make_document,
    make_document_version,
    make_donor,
    make_figure,
    make_form,
    make_place,
    make_procurement_notice,
    make_programme,
    make_project,
    make_vacancy,
    upload,
)
from tests.helpers.uploads import pdf

pytestmark = pytest.mark.django_db


def make_rich_programme() -> Programme:
    programme = make_programme(
        title_en="Health", title_lo="ສຸຂະພາບ", since="2018-07", donors=[make_donor(), make_donor()]
    )
    make_figure(programme=programme, value="11,097", information_date="2018")
    make_figure(programme=programme, value="12", caption_en="zones")
    return programme


def make_rich_notice() -> ProcurementNotice:
    notice = make_procurement_notice(
        posted_on=datetime.date(2026, 5, 1),
        clarifications_until=datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC),
        body_en="<p>Pumps &amp; pipes</p>",
    )
    make_bidding_document(notice=notice, file=upload("a.pdf", pdf()))
    make_clarification(notice=notice)
    make_award(notice=notice, value="12400.50", currency="USD")
    make_amendment(notice)
    return notice


def make_rich_vacancy() -> Vacancy:
    vacancy = make_vacancy(
        duty_station=make_place(),
        form=make_form(),
        publish_from=datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC),
    )
    make_amendment(vacancy)
    return vacancy


def make_rich_records() -> list[models.Model]:
    return [
        make_rich_programme(),
        make_project(places=[make_place()], starts="2018"),
        make_document_version(document=make_document(), file=upload("a.pdf", pdf())).document,
        make_contact_point().office,
        make_rich_notice(),
        make_rich_vacancy(),
    ]


def test_what_is_read_and_written_again_changes_nothing(django_assert_num_queries):
    for record in make_rich_records():
        before = serialization.serialize(record)
        stored = type(record)._base_manager.get(pk=record.pk)
        serialization.load_related(stored)
        with django_assert_num_queries(0):
            serialization.write(stored, before)
        assert serialization.serialize(record) == before


def test_a_record_is_built_in_memory_with_its_related_rows(django_assert_num_queries):
    for record in make_rich_records():
        data = serialization.serialize(record)
        stored = type(record)._base_manager.get(pk=record.pk)
        built = serialization.build(stored, data)
        assert serialization.snapshot_of(built) == data
    programme = make_rich_programme()
    data = serialization.serialize(programme)
    data["fields"] |= {"title_en": "Another title", "since": "2019", "removed_since": "x"}
    key = "6d1c30a5-5f5f-4d0e-8a2f-0c4b7f0f7a02"
    data["owned"]["figures"] = {key: {"value_en": "7", "caption_en": "new", "information_date": "2018"}}
    data["many"]["donors"] = data["many"]["donors"][:1]
    built = serialization.build(programme, data)
    assert (built.title_en, built.since.iso) == ("Another title", "2019")
    (figure,) = built.figures.all()
    assert (str(figure.pk), figure.programme, figure.caption, figure.information_date.iso) == (
        key, built, "new", "2018",
    )  # fmt: skip
    assert [str(donor.pk) for donor in built.donors.all()] == data["many"]["donors"]
    programme.refresh_from_db()
    assert (programme.title_en, programme.figures.count(), programme.donors.count()) == ("Health", 2, 2)


def test_rows_in_memory_have_the_order_of_the_database():
    for record in make_rich_records():
        for relation in serialization.child_relations(type(record)):
            rows = serialization.children_of(record, relation)
            assert serialization.sort_rows(relation.related_model, reversed(rows)) == list(rows)


def test_a_record_that_was_emptied_comes_back_whole():
    for record in make_rich_records():
        before = serialization.serialize(record)
        for relation in serialization.child_relations(type(record)):
            getattr(record, relation.name).all().delete()
        for field in record._meta.many_to_many:
            getattr(record, field.name).clear()
        assert serialization.serialize(record) != before
        serialization.write(type(record)._base_manager.get(pk=record.pk), before)
        assert serialization.serialize(record) == before


def test_every_row_that_a_form_of_the_admin_owns_is_in_the_snapshot():
    for model, model_admin in site._registry.items():
        inlines = {inline.model for inline in model_admin.inlines if inline.model._meta.app_label != "auth"}
        owned = {relation.related_model for relation in serialization.child_relations(model)}
        assert inlines <= owned, model


def test_a_translated_text_stands_once_a_language_and_bookkeeping_not_at_all():
    fields = serialization.serialize(make_vacancy(title_en="Driver", title_lo="ຄົນຂັບ"))["fields"]
    assert (fields["title_en"], fields["title_lo"]) == ("Driver", "ຄົນຂັບ")
    assert not {"title", "id", "created_at", "updated_at", "first_published_at", "outcome_at"} & fields.keys()


def test_an_empty_text_and_none_at_all_are_the_same():
    programme = make_programme(title_lo=None)
    before = serialization.serialize(programme)
    Programme.objects.filter(pk=programme.pk).update(title_lo="")
    assert serialization.serialize(programme) == before


def test_what_no_longer_exists_is_left_out_where_it_may_be():
    donor, place = make_donor(), make_place()
    programme = make_programme(donors=[donor])
    vacancy = make_vacancy(duty_station=place)
    states = serialization.serialize(programme), serialization.serialize(vacancy)
    programme.donors.clear()
    donor.delete()
    Vacancy.objects.update(duty_station=None)
    place.delete()
    serialization.write(programme, states[0])
    serialization.write(Vacancy.objects.get(), states[1])
    vacancy.refresh_from_db()
    assert not programme.donors.exists()
    assert vacancy.duty_station is None
