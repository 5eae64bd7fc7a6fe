"""What could be written better is said after saving; what is pasted from Word is cleaned."""

import pytest
from django.contrib.messages import get_messages

from iomlaos.publishing.writing import remarks
from tests.factories import make_page, make_programme

from .filled import errors, filled

pytestmark = pytest.mark.django_db

LONG = "This sentence says " + "and says again " * 13 + "what it said."


def test_the_remarks_are_shown_after_saving_and_do_not_hinder_it(staff):
    page = make_page(body_en="<p>Old.</p>")
    address = f"/admin/office/page/{page.pk}/change/"
    body = f'<h3>Numbers</h3><p>Read it <a href="https://www.iom.int/">here</a>. {LONG}</p>'
    response = staff.post(address, filled(staff.get(address), body_en=body))
    assert response.status_code == 302, errors(response)
    page.refresh_from_db()
    assert "<h3>Numbers</h3>" in page.body_en
    said = [str(message) for message in get_messages(response.wsgi_request) if message.level_tag == "warning"]
    assert said == [
        "Text: the heading “Numbers” is of level 3, and none of level 2 stands before it. Make it one of level 2.",
        "Text: the link “here” does not say where it leads. Make the name of the page or the file the link.",
        "Text: the sentence that begins with “This sentence says and says…” has 45 words. Two shorter ones "
        "are easier to read.",
    ]


def test_a_text_that_is_well_written_is_left_in_peace(staff):
    page = make_page()
    address = f"/admin/office/page/{page.pk}/change/"
    body = (
        "<h2>Why</h2><p>Short. Then <a href='https://www.iom.int/'>the site of IOM</a>.</p><h3>How</h3>"
        "<h4>Where</h4><h2>When</h2>"
        "<ul>" + "<li><p>ten words that stand in a list of some length</p></li>" * 9 + "</ul>"
    )
    response = staff.post(address, filled(staff.get(address), body_en=body))
    assert {message.level_tag for message in get_messages(response.wsgi_request)} == {"success"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<h2>A</h2><h4>B</h4>", "“B” is of level 4, and none of level 3"),
        ('<p><a href="/a/">Click here.</a></p>', "“Click here.” does not say"),
        ('<p><a href="/a/"><strong>More…</strong></a></p>', "“More…” does not say"),
        (f"<p>{LONG}</p>", "has 45 words"),
        (f"<table><tbody><tr><td><p>{LONG}</p></td></tr></tbody></table>", "has 45 words"),
    ],
)
def test_each_fault_has_its_remark(body, words):
    (remark,) = remarks(make_page(body_en=body))
    assert words in remark


def test_a_lao_link_that_says_nothing_is_found_and_lao_sentences_are_not_counted():
    body = f'<p><a href="/a/">ທີ່ນີ້</a> {LONG}</p>'
    page = make_page(title_lo="ກ່ຽວກັບ", body_en="<p>A</p>", body_lo=body)
    assert [remark for remark in remarks(page) if "in Lao:" in remark] == [
        "Text in Lao: the link “ທີ່ນີ້” does not say where it leads. Make the name of the page or the file the link."
    ]


def test_a_language_that_was_begun_is_missed_where_it_is_missing():
    assert remarks(make_programme(summary_en="A summary.")) == []
    begun = make_programme(title_lo="ການເຄື່ອນຍ້າຍ", summary_en="A summary.")
    assert remarks(begun) == ["Not written in Lao yet: summary, text."]


def test_lao_is_missed_everywhere_once_the_site_shows_it(settings):
    settings.LANGUAGES = [("en", "English"), ("lo", "Lao")]
    assert "Not written in Lao yet: title" in remarks(make_programme())[-1]


def test_many_faults_are_not_all_told_at_once():
    assert len(remarks(make_page(body_en="".join(f"<h2>A</h2><h4>{n}</h4>" for n in range(50))))) == 6


WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word 15">
<style><!-- p.MsoNormal {margin:0cm} --></style><!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]--></head>
<body lang=EN-US><!--StartFragment--><h1 style='mso-x:1'>Who can come</h1>
<p class=MsoNormal style='margin:0cm'><b><span style='font-size:12.0pt'>Everybody<o:p></o:p></span></b> <i>may</i>.</p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;
</span></span></span><![endif]>Women</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp;
</span></span>Men</p>
<p class=MsoNormal><a name="_Toc1"></a><font face="Phetsarath OT" color=red>ທຸກຄົນ</font><img src="file:///C:/a.png"></p>
<table class=MsoTableGrid border=1><tr><td width=300 style='width:3cm'><p class=MsoNormal>1<o:p></o:p></p></td></tr></table>
<!--EndFragment--></body></html>"""


def test_what_is_pasted_from_word_is_cleaned(staff):
    page = make_page()
    address = f"/admin/office/page/{page.pk}/change/"
    response = staff.post(address, filled(staff.get(address), body_en=WORD))
    assert response.status_code == 302, errors(response)
    page.refresh_from_db()
    assert "".join(page.body_en.split("\n")).strip() == (
        "<h2>Who can come</h2><p><strong>Everybody</strong> <em>may</em>.</p>"
        "<ul><li><p>Women</p></li><li><p>Men</p></li></ul><p>ທຸກຄົນ</p>"
        "<table><tbody><tr><td><p>1</p></td></tr></tbody></table>"
    )
    once = page.body_en
    page.save()
    page.refresh_from_db()
    assert page.body_en == once
