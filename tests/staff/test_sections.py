"""The sections of a form: what is in each, how much of it, and where an error is."""

import re

from django.contrib import admin

from iomlaos.office.models import StandardText
from tests.helpers.admin import address_of
from tests.helpers.factories import make_figure, make_page, make_programme
from tests.helpers.forms import fill_form, section_titles

ADD = "/admin/programmes/programme/add/"


def tabs(response) -> dict[str, str]:
    """The address and the words of each tab."""
    found = re.findall(r'<a href="(#section-[a-z]+)"[^>]*>(.*?)</a>', response.content.decode())
    return {address: re.sub("<[^>]+>", " ", words).strip() for address, words in found}


def test_a_form_is_cut_into_sections_with_their_counts_and_without_script_the_tabs_lead_to_them(staff):
    programme = make_programme(summary_en="What it does.", body_en="<p>Text.</p>", title_lo="ລາວ")
    make_figure(programme=programme)
    page = staff.get(address_of(programme))
    found = tabs(page)
    assert section_titles(page) == ["Text", "Details", "Figures", "Lao", "Publishing"]
    assert [" ".join(words.split()) for words in found.values()] == [
        "Text", "Details", "Figures 1", "Lao 1/3", "Publishing",
    ]  # fmt: skip
    for address in found:
        assert f'<section class="form-section" id="{address[1:]}"' in page.content.decode()


def test_a_field_in_lao_shows_the_english_text_that_it_translates(staff):
    programme = make_programme(title_en="Health", body_en="<h2>Why</h2><p>Tea &amp; rice</p>")
    page = staff.get(address_of(programme)).content.decode()
    assert '<p class="english" lang="en">Health</p>' in page
    assert '<p class="english" lang="en">Why\n\nTea &amp; rice</p>' in page


def test_the_section_of_an_error_is_marked_and_the_summary_leads_to_its_field(staff):
    programme = make_programme()
    form = fill_form(staff.get(address_of(programme)), since="31 February 2018", title_en="")
    refused = staff.post(address_of(programme), form)
    assert [bool(section.errors) for section in refused.context["sections"]] == [
        True,
        True,
        False,
        False,
        False,
    ]
    page = refused.content.decode()
    assert '<a href="#section-details" class="has-errors">' in page
    assert '<a href="#id_since">Since</a>: “31 February 2018” is not a date.' in page
    assert '<a href="#id_title_en">Title</a>: This field is required.' in page


def test_an_error_in_a_row_marks_the_section_of_the_row_and_names_it(staff):
    programme = make_programme()
    make_figure(programme=programme)
    form = fill_form(staff.get(address_of(programme)), **{"figures-0-value_en": ""})
    refused = staff.post(address_of(programme), form)
    assert [section.title for section in refused.context["sections"] if section.errors] == ["Figures"]
    assert '<a href="#id_figures-0-value_en">Figure 1' in refused.content.decode()


def test_a_model_that_says_nothing_of_sections_has_a_form_without_tabs(staff, monkeypatch):
    registered = type(admin.site._registry[StandardText])
    monkeypatch.setattr(registered, "get_fieldsets", admin.ModelAdmin.get_fieldsets)
    for fieldsets in (None, [(None, {"fields": ["title_en", "slug", "body_en"]})]):
        monkeypatch.setattr(registered, "fieldsets", fieldsets)
        page = staff.get("/admin/office/standardtext/add/")
        assert section_titles(page) == ["Standard text"]
        assert tabs(page) == {}
        assert 'name="title_en"' in page.content.decode()


def test_a_page_without_rows_has_no_section_for_them(staff):
    assert section_titles(staff.get(address_of(make_page()))) == ["Text", "Lao", "Publishing"]
