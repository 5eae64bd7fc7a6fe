"""Where lines of Lao are not broken, and how a long text ends."""

import pytest

from iomlaos.delivery.line_breaks import keep_stops_on_their_line, keep_words_whole
from iomlaos.delivery.templatetags.delivery import shorten
from tests.helpers.factories import make_programme

LAO = "ພວກເຮົາຊ່ວຍເຫຼືອຜູ້ເຄື່ອນຍ້າຍ ແລະ ຜູ້ຖືກເຄາະຮ້າຍຈາກການຄ້າມະນຸດ"


def test_a_word_in_a_heading_stays_whole():
    assert keep_words_whole('<h2 id="ພວກເຮົາ"><a href="/">ໜ້າຂອງພວກເຮົາ</a></h2>') == (
        '<h2 id="ພວກເຮົາ"><a href="/">ໜ້າຂອງ<span class="whole">ພວກເຮົາ</span></a></h2>'
    )


def test_running_text_and_the_names_on_the_map_stay_as_they_are():
    html = "<h1>IOM</h1><title>ພວກເຮົາ</title><p>ພວກເຮົາ</p><svg><text>ບໍ່ເຕັນ</text></svg><h2>IOM</h2>"
    assert keep_words_whole(html) == html


def test_a_stop_and_the_sign_of_repetition_stay_with_their_word():
    assert keep_stops_on_their_line("<p>ຕ່າງໆ, ແລ້ວ. (ແລ້ວ)</p>") == (
        "<p>ຕ່າງ\u200dໆ\u200d, ແລ້ວ\u200d. (ແລ້ວ\u200d)</p>"
    )


@pytest.mark.parametrize(
    "html",
    [
        '<img alt="ແລ້ວ.">',
        "<textarea>ແລ້ວ.</textarea>",
        "<title>ແລ້ວ.</title>",
        '<script type="application/ld+json">{"a": "ແລ້ວ."}</script>',
        "<p>Done.</p>",
    ],
)
def test_what_is_copied_or_read_by_programs_has_no_invisible_signs(html):
    assert keep_stops_on_their_line(html) == html


def test_a_page_in_lao_keeps_words_and_stops_together_and_one_in_english_has_no_such_sign(client, seeded):
    lao, english = client.get("/lo/").text, client.get("/").text
    assert '<span class="whole">ພວກເຮົາ</span>' in lao
    assert "\u200d." in lao
    assert "whole" not in english
    assert "\u200d" not in english


def test_a_text_in_lao_is_cut_at_a_space():
    for length in range(40, 50):
        assert shorten(LAO, length) == "ພວກເຮົາຊ່ວຍເຫຼືອຜູ້ເຄື່ອນຍ້າຍ ແລະ…"


def test_english_is_cut_as_django_cuts_it_and_a_short_text_stays():
    assert shorten("We help migrants", 10) == "We help m…"
    assert shorten(LAO, 100) == LAO
    assert shorten("ກ້" * 6, 4) == "ກ້ກ້…"


@pytest.mark.django_db
def test_a_description_is_cut_between_letters_not_within_the_escape_of_one(client):
    programme = make_programme(summary_en="&" * 200)
    html = client.get(programme.get_absolute_url()).content.decode()
    assert html.count(f'content="{"&amp;" * 159}…"') == 2
