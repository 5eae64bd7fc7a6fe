import re

from iomlaos.office.templatetags.contact import contact_links


def test_addresses_and_telephone_numbers_become_links_and_dates_and_references_do_not():
    expected = {
        "Ms A, hr@example.org, +856.21 26 77 30": ["mailto:hr@example.org", "tel:+85621267730"],
        "Tel.021 267730 / 020-5555-1234.": ["tel:021267730", "tel:02055551234"],
        "(+856) 21 267 730 ext. 12": ["tel:+85621267730"],
        "https://www.example.org/ask?a=1&b=2.": ["https://www.example.org/ask?a=1&amp;b=2"],
        "VN 2026/01, by 01.06.2026, 09.00-17.00, room 0123": [],
    }
    found = {text: re.findall('href="(.*?)"', contact_links(text)) for text in expected}
    assert found == expected


def test_what_staff_typed_is_shown_as_they_typed_it():
    text = '<script>alert(1)</script> & "x"@example.org, a@example.org'
    assert contact_links(text) == (
        "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;@example.org, "
        '<a href="mailto:a@example.org">a@example.org</a>'
    )
