"""What is remembered for each language."""

import datetime

from django.template import Context, Template
from django.utils.translation import override

from iomlaos.delivery.per_language import cached_per_language
from iomlaos.publishing.dates import format_date


def test_a_result_is_remembered_for_its_language_alone():
    day = datetime.date(2026, 12, 4)
    found = []
    for language in ("en", "de", "en"):
        with override(language):
            found.append(format_date(day, "l j F Y"))
    assert found == ["Friday 4 December 2026", "Freitag 4 Dezember 2026", "Friday 4 December 2026"]


def test_a_result_is_made_once():
    asked = []

    @cached_per_language
    def double(number: int) -> int:
        asked.append(number)
        return 2 * number

    assert [double(1), double(1), double(2)] == [2, 2, 4]
    assert asked == [1, 2]


def test_the_tag_for_addresses_finds_a_view_and_is_empty_for_one_that_is_missing():
    template = Template(
        "{% url 'careers:vacancy_detail' slug %}|{% url 'nowhere' as missing %}{{ missing }}|"
    )
    assert template.render(Context({"slug": "driver"})) == "/careers/vacancies/driver/||"
