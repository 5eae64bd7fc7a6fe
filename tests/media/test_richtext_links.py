"""Links in a text: the address that was meant, and the ones that lead nowhere."""

import pytest
from django.core.exceptions import ValidationError

from iomlaos.media.richtext.links import link_address
from programmes.models import Programme

BODY = Programme._meta.get_field("body_en")
MEANT = {
    "www.iom.int": "https://www.iom.int",
    " https://www.iom.int/a?b=c#d ": "https://www.iom.int/a?b=c#d",
    "http://www.iom.int": "http://www.iom.int",
    "iom.int/page": "https://iom.int/page",
    "//www.iom.int/": "https://www.iom.int/",
    "https://iom.int:8080/x": "https://iom.int:8080/x",
    "https://ເວັບ.com/ໜ້າ": "https://ເວັບ.com/ໜ້າ",
    "name@iom.int": "mailto:name@iom.int",
    "mailto:a@iom.int,b@iom.int?subject=A%20post": "mailto:a@iom.int,b@iom.int?subject=A%20post",
    "tel:+856 21 26 77 30": "tel:+85621267730",
    "/programmes/x/": "/programmes/x/",
    "/documents/#a-report": "/documents/#a-report",
    "#steps": "#steps",
}
MEANINGLESS = [
    "", "nonsense", "two words", "report.pdf", "e.g", "1.2", "programmes/x/", "name@", "a b@iom.int", "mailto:",
    "javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "file:///C:/a.docx",
    "C:\\Users\\a.docx", "\\\\server\\a", "/a\\b", "http:/x", "http://", "https://iom .int",
    "https://iom.int/a b", "tel:call us",
]  # fmt: skip


def test_a_typed_address_becomes_the_one_that_was_meant():
    assert {typed: link_address(typed) for typed in MEANT} == MEANT
    for typed, address in MEANT.items():
        assert link_address(address) == address
        assert BODY.sanitize(f'<p><a href="{typed}">x</a></p>') == f'<p><a href="{address}">x</a></p>'


def test_what_is_no_address_is_none():
    assert {typed: link_address(typed) for typed in MEANINGLESS} == dict.fromkeys(MEANINGLESS)


def test_a_link_to_anything_but_the_web_a_mailbox_a_phone_or_this_site_is_stored_as_plain_text():
    for typed in ("/\\iom.example", "\t/\t/iom.example", "page.html", "ftp://iom.int/", ""):
        stored = BODY.sanitize(f'<p>See <a href="{typed}">the annex</a>.</p>')
        assert stored == "<p>See the annex.</p>", typed


def test_a_text_with_a_link_to_nowhere_is_refused_by_the_words_of_the_link():
    for typed in ("two words", "javascript:alert(1)"):
        with pytest.raises(ValidationError) as refused:
            BODY.clean(f"<p>See <A class=x HREF='{typed}'>the <b>annex</b> &amp; more</A>.</p>", None)
        assert refused.value.messages == [
            f"The link “the annex & more” does not work: {typed}. Correct it or remove it."
        ]


def test_each_link_to_nowhere_is_named_and_the_others_stay():
    text = '<p><a href="/x/">One</a> <a href="x:1">Two</a> <a href="http:/y">Three</a> <a href="x:2"></a></p>'
    with pytest.raises(ValidationError) as refused:
        BODY.clean(text, None)
    assert [message.split("”")[0] for message in refused.value.messages] == [
        "The link “Two",
        "The link “Three",
    ]
    assert BODY.clean('<p><a href="/x/">One</a></p>', None) == '<p><a href="/x/">One</a></p>'


def test_a_long_text_of_links_is_read_in_one_go():
    BODY.clean("<a href=x>" * 50_000, None)


def test_a_link_opens_in_the_same_window():
    assert BODY.sanitize('<p><a href="/x/" target="_blank">x</a></p>') == '<p><a href="/x/">x</a></p>'
