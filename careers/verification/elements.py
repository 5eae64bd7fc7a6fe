"""What a message names that can be compared: sums, requests for money, addresses, numbers, links, dates."""

import datetime
import re
import unicodedata
from calendar import month_abbr, month_name
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qsl, urlencode, urlsplit

from careers.verification.text_match import LAO_SPELLINGS, words_of


class Kind(Enum):
    MONEY = "money"
    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"
    MESSENGER = "messenger"
    DATE = "date"


@dataclass(frozen=True)
class Element:
    """Something that a text names."""

    kind: Kind
    #: As the text has it.
    words: str
    #: In one spelling, to compare. Several readings of one date are separated by spaces.
    key: str


def normalize(text: str) -> str:
    """A text with ASCII digits, one spelling of Lao, and without invisible characters or disguised signs."""
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(map(_plain_character, text))
    # NFKC takes this vowel apart. A tone mark is put behind it or before it.
    text = re.sub("\u0ecd([\u0ec8-\u0ecb]?)າ", "\\1ຳ", text)
    text = text.replace(LAO_SPELLINGS["ໜ"], "ໜ").replace(LAO_SPELLINGS["ໝ"], "ໝ")
    text = re.sub(r"\s*[(\[{]\s*(?:at|@)\s*[)\]}]\s*", "@", text, flags=re.IGNORECASE)
    text = re.sub(r"\s*[(\[{]\s*(?:dot|\.)\s*[)\]}]\s*", ".", text, flags=re.IGNORECASE)
    return re.sub(r"\b(\w+) at (\w+) dot (\w+)", r"\1@\2.\3", text, flags=re.IGNORECASE)


def _plain_character(character: str) -> str:
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.digit(character))
        case "Cf":
            return ""
    return character


#: When and to whom a message was sent, as chats and mail programs write it above the text.
ENVELOPES = (
    re.compile(r"^\s*\[?\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{1,4})?,? +\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[AaPp][Mm])?\]?(?: -)? ?", re.M),
    re.compile(r"^\s*\[?\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[AaPp][Mm])?, \d{1,4}[/.-]\d{1,2}(?:[/.-]\d{1,4})?\]? ?", re.M),
    re.compile(r"^\s*(?:Date|Sent|To|Cc)\s*:.*$", re.M | re.IGNORECASE),
    re.compile(r"^\s*On .{6,40}\d\d:\d\d(?: ?[AaPp][Mm])?,? (?=.*wrote:)", re.M),
)  # fmt: skip


def without_envelope(text: str) -> str:
    for envelope in ENVELOPES:
        text = envelope.sub("", text)
    return text


def sentences_of(text: str) -> list[str]:
    """The lines of a text, cut where a sentence ends."""
    parts = re.split(r"\n+|(?<=[.!?;])\s+|[•·|]", text)
    return [part.strip() for part in parts if part.strip()]


def elements_of(text: str) -> list[Element]:
    """All that a normalized text names. What is found is cut out, so that nothing is read twice."""
    found: list[Element] = []
    for sentence in sentences_of(text):
        rest = sentence
        for find in (_links_and_emails, _dates, _sums, _phones):
            elements, rest = find(rest)
            found += elements
        found += _messengers(rest)
        found += _relative_deadlines(rest)
        if asks_for_money(sentence):
            found.append(Element(Kind.MONEY, sentence, " ".join(words_of(sentence))))
    return list(dict.fromkeys(found))


# --- Addresses ------------------------------------------------------------------------------------

EMAIL = re.compile(
    r"[A-Za-z0-9._%+'-]+(?:@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*| ?@ ?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
)
#: The endings by which an address is known without `https://`, `www.` or a path.
ENDINGS = (
    "com|org|net|info|int|la|th|vn|cn|kh|io|me|app|link|site|online|xyz|top|shop|club|co|biz|us|uk|eu|gov|edu|"
    "asia|ly|gl|tk|ml|cf|ga|gq|page|dev|live|pro|work|jobs|click|buzz|icu|vip|win|fun|space|store|website|cc|ru"
)
LINK = re.compile(
    r"https?://[^\s<>\"“”]+"
    r"|(?<![\w@.-])(?:www\.[^\s<>\"“”]+"
    r"|(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?/[^\s<>\"“”]*"
    rf"|(?:[a-z0-9-]+\.)+(?:{ENDINGS})(?![\w.-]*@)\b(?::\d+)?(?:\?[^\s<>\"“”]*)?)",
    re.IGNORECASE,
)
#: What services add to an address to follow people.
TRACKING = re.compile(r"fbclid|gclid|igsh|igshid|mc_.*|utm_.*|mibextid|si", re.IGNORECASE)


