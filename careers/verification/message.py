"""Read a message: what it names, however it is typed."""

import re
import unicodedata
from calendar import month_abbr

from careers.verification.addresses import complete_addresses
from careers.verification.contacts import ENDINGS, cut_links, cut_phones, find_messengers
from careers.verification.dates import cut_dates, find_relative_deadlines
from careers.verification.elements import Element, Kind
from careers.verification.money import asks_for_money, cut_sums
from careers.verification.text_match import LAO_SPELLINGS, words_of


def normalize(text: str) -> str:
    """A text with ASCII digits, one spelling of Lao, and without invisible characters or disguised signs;
    our addresses in full."""
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(map(_plain_character, text))
    # NFKC takes this vowel apart. A tone mark is put behind it or before it.
    text = re.sub("\u0ecd([\u0ec8-\u0ecb]?)າ", "\\1ຳ", text)
    text = text.replace(LAO_SPELLINGS["ໜ"], "ໜ").replace(LAO_SPELLINGS["ໝ"], "ໝ")
    text = re.sub(r"[ \t]{0,3}[(\[{]\s?(?:at|@)\s?[)\]}][ \t]{0,3}", "@", text, flags=re.IGNORECASE)
    text = re.sub(r"[ \t]{0,3}[(\[{]\s?(?:dot|\.)\s?[)\]}][ \t]{0,3}", ".", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(\w+) at (\w+) dot (\w+)", r"\1@\2.\3", text, flags=re.IGNORECASE)
    # "gmail dot com", "gmail,com", "www iom com", "bit . ly / job" and "p a y".
    text = re.sub(
        rf"(?<=\w)(?: dot (?=(?:{ENDINGS})\b)|,(?=(?:com|org|net|int)\b|(?:me|ly)/)| \. (?=\w))", ".", text
    )
    text = re.sub(rf"\bwww ([\w-]+) (?=(?:{ENDINGS})\b)", r"www.\1.", text)
    text = re.sub(
        r"(?<![\w.])(?:[^\W\d_][ .]){2,}[^\W\d_](?!\w)", lambda match: re.sub("[ .]", "", match[0]), text
    )
    return complete_addresses(text)


def _plain_character(character: str) -> str:
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.digit(character))
        case "Cf" | "Me":
            return ""
    return "" if "\ufe00" <= character <= "\ufe0f" else character


_DAY, _HOUR = r"\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{1,4})?", r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[AaPp][Mm])?"
#: When a message was sent, as chats and mail programs write it above the text.
ENVELOPES = (
    re.compile(rf"^[ \t]*\[?{_DAY},? +{_HOUR}\]?(?: -)? ?", re.MULTILINE),
    re.compile(rf"^[ \t]*\[?{_HOUR}, {_DAY}\]? ?", re.MULTILINE),
    re.compile(rf"^[ \t]*On .{{6,40}}{_HOUR},? (?=.*wrote:)", re.MULTILINE),
)
#: The lines above a mail that name a day or its readers.
SENDER = re.compile(r"^[ \t]*From\s*:.*@", re.MULTILINE | re.IGNORECASE)
HEADERS = re.compile(r"^[ \t]*(?:Date|Sent|To|Cc)\s*:.*$", re.MULTILINE | re.IGNORECASE)


def without_envelope(text: str) -> str:
    if SENDER.search(text):
        text = HEADERS.sub("", text)
    for envelope in ENVELOPES:
        text = envelope.sub("", text)
    return text


#: "Dec. 5" is no end of a sentence.
SHORT_MONTHS = "|".join(rf"\b{name}\." for name in month_abbr[1:])


def sentences_of(text: str) -> list[str]:
    """The lines of a text, cut where a sentence ends."""
    parts = re.split(rf"\n+|(?<=[.!?;])(?<!{SHORT_MONTHS})\s+|[•·|]", text)
    return [part.strip() for part in parts if part.strip()]


def read(text: str) -> tuple[list[Element], str]:
    """All that a normalized text names, and what is left of the text without it.

    What is found is cut out, so that nothing is read twice. A sentence that asks for money is one whole.
    """
    found: list[Element] = []
    left = []
    for sentence in sentences_of(text):
        rest = sentence
        for cut in (cut_links, cut_dates, cut_sums, cut_phones):
            elements, rest = cut(rest)
            found += elements
        for element in [*find_messengers(rest), *find_relative_deadlines(rest)]:
            found.append(element)
            rest = rest.replace(element.words, " … ")
        if asks_for_money(sentence):
            found.append(Element(Kind.MONEY, sentence, " ".join(words_of(sentence))))
            rest = ""
        left.append(rest)
    return list(dict.fromkeys(found)), "\n".join(left)
