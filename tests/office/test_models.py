"""The office, its contact points, places and plain pages."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from iomlaos.office.models import ContactPoint, Office, Page, Place, StandardText
from tests.factories import make_contact_point, make_office, make_page, make_place, make_standard_text

pytestmark = pytest.mark.django_db


def problems(row) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as error:
        row.full_clean()
    return error.value.message_dict


# --- Office -----------------------------------------------------------------------------------


def test_there_is_one_office():
    make_office()
    with pytest.raises(IntegrityError), transaction.atomic():
        Office.objects.bulk_create([Office(pk=2, name_en="A", short_name_en="A", postal_address_en="A")])
    with pytest.raises(IntegrityError), transaction.atomic():
        make_office()
    assert Office.objects.count() == 1


def test_saving_the_office_changes_the_one_row():
    make_office()
    office = Office.objects.get()
    office.short_name_en = "IOM in Lao PDR"
    office.save()
    assert str(Office.objects.get()) == "IOM in Lao PDR"


def test_the_address_is_read_line_by_line():
    office = make_office(postal_address_en="House 1\r\n\n  Vientiane \nLao PDR\n")
    assert office.address_lines == ["House 1", "Vientiane", "Lao PDR"]


# --- Contact points ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "written", "address", "link"),
    [
        ("telephone", "+856.21 26 77 30", "", "tel:+85621267730"),
        ("telephone", "+856 (20) 555-12-345", "", "tel:+8562055512345"),
        ("fax", "+856.21 26 77 31", "", ""),
        ("email", "office@example.org", "", "mailto:office@example.org"),
        ("facebook", "IOM Laos", "https://www.facebook.com/iomlaos", "https://www.facebook.com/iomlaos"),
        ("social", "IOM", "https://example.org/iom", "https://example.org/iom"),
    ],
)
def test_a_contact_point_leads_where_its_kind_says(kind, written, address, link):
    point = make_contact_point(kind=kind, written=written, address=address)
    point.full_clean()
    assert point.link == link


def test_the_office_knows_its_telephone_and_its_facebook_page():
    office = make_office()
    assert office.telephone is None
    telephone = make_contact_point(office=office)
    facebook = make_contact_point(
        office=office, kind="facebook", written="IOM Laos", address="https://www.facebook.com/iomlaos"
    )
    assert (office.telephone, office.facebook) == (telephone, facebook)


@pytest.mark.parametrize("kind", ["telephone", "fax"])
@pytest.mark.parametrize("written", ["021 26 77 30", "call us", "+ 856"])
def test_a_number_begins_with_its_country(kind, written):
    point = ContactPoint(office=make_office(), kind=kind, written=written)
    assert problems(point) == {"written": ["Begin with the country's number: +856 …"]}


@pytest.mark.parametrize("kind", ["facebook", "social"])
def test_a_page_on_a_network_needs_its_address(kind):
    point = ContactPoint(office=make_office(), kind=kind, written="IOM Laos")
    assert problems(point) == {"address": ["Give the full address of the page, beginning with https://"]}


def test_one_number_cannot_be_listed_twice():
    point = make_contact_point()
    twin = ContactPoint(office=point.office, kind=point.kind, written=point.written)
    assert problems(twin) == {"__all__": ["This number or address is listed already."]}
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


# --- Places -----------------------------------------------------------------------------------


@pytest.mark.parametrize("half", [{"latitude": "17.97"}, {"longitude": "102.61"}])
def test_a_position_is_whole(half):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_place(**half)
    place = Place(slug="a", name_en="A", kind="town", **half)
    assert problems(place) == {"__all__": ["Give both latitude and longitude, or neither."]}


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("12.9", "102"), ("23.1", "102"), ("18", "99"), ("18", "109")]
)
def test_a_position_outside_the_country_is_a_slip(latitude, longitude):
    assert problems(Place(slug="a", name_en="A", kind="town", latitude=latitude, longitude=longitude))


def test_a_province_code_stands_once_and_may_be_missing_often():
    make_place(iso_code="LA-AT")
    make_place()
    make_place()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_place(iso_code="LA-AT")
    twin = Place(slug="a", name_en="A", kind="province", iso_code="LA-AT")
    assert problems(twin) == {"__all__": ["Another place has this code already."]}


@pytest.mark.parametrize(
    ("make", "model"), [(make_place, Place), (make_standard_text, StandardText), (make_page, Page)]
)
def test_a_row_is_found_by_its_natural_key(make, model):
    row = make()
    assert model.objects.get_by_natural_key(*row.natural_key()) == row


# --- Pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["about", "accessibility", "privacy", "how-to-apply"])
def test_a_page_that_others_link_to_keeps_its_address(slug):
    make_page(slug=slug)
    page = Page.objects.get()
    page.full_clean()
    page.slug = "another"
    assert problems(page)["slug"] == ["Other pages link to this address, so it stays as it is."]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "draft"},
        {"state": "withdrawn", "withdrawal_reason_en": "A mistake."},
        {"publish_from": "2030-01-01T00:00Z"},
        {"publish_until": "2030-01-01T00:00Z"},
    ],
)
def test_a_page_that_others_link_to_stays_published(change):
    make_page(slug="privacy")
    page = Page.objects.get()
    for name, value in change.items():
        setattr(page, name, value)
    assert "so it stays published" in problems(page)["state"][0]


def test_any_other_page_may_change_address_and_state():
    make_page(slug="first")
    page = Page.objects.get()
    page.slug, page.state, page.withdrawal_reason_en = "second", "withdrawn", "A mistake."
    page.full_clean()


@pytest.mark.parametrize(
    "slug", ["careers", "programmes", "projects", "donors", "documents", "contact", "admin"]
)
def test_a_page_cannot_take_the_address_of_a_section(slug):
    page = Page(slug=slug, title_en="A")
    assert problems(page) == {"slug": ["This address belongs to a section of the site. Choose another."]}


def test_english_is_required_and_lao_is_not():
    assert "title_en" in problems(Page(slug="a", title_lo="ກ"))
    Page(slug="a", title_en="A").full_clean()
