"""The office, its contact points, places and plain pages."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from iomlaos.office.models import ContactPoint, Office, Page, Place, current_office
from tests.helpers.factories import make_contact_point, make_office, make_page, make_place, make_standard_text


def problems(row) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as error:
        row.full_clean()
    return error.value.message_dict


# --- Office -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_there_is_one_office():
    make_office()
    with pytest.raises(IntegrityError), transaction.atomic():
        Office.objects.bulk_create([Office(pk=2, name_en="A", short_name_en="A", postal_address_en="A")])
    with pytest.raises(IntegrityError), transaction.atomic():
        make_office()
    assert Office.objects.count() == 1


@pytest.mark.django_db
def test_saving_the_office_changes_the_one_row():
    make_office()
    office = Office.objects.get()
    office.short_name_en = "IOM in Lao PDR"
    office.save()
    assert str(Office.objects.get()) == "IOM in Lao PDR"


def test_the_address_is_read_line_by_line():
    office = Office(postal_address_en="House 1\r\n\n  Vientiane \nLao PDR\n")
    assert office.address_lines == ["House 1", "Vientiane", "Lao PDR"]


# --- Contact points ---------------------------------------------------------------------------


def test_a_contact_point_leads_where_its_kind_says():
    for kind, written, address, link in (
        ("telephone", "+856 (20) 555-12.345", "", "tel:+8562055512345"),
        ("fax", "+856.21 26 77 31", "", ""),
        ("email", "office@example.org", "", "mailto:office@example.org"),
        ("press", "press@example.org", "", "mailto:press@example.org"),
        ("press", "+856 20 555 99 99", "", "tel:+856205559999"),
        ("map", "UN House on the map", "https://maps.example/iom", "https://maps.example/iom"),
        ("social", "IOM", "https://example.org/iom", "https://example.org/iom"),
    ):
        point = ContactPoint(kind=kind, written=written, address=address)
        point.clean()
        assert point.link == link


@pytest.mark.django_db
def test_the_office_knows_its_telephone():
    office = make_office()
    make_contact_point(
        office=office, kind="facebook", written="IOM Laos", address="https://www.facebook.com/iomlaos"
    )
    assert office.telephone is None
    telephone = make_contact_point(office=office)
    assert office.telephone == telephone


def test_a_number_begins_with_its_country():
    for kind in ("telephone", "fax", "press"):
        for written in ("021 26 77 30", "call us", "+ 856"):
            with pytest.raises(ValidationError) as error:
                ContactPoint(kind=kind, written=written).clean()
            assert list(error.value.message_dict) == ["written"]


def test_an_email_address_is_checked():
    for kind in ("email", "press"):
        with pytest.raises(ValidationError) as error:
            ContactPoint(kind=kind, written="press@iom").clean()
        assert error.value.message_dict == {"written": ["Enter an e-mail address like name@example.org."]}


def test_a_page_of_another_site_needs_its_address():
    for kind in ("map", "facebook", "social"):
        with pytest.raises(ValidationError) as error:
            ContactPoint(kind=kind, written="IOM Laos").clean()
        assert list(error.value.message_dict) == ["address"]


@pytest.mark.django_db
def test_one_number_cannot_be_listed_twice():
    point = make_contact_point()
    twin = ContactPoint(office=point.office, kind=point.kind, written=point.written)
    assert problems(twin) == {"__all__": ["This number or address is listed already."]}
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


@pytest.mark.django_db
def test_the_office_knows_what_visitors_look_for_in_vain():
    office = make_office()
    for kind, written in (("email", "office@example.org"), ("press", "+856 20 555 99 99"), ("map", "Map")):
        assert Office.objects.with_missing_contacts().exists()
        make_contact_point(kind=kind, written=written)
    assert current_office(timezone.now()).missing_contacts == ["Opening hours"]
    office.hours_en = "Monday to Friday"
    office.save()
    assert not Office.objects.with_missing_contacts().exists()
    assert current_office(timezone.now()).missing_contacts == []


# --- Places -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_position_is_whole():
    for half in ({"latitude": "17.97"}, {"longitude": "102.61"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_place(**half)
        assert list(problems(Place(slug="a", name_en="A", kind="town", **half))) == ["__all__"]


@pytest.mark.django_db
def test_a_position_outside_the_country_is_a_slip():
    for latitude, longitude in (("12.9", "102"), ("23.1", "102"), ("18", "99"), ("18", "109")):
        assert problems(Place(slug="a", name_en="A", kind="town", latitude=latitude, longitude=longitude))


@pytest.mark.django_db
def test_a_province_code_stands_once_and_may_be_missing_often():
    make_place(iso_code="LA-AT")
    make_place()
    make_place()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_place(iso_code="LA-AT")
    twin = Place(slug="a", name_en="A", kind="province", iso_code="LA-AT")
    assert problems(twin) == {"__all__": ["Another place has this code already."]}


@pytest.mark.django_db
def test_a_row_is_found_by_its_natural_key():
    for row in (make_place(), make_standard_text(), make_page()):
        assert type(row).objects.get_by_natural_key(*row.natural_key()) == row


# --- Pages ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_page_that_others_link_to_keeps_its_address():
    for slug in ("about", "accessibility", "privacy", "how-to-apply"):
        page = make_page(slug=slug)
        page.full_clean()
        page.slug = "another"
        assert "slug" in problems(page), slug


@pytest.mark.django_db
def test_a_page_that_others_link_to_stays_published():
    pk = make_page(slug="privacy").pk
    for change in (
        {"state": "draft"},
        {"state": "withdrawn", "withdrawal_reason_en": "A mistake."},
        {"publish_from": "2030-01-01T00:00Z"},
        {"publish_until": "2030-01-01T00:00Z"},
    ):
        page = Page.objects.get(pk=pk)
        for name, value in change.items():
            setattr(page, name, value)
        assert "so it stays published" in problems(page)["__all__"][0], change


@pytest.mark.django_db
def test_any_other_page_may_change_address_and_state():
    make_page(slug="first")
    page = Page.objects.get()
    page.slug, page.state, page.withdrawal_reason_en = "second", "withdrawn", "A mistake."
    page.full_clean()


@pytest.mark.django_db
def test_a_page_cannot_take_the_address_of_a_section():
    for slug in ("careers", "programmes", "projects", "donors", "documents", "contact", "admin"):
        assert list(problems(Page(slug=slug, title_en="A"))) == ["slug"], slug


@pytest.mark.django_db
def test_english_is_required_and_lao_is_not():
    assert "title_en" in problems(Page(slug="a", title_lo="ກ"))
    Page(slug="a", title_en="A").full_clean()
