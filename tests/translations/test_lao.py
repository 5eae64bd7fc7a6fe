"""Lao as people type it is compared in one spelling, and sorted as in a dictionary."""

import pytest
from django.utils.html import strip_tags

from careers.verification.text_match import words_of
from iomlaos.translations.lao import clean_spelling, search_spellings, sort_key
from tests.helpers.factories import make_donor, make_place, make_programme, make_vacancy

#: One word each, as it is typed in several ways.
SPELLINGS = [
    ("ນ້ຳຖ້ວມ", "ນຳ້ຖ້ວມ", "ນ້ໍາຖ້ວມ", "ນໍ້າຖ້ວມ", "ນໍາ້ຖ້ວມ", "ນ້ຳ\u200bຖ້ວມ"),
    ("ຫຼວງພະບາງ", "ຫລວງພະບາງ", "ຫຼວງ\u200bພະບາງ"),
    ("ແຮງງານ", "ເເຮງງານ"),
    ("ໜັງສືຜ່ານແດນ", "ຫນັງສືຜ່ານແດນ", "ໜັງສື\u2060ຜ່ານແດນ"),
    ("ໝູ່ບ້ານ", "ຫມູ່ບ້ານ"),
    ("ທີ່ເຂົ້າກໍ່", "ທ່ີເຂ້ົາກ່ໍ"),
]


def test_a_word_is_the_same_however_it_is_spelt():
    for spellings in SPELLINGS:
        assert len({tuple(words_of(spelling)) for spelling in spellings}) == 1, spellings
        assert len({sort_key(spelling) for spelling in spellings}) == 1, spellings


def test_what_looks_the_same_is_stored_the_same():
    for usual, *others in SPELLINGS:
        assert clean_spelling(usual) == usual
        assert {clean_spelling(other) for other in others} <= {*search_spellings(usual)}
    assert clean_spelling("ນຳ້") == clean_spelling("ນໍ້າ") == "ນ້ຳ"
    assert clean_spelling("Lao PDR, 2021") == "Lao PDR, 2021"


def test_names_are_in_the_order_of_a_dictionary():
    # Consonant by consonant, whatever vowel is written before it; ສ before ຊ; a tone counts last.
    ordered = ["ADB", "Zambia", "ກະຊວງ", "ແກ້ວ", "ຄຳມ່ວນ", "ເຊກອງ", "ເມືອງ", "ຫຼວງນ້ຳທາ", "ຫ້ວຍຊາຍ", "ອັດຕະປື"]
    assert sorted({*ordered}, key=sort_key) == ordered
    assert sorted(["ຊຽງຂວາງ", "ສະຫວັນນະເຂດ", "ຈຳປາສັກ"], key=sort_key) == ["ຈຳປາສັກ", "ສະຫວັນນະເຂດ", "ຊຽງຂວາງ"]
    assert sorted(["ປ້າ", "ປາກ", "ປາ"], key=sort_key) == ["ປາ", "ປ້າ", "ປາກ"]


@pytest.mark.django_db
def test_lists_are_sorted_by_the_names_of_the_page(client):
    donors = [
        make_donor(name_en=english, name_lo=lao)
        for english, lao in (("Canada", "ຣັດຖະບານການາດາ"), ("Italy", "ອິຕາລີ"), ("Switzerland", "ກ ສະວິດ"))
    ]
    make_programme(donors=donors)
    page = strip_tags(client.get("/lo/donors/").content.decode())
    assert page.index("ກ ສະວິດ") < page.index("ຣັດຖະບານການາດາ") < page.index("ອິຕາລີ")
    page = client.get("/donors/").content.decode()
    assert page.index("Canada") < page.index("Italy") < page.index("Switzerland")


@pytest.mark.django_db
def test_the_check_finds_a_notice_however_its_title_is_typed(client):
    for title, *others in SPELLINGS[:4]:
        make_vacancy(title_en="Officer", title_lo=f"ພະນັກງານ{title}")
        for typed in (title, others[0]):
            found = client.get("/lo/careers/check/", {"q": f"ພະນັກງານ{typed}"}).content.decode()
            assert 'data-notice="open"' in found, typed


@pytest.mark.django_db
def test_the_search_of_the_admin_knows_other_spellings(admin_client):
    make_place(name_en="Luang Prabang", name_lo="ຫຼວງພະບາງ")
    make_place(name_en="Attapeu", name_lo="ອັດຕະປື")
    for typed in ("ຫລວງພະບາງ", "ຫຼວງ\u200bພະບາງ", "luang"):
        listed = admin_client.get("/admin/office/place/", {"q": typed}).content.decode()
        assert "Luang Prabang" in listed
        assert "Attapeu" not in listed
