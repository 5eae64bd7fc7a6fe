"""What an editor could write better: said after saving, and never in the way of it."""

import re
from collections.abc import Iterator
from html import unescape

from django.conf import settings
from django.db import models
from django.utils.html import strip_tags
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from .richtext import RichTextField, alternative_texts

#: In words. Readers lose the beginning of a longer sentence; Lao is written without spaces and not counted.
LONGEST_SENTENCE = 40
#: In characters. Whoever hears what stands for a picture hears it in one go.
LONGEST_ALTERNATIVE_TEXT = 250
#: More remarks than this at once are read by nobody.
MOST_REMARKS = 6
#: Links that say nothing to somebody who hears or sees the link alone.
SAY_NOTHING = frozenset(
    ("here", "click here", "click", "this", "this link", "link", "more", "read more", "this page", "download",
     "ທີ່ນີ້", "ບ່ອນນີ້", "ຄລິກທີ່ນີ້", "ກົດທີ່ນີ້", "ອ່ານຕໍ່", "ເພີ່ມເຕີມ")
)  # fmt: skip

_HEADING = re.compile(r"<h([2-4])>(.*?)</h\1>", re.DOTALL)
_LINK = re.compile(r"<a [^>]*>(.*?)</a>", re.DOTALL)
_CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)
_END_OF_BLOCK = re.compile(r"</(?:p|h[2-4]|li|td|th|blockquote|figcaption)>|<br>")
_END_OF_SENTENCE = re.compile(r"(?<=[.!?;:])[\"”’)]*\s+|\n")


def remarks(record: models.Model) -> list[str]:
    """What could be better in the texts of a record, the gravest first."""
    texts = [
        (field, value)
        for field in record._meta.concrete_fields
        if isinstance(field, models.TextField)
        and getattr(field, "language", None)
        and (value := getattr(record, field.name))
    ]
    found = [
        *(
            remark
            for field, text in texts
            if isinstance(field, RichTextField)
            for remark in _skipped(field, text)
        ),
        *(
            remark
            for field, text in texts
            if isinstance(field, RichTextField)
            for remark in _links(field, text)
        ),
        *(
            remark
            for field, text in texts
            if isinstance(field, RichTextField)
            for remark in _pictures(field, text)
        ),
        *(remark for field, text in texts if field.language == "en" for remark in _sentences(field, text)),
        *_missing_language(record),
    ]
    return list(dict.fromkeys(found))[:MOST_REMARKS]


def _skipped(field: models.Field, html: str) -> Iterator[str]:
    above = 1
    for level, words in _HEADING.findall(html):
        if int(level) > above + 1:
            yield _(
                "%(field)s: the heading “%(words)s” is of level %(level)s, and none of level %(missing)s "
                "stands before it. Make it one of level %(missing)s."
            ) % {
                "field": _label(field),
                "words": _words(words),
                "level": level,
                "missing": above + 1,
            }
        above = int(level)


def _links(field: models.Field, html: str) -> Iterator[str]:
    for link in _LINK.findall(html):
        words = _words(link)
        if words.lower().strip(" .…>»→") in SAY_NOTHING:
            yield _(
                "%(field)s: the link “%(words)s” does not say where it leads. Make the name of the page or "
                "the file the link."
            ) % {"field": _label(field), "words": words}


def _pictures(field: models.Field, html: str) -> Iterator[str]:
    captions = {_words(caption).lower() for caption in _CAPTION.findall(html)}
    for words in alternative_texts(html):
        if words.lower() in captions:
            yield _(
                "%(field)s: “%(words)s” stands for a picture and below it. Whoever cannot see it hears "
                "the same twice: say once what it shows, and in the caption what it means."
            ) % {"field": _label(field), "words": Truncator(words).words(5)}
        if len(words) > LONGEST_ALTERNATIVE_TEXT:
            yield _(
                "%(field)s: what stands for the picture “%(words)s” is long. One sentence is enough; the "
                "rest can stand in the text."
            ) % {"field": _label(field), "words": Truncator(words).words(5)}


def _sentences(field: models.Field, text: str) -> Iterator[str]:
    if isinstance(field, RichTextField):
        text = unescape(strip_tags(_END_OF_BLOCK.sub("\n", text)))
    for sentence in _END_OF_SENTENCE.split(text):
        count = len(sentence.split())
        if count > LONGEST_SENTENCE:
            yield _(
                "%(field)s: the sentence that begins with “%(words)s” has %(count)s words. Two shorter ones "
                "are easier to read."
            ) % {"field": _label(field), "words": Truncator(sentence.strip()).words(5), "count": count}


def _missing_language(record: models.Model) -> Iterator[str]:
    """Texts in English alone, where Lao is shown or has been begun; and texts in Lao alone."""
    by_language: dict[str, list[models.Field]] = {"en": [], "lo": []}
    pairs: dict[str, dict[str, models.Field]] = {}
    for field in record._meta.concrete_fields:
        if getattr(field, "language", None) in by_language:
            pairs.setdefault(field.translated_field.name, {})[field.language] = field
    begun = "lo" in dict(settings.LANGUAGES) or any(
        getattr(record, pair["lo"].name) for pair in pairs.values() if "lo" in pair
    )
    for pair in pairs.values():
        written = {language for language, field in pair.items() if getattr(record, field.name)}
        if begun and len(written) == 1 and len(pair) == 2:
            (missing,) = pair.keys() - written
            by_language[missing].append(pair[missing])
    words = {
        "en": _("Not written in English yet: %(fields)s."),
        "lo": _("Not written in Lao yet: %(fields)s."),
    }
    for language, fields in by_language.items():
        if fields:
            names = ", ".join(str(field.translated_field.verbose_name) for field in fields)
            yield words[language] % {"fields": names}


def _label(field: models.Field) -> str:
    name = capfirst(field.translated_field.verbose_name)
    return _("%(name)s in Lao") % {"name": name} if field.language == "lo" else name


def _words(html: str) -> str:
    return unescape(strip_tags(html)).strip()