def _links_and_emails(text: str) -> tuple[list[Element], str]:
    found = []

    def take_link(match: re.Match[str]) -> str:
        words = match[0].rstrip(".,;:!?)]}>»”’\"'")
        found.append(Element(Kind.LINK, words, link_key(words)))
        return " " + match[0][len(words) :]

    def take_email(match: re.Match[str]) -> str:
        words = match[0].strip(".'-")
        found.append(Element(Kind.EMAIL, words, words.replace(" ", "").casefold()))
        return " "

    # A link may hold an @, and an e-mail address what looks like a host.
    text = re.sub(r"https?://[^\s<>\"“”]+", take_link, text, flags=re.IGNORECASE)
    text = EMAIL.sub(take_email, text)
    return found, LINK.sub(take_link, text)


def link_key(address: str) -> str:
    """Host, path and query of an address, without what makes no difference; `//` where it has no host."""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    except ValueError:
        return "//"
    query = [(name, value) for name, value in parse_qsl(parts.query) if not TRACKING.fullmatch(name)]
    return f"{host}{port}{parts.path.rstrip('/')}" + (f"?{urlencode(query)}" if query else "")


# --- Telephone numbers and messengers -------------------------------------------------------------

PHONE = re.compile(r"(?<![\w.,/-])(?:\+|\(\+?)?\d(?:[ ().\u2010-\u2015-]{0,3}\d){6,}(?!\w)")
YEARS = re.compile(r"(?:19|20)\d\d\D+(?:19|20)\d\d")
#: Longer numbers are those of an account.
MOST_DIGITS = 13


def _phones(text: str) -> tuple[list[Element], str]:
    found = []

    def take(match: re.Match[str]) -> str:
        words = match[0].strip()
        if YEARS.fullmatch(words):
            return match[0]
        digits = re.sub(r"\D", "", words)
        kind = Kind.PHONE if len(digits) <= MOST_DIGITS else Kind.MONEY
        found.append(Element(kind, words, phone_key(words)))
        return " "

    return found, PHONE.sub(take, text)


def phone_key(words: str) -> str:
    """The digits without the codes of the country and of a call within it."""
    digits = re.sub(r"\D", "", words).removeprefix("00")
    return digits.removeprefix("856").removeprefix("0")


MESSENGER_NAMES = (
    r"whats ?app|telegram|viber|we ?chat|messenger|zalo|kakao(?: ?talk)?|skype|instagram|tik ?tok|facebook|fb|"
    r"line ?id|line app|signal app|imo app|ວອດແອັບ|ວອດແອັບ|ວັອດແອັບ|ວອດສແອັບ|ເຟສບຸກ|ເຟສບຸ໊ກ|ແມັດເຊັນເຈີ|ແມດເຊັນເຈີ|ເທເລແກຣມ|ໄລນ໌"
)
#: A messenger to answer by: others are where somebody read of a notice.
MESSENGER = re.compile(
    r"(?:\b(?:contact|message|write|chat|inbox|add|send|text|reply|join|reach|apply|call|via|through|dm|pm)\b"
    rf"|ຕິດຕໍ່|ທັກ|ສົ່ງ|ແອດ|ເພີ່ມ|ຜ່ານ)[^\n.!?]{{0,40}}?(?<![A-Za-z])(?:{MESSENGER_NAMES})(?![A-Za-z])"
    rf"|(?<![A-Za-z])(?:{MESSENGER_NAMES}|line)(?![A-Za-z]) ?(?:(?:id|number|no|ເບີ|ກຸ່ມ)? ?[:@#]|group|number)"
    r"|(?<![\w.@])@[A-Za-z][\w.]{3,}",
    re.IGNORECASE,
)


def _messengers(text: str) -> list[Element]:
    return [
        Element(Kind.MESSENGER, match[0].strip(), " ".join(words_of(match[0])))
        for match in MESSENGER.finditer(text)
    ]


# --- Money ----------------------------------------------------------------------------------------

