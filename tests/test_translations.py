"""The strings of the site in Lao, and dates and numbers as Lao writes them."""

import datetime
import re
from gettext import GNUTranslations

from babel import Locale
from django.contrib.humanize.templatetags.humanize import apnumber, intcomma
from django.template.defaultfilters import date, filesizeformat, floatformat
from django.utils import dates, formats
from django.utils.translation import override

from iomlaos.formats.en import formats as english
from iomlaos.formats.lo import formats as lao
from iomlaos.publishing.dates import VIENTIANE, PartialDate, format_deadline, format_deadline_parts
from tests.helpers.messages import (
    DJANGO,
    SITE,
    Message,
    public_messages,
    python_messages,
    read,
    template_messages,
)

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|<[^>]*>|https?://|\{\w+\}")
#: Marks that would be lost in a search, or keep words from being found.
INVISIBLE = set("\u200b\u200c\u200d\u2060")
FIGURE = re.compile(r"\d[\d.,]*\d|\d")
MIDNIGHT = datetime.datetime(2021, 1, 10, tzinfo=VIENTIANE)
FIVE = datetime.datetime(2021, 1, 9, 17, tzinfo=VIENTIANE)


def entries(path):
    """Each English text, the plural where there is one, with its Lao."""
    for message in read(path):
        if message.id:
            english, lao = message.id, message.string
            yield (english, lao) if isinstance(english, str) else (english[1], "".join(lao))


def test_every_public_string_stands_in_the_catalogue_and_nothing_else():
    """`make messages` brings it there."""
    kept = {
        (message.context, message.id[0] if message.pluralizable else message.id) for message in read(SITE)
    }
    assert kept - {(None, "")} == {(message.context, message.text) for message in public_messages()}


def test_every_string_is_translated_with_its_placeholders_markup_and_figures():
    for path in (SITE, DJANGO):
        catalogue = read(path)
        unfinished = [each for each in catalogue if each.id and (each.fuzzy or not any(each.string))]
        assert [message.id for message in unfinished] == []
        assert [*catalogue.obsolete] == []
        assert catalogue.num_plurals == 1
        for source, translation in entries(path):
            assert translation.strip(), source
            assert sorted(PLACEHOLDER.findall(translation)) == sorted(PLACEHOLDER.findall(source)), source
            if path == SITE:
                assert FIGURE.findall(source) == FIGURE.findall(translation), source
                assert (translation[-1] in ".?:,") == (source[-1] in ".?:,"), source
            assert not set(translation) & INVISIBLE, source


def test_the_compiled_catalogue_says_what_the_text_says():
    """Without it, pages in Lao would answer in English and say nothing of it."""
    for path in (SITE, DJANGO):
        with path.with_suffix(".mo").open("rb") as file:
            compiled = GNUTranslations(file)
        expected = {}
        for message in read(path):
            key = message.id[0] if message.pluralizable else message.id
            key = f"{message.context}\x04{key}" if message.context else key
            if message.pluralizable:
                expected[key, 0] = message.string[0]
            elif key:
                expected[key] = message.string
        assert {key: text for key, text in compiled._catalog.items() if key} == expected, path


def test_strings_are_found_wherever_they_stand():
    source = """
class Notice(models.Model):
    class Kind(models.TextChoices):
        JOB = "job", _("Job")

    title = models.CharField(_("the label"), help_text=_("the help"), choices=Kind)

    class Meta:
        verbose_name = _("the name")

    def closed(self):
        return f"{gettext('Closed')}: {pgettext('a verb', 'Open')}"

    def left(self, days):
        return ngettext("%(days)d day", "%(days)d days", days)

    def clean(self):
        raise ValidationError(_("the error"))
"""
    assert [*python_messages(source)] == [
        Message("Job"),
        Message("Closed"),
        Message("Open", context="a verb"),
        Message("%(days)d day", "%(days)d days"),
    ]
    template = (
        """{% translate "It’s" %} <p title="{% translate 'Say “no” (or yes)' %}">{{ _("Title") }}</p>"""
        """{% blocktranslate with day=on|date context "a verb" %}Open on {{ day }}{% endblocktranslate %}"""
        """{% blocktranslate count n=rows|length %}A row{% plural %}{{ n }} rows{% endblocktranslate %}"""
    )
    assert [*template_messages(template)] == [
        Message("It’s"),
        Message("Say “no” (or yes)"),
        Message("Title"),
        Message("Open on %(day)s", context="a verb"),
        Message("A row", "%(n)s rows"),
    ]


def test_months_and_weekdays_are_those_of_cldr():
    cldr = Locale("lo")
    with override("lo"):
        assert {n: str(name) for n, name in dates.MONTHS.items()} == {**cldr.months["format"]["wide"]}
        assert {n: str(name) for n, name in dates.MONTHS_3.items()} == {
            **cldr.months["format"]["abbreviated"]
        }
        assert {n: str(name) for n, name in dates.WEEKDAYS.items()} == {**cldr.days["format"]["wide"]}


def test_both_languages_have_the_same_named_formats():
    """A name that a language lacks would be read as a pattern of a date."""
    shown = [
        {name for name in vars(module) if name.endswith("_FORMAT") and name.isupper()}
        for module in (english, lao)
    ]
    assert shown[0] == shown[1]
    assert "WEEKDAY_DATE_FORMAT" in shown[0]


def test_a_deadline_is_written_in_lao():
    with override("lo"):
        assert format_deadline(MIDNIGHT) == "ທ້າຍວັນເສົາ ທີ 9 ມັງກອນ 2021, ເວລາວຽງຈັນ (UTC+7)"
        assert format_deadline(FIVE) == "ວັນເສົາ ທີ 9 ມັງກອນ 2021, 17:00 ໂມງ, ເວລາວຽງຈັນ (UTC+7)"
        assert format_deadline_parts(MIDNIGHT) == (
            "ວັນເສົາ ທີ 9 ມັງກອນ 2021",
            "ທ້າຍວັນ, ເວລາວຽງຈັນ (UTC+7)",
        )
        assert format_deadline_parts(FIVE) == ("ວັນເສົາ ທີ 9 ມັງກອນ 2021", "17:00 ໂມງ, ເວລາວຽງຈັນ (UTC+7)")


def test_a_partial_date_is_no_more_exact_in_lao():
    words = {"2018": "2018", "2018-07": "ກໍລະກົດ 2018", "2018-07-09": "9 ກໍລະກົດ 2018"}
    with override("lo"):
        assert {iso: str(PartialDate.parse(iso)) for iso in words} == words


def test_moments_and_numbers_have_figures_and_separators_of_english_in_both_languages():
    for language, month in (("en", "January"), ("lo", "ມັງກອນ")):
        with override(language):
            shown = [
                date(FIVE, "DATETIME_FORMAT"),
                formats.time_format(FIVE.time()),
                intcomma(20099),
                intcomma(floatformat("1234567.5", "-2u")),
                floatformat(12.5),
                filesizeformat(1 << 21),
            ]
        assert shown == [f"9 {month} 2021, 17:00", "17:00", "20,099", "1,234,567.50", "12.5", "2.0\xa0MB"]


def test_a_number_in_a_sentence_is_a_figure_in_lao():
    with override("lo"):
        assert [apnumber(number) for number in (1, 5, 9, 12)] == ["1", "5", "9", 12]
    assert apnumber(5) == "five"