CURRENCIES = {
    "kip": "kips?|lak|₭|ກີບ",
    "dollar": r"us ?\$|usd|us ?dollars?|dollars?|\$|ໂດລາ|usdt",
    "baht": "baht|thb|฿|ບາດ",
    "euro": "euros?|eur|€",
}
CURRENCY = "|".join(f"(?P<{name}{{0}}>{words})" for name, words in CURRENCIES.items())
FACTOR = r"(?:\s*(?P<factor{0}>million|mio|mil|thousand|hundred|k|m|ລ້ານ|ແສນ|ໝື່ນ|ພັນ)(?![A-Za-z]))?"
NUMBER = r"(?P<number{0}>\d[\d.,' ]*)"
SUM = re.compile(
    rf"(?<![A-Za-z])(?:{CURRENCY.format(1)})\s*{NUMBER.format(1)}{FACTOR.format(1)}"
    rf"|{NUMBER.format(2)}{FACTOR.format(2)}\s*(?:{CURRENCY.format(2)})(?![A-Za-z])",
    re.IGNORECASE,
)


def _sums(text: str) -> tuple[list[Element], str]:
    found = []

    def take(match: re.Match[str]) -> str:
        part = 1 if match["number1"] else 2
        currency = next(name for name in CURRENCIES if match[f"{name}{part}"])
        whole = re.sub(r"[.,]\d\d$", "", match[f"number{part}"].strip(" .,'"))
        digits, factor = re.sub(r"\D", "", whole), (match[f"factor{part}"] or "").casefold()
        key = f"{digits}{factor} {currency}"
        found.append(Element(Kind.MONEY, match[0].strip(), key))
        return " "

    return found, SUM.sub(take, text)


MONEY_WORDS = re.compile(
    r"\b(?:pay(?:s|ing|ments?|able|ed)?|be paid|paid to|fees?|deposits?|transfer(?:s|red|ring)?|remit\w*|money|cash|bribes?|"
    r"refund\w*|bank accounts?|account (?:number|no\b)|western union|money ?gram|bcel ?one|one ?pay|"
    r"top[ -]?up|recharge|(?:gift|scratch|phone|prepaid) cards?|crypto\w*|bitcoins?|usdt|kips?|tea money)\b",
    re.IGNORECASE,
)
#: Words between "no" and a money word that leave the denial whole: "does not charge any application fee".
DENIAL = re.compile(
    r"\b(?:no|not|never|without|free of|don[’']?t|doesn[’']?t|won[’']?t|cannot|nor)\s+"
    r"(?:(?:a|an|any|the|to|you|us|for|of|in|need|needs|have|has|be|is|are|there|charges?|charged|asks?|asked|asking|"
    r"requires?|required|request|requests|demand|collect|accept|pay|paying|application|registration|recruitment|"
    r"processing|training|service|fees?|money|payments?|costs?|or|anyone|anybody|at)[\s,/]+)*?$",
    re.IGNORECASE,
)
LAO_MONEY = re.compile(
    "ຈ່າຍ|ໂອນ|ຊຳລະ|ມັດຈຳ|ເຕີມເງິນ|ຄ່າ(?:ທຳນຽມ|ສະໝັກ|ລົງທະບຽນ|ບໍລິການ|ດຳເນີນ|ຝຶກ|ກວດ|ເອກະສານ|ນາຍໜ້າ|ປະກັນ)|"
    "ເສຍຄ່າ|ເສຍເງິນ|ເກັບຄ່າ|ເກັບເງິນ|ເລກບັນຊີ|ບັນຊີທະນາຄານ|ບັດເຕີມ|ກີບ|ໂດລາ|(?<!ການ)ເງິນ(?!ເດືອນ)"
)
LAO_DENIAL = re.compile(
    "(?:ບໍ່|ບໍ່ເຄີຍ|ຫ້າມ|ຢ່າ)\\s?(?:ໄດ້|ມີ|ຕ້ອງ|ຄິດ|ຮຽກ|ເກັບ|ຮຽກເກັບ|ຂໍ|ເສຍ|ການ|ຈ່າຍ|ຮັບ|ໃຫ້|ໂອນ|ຊຳລະ|ຄ່າ\\S{0,12}?)*$"
)


def asks_for_money(sentence: str) -> bool:
    """Whether a sentence speaks of paying, and does not only deny it."""
    english = (
        match for match in MONEY_WORDS.finditer(sentence) if not DENIAL.search(sentence[: match.start()])
    )
    lao = (
        match for match in LAO_MONEY.finditer(sentence) if not LAO_DENIAL.search(sentence[: match.start()])
    )
    return any(english) or any(lao)


# --- Dates ----------------------------------------------------------------------------------------

LAO_MONTHS = (
    "ມັງກອນ", "ກຸມພາ", "ມີນາ", "ເມສາ", "ພຶດສະພາ", "ມິຖຸນາ", "ກໍລະກົດ", "ສິງຫາ", "ກັນຍາ", "ຕຸລາ", "ພະຈິກ", "ທັນວາ",
)  # fmt: skip
MONTHS = {
    name.casefold(): number
    for number in range(1, 13)
    for name in (month_name[number], month_abbr[number], LAO_MONTHS[number - 1])
} | {"sept": 9}
MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
DAY, YEAR = r"(?P<d{0}>\d{{1,2}})", r"(?P<y{0}>(?:19|20|25)\d\d)"
DATE = re.compile(
    rf"\b{YEAR.format(1)}-(?P<m1>\d{{1,2}})-{DAY.format(1)}\b"
    rf"|\b{DAY.format(2)}[/.-](?P<m2>\d{{1,2}})[/.-](?P<y2>\d{{4}}|\d\d)\b"
    rf"|\b{DAY.format(3)}(?:st|nd|rd|th)?[ ,./-]*(?:of )?(?:ເດືອນ ?)?(?P<m3>{MONTH})\b\.?(?:,? *(?:ປີ ?)?{YEAR.format(3)})?"
    rf"|\b(?P<m4>{MONTH})\.? {DAY.format(4)}(?:st|nd|rd|th)?\b(?:,? *{YEAR.format(4)})?"
    rf"|\b{DAY.format(5)} ?ເດືອນ ?(?P<m5>\d{{1,2}})(?: ?ປີ ?{YEAR.format(5)})?"
    rf"|(?<![\d/.,-]){DAY.format(6)}/(?P<m6>\d{{1,2}})(?![\d/.,-])",
    re.IGNORECASE,
)
#: In Laos the year of the Buddhist era is written at times.
BUDDHIST_ERA = 543


def _dates(text: str) -> tuple[list[Element], str]:
    found = []

    def take(match: re.Match[str]) -> str:
        readings = list(_readings(match))
        if not readings:
            return match[0]
        found.append(Element(Kind.DATE, match[0].strip(), " ".join(readings)))
        return " "

    return found, DATE.sub(take, text)


def _readings(match: re.Match[str]) -> Iterator[str]:
    """What a date may mean: `2026-12-04`, or `12-04` without a year. Of two numbers either may be the day."""
    part = next(number for number in range(1, 7) if match[f"d{number}"])
    day, month = match[f"d{part}"], match[f"m{part}"]
    year = match[f"y{part}"] if part < 6 else None
    year = f"20{year}" if year and len(year) == 2 else year
    if year and int(year) > 2400:
        year = str(int(year) - BUDDHIST_ERA)
    pairs = [(day, month), (month, day)] if part in (2, 6) else [(day, month)]
    for day, month in dict.fromkeys(pairs):
        number = int(month) if month.isdigit() else MONTHS[month.casefold()]
        try:
            date = datetime.date(int(year or 2024), number, int(day))
        except ValueError:
            continue
        yield f"{date:%Y-%m-%d}" if year else f"{date:%m-%d}"


RELATIVE = re.compile(
    r"\b(?:by|before|until|till|ends?|closes?|deadline(?: is)?:?|apply) (?:today|tonight|tomorrow|midnight tonight)\b"
    r"|\bwithin (?:the next )?\d+ ?(?:hours?|hrs?|minutes?|days?)\b"
    r"|(?:ພາຍໃນ|ກ່ອນ|ໝົດເຂດ) ?(?:ມື້ນີ້|ມື້ອື່ນ|ຄືນນີ້|\d+ ?(?:ຊົ່ວໂມງ|ນາທີ|ມື້))",
    re.IGNORECASE,
)


def _relative_deadlines(text: str) -> list[Element]:
    return [Element(Kind.DATE, match[0], " ".join(words_of(match[0]))) for match in RELATIVE.finditer(text)]


def same_date(key: str, ours: set[str]) -> bool:
    """Whether one of the readings of a date is among ours, with the year where it has one."""
    without_year = {known[5:] for known in ours if len(known) > 5}
    return any(reading in ours or reading in without_year for reading in key.split())
