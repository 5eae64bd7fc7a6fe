"""E-mail addresses, links, telephone numbers and messengers in a text."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from careers.verification.elements import Element, Kind, cut_out
from careers.verification.text_match import words_of

# --- Addresses ------------------------------------------------------------------------------------

#: Letters of any script but Lao, which is written without spaces: some look like those of our addresses.
LETTER = r"[^\W_\u0e80-\u0eff]"
LABEL = rf"(?:{LETTER}|-){{1,63}}"
EMAIL = re.compile(
    rf"(?:{LETTER}|[._%+'-]){{1,64}}"
    rf"(?:@{LABEL}(?:\.{LABEL}){{0,8}}| ?@ ?{LABEL}(?:\.{LABEL}){{1,8}})"
    # Where there is no more of an address, the name of the service is enough.
    r"|(?<![\w@.-])(?:g-?mail|hotmail|proton-?mail)(?![\w-])",
    re.IGNORECASE,
)
#: The endings by which an address is known without `https://`, `www.` or a path.
ENDINGS = (
    "com|org|net|info|int|la|th|vn|cn|kh|io|me|app|link|site|online|xyz|top|shop|club|co|biz|us|uk|eu|gov|edu|"
    "asia|ly|gl|tk|ml|cf|ga|gq|page|dev|live|pro|work|jobs|click|buzz|icu|vip|win|fun|space|store|website|cc|ru"
)
FULL_LINK = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
LINK = re.compile(
    r"https?://[^\s<>\"“”]+"
    r"|(?<![\w@.-])(?:www\.[^\s<>\"“”]+"
    rf"|(?:{LABEL}\.){{1,8}}[a-z]{{2,}}(?::\d+)?/[^\s<>\"“”]*"
    rf"|(?:{LABEL}\.){{1,8}}(?:{ENDINGS})(?![\w.-]*@)\b(?::\d+)?(?:\?[^\s<>\"“”]*)?)",
    re.IGNORECASE,
)
#: What services add to an address to follow people.
TRACKING = re.compile(r"fbclid|gclid|igsh|igshid|mc_.*|utm_.*|mibextid|si", re.IGNORECASE)


#: What may follow an address in a sentence.
_END = ".,;:!?)]}>»”’\"'"


def cut_links(text: str) -> tuple[list[Element], str]:
    """E-mail addresses and links. A link may hold an @, and an e-mail address what looks like a host."""
    full, text = cut_out(FULL_LINK, text, link_element)
    emails, text = cut_out(EMAIL, text, _email)
    short, text = cut_out(LINK, text, link_element)
    return full + emails + short, text


def link_element(match: re.Match[str]) -> Element:
    words = match[0].rstrip(_END)
    return Element(Kind.LINK, words, link_key(words))


def _email(match: re.Match[str]) -> Element:
    words = match[0].strip(".'-")
    return Element(Kind.EMAIL, words, words.replace(" ", "").casefold())


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

#: A number may stand directly behind a word, such as "Tel.021" or one of Lao.
PHONE = re.compile(
    r"(?:(?<![\w.,/-])|(?<=[\u0e80-\u0eff])|(?<=[^\W\d_])(?=[0+]\d)|(?<=[^\W\d_]\.))(?:\+|\(\+?)?"
    r"\d(?:(?:[ ().\u2010-\u2015-]{0,3}|[/*_,])\d){6,20}(?![^\W\u0e80-\u0eff])"
)
DIGIT_WORDS = (
    "zero|oh|o|one|two|three|four|five|six|seven|eight|nine|double|triple|"
    "ສູນ|ໜຶ່ງ|ນຶ່ງ|ສອງ|ສາມ|ສີ່|ຫ້າ|ຫົກ|ເຈັດ|ແປດ|ເກົ້າ"
)
#: A number of seven digits or more in words.
SPELLED_PHONE = re.compile(
    rf"(?<!\w)(?:(?:{DIGIT_WORDS})[ ,.-]{{1,3}}){{6,20}}(?:{DIGIT_WORDS})(?!\w)", re.IGNORECASE
)
YEARS = re.compile(r"(?:19|20)\d\d(?:\D+(?:19|20)\d\d)+")
#: Longer numbers are those of an account.
MOST_DIGITS = 13


def cut_phones(text: str) -> tuple[list[Element], str]:
    spelled, text = cut_out(SPELLED_PHONE, text, lambda match: Element(Kind.PHONE, match[0], match[0]))
    phones, text = cut_out(PHONE, text, _phone)
    return spelled + phones, text


def _phone(match: re.Match[str]) -> Element | None:
    words = match[0].strip()
    if YEARS.fullmatch(words):
        return None
    kind = Kind.PHONE if len(re.sub(r"\D", "", words)) <= MOST_DIGITS else Kind.MONEY
    return Element(kind, words, phone_key(words))


def phone_key(words: str) -> str:
    """The digits without the codes of the country and of a call within it."""
    digits = re.sub(r"\D", "", words).removeprefix("00")
    return digits.removeprefix("856").removeprefix("0")


MESSENGER_NAMES = (
    r"wh?at[’']?[sz]{1,2}[ .-]?ap+|telegram|viber|we ?chat|messenger|zalo|kakao(?: ?talk)?|skype|instagram|"
    r"tik ?tok|facebook|fb|snap ?chat|line ?id|line app|signal app|imo|"
    "ວັ?ອດສ?ແອັ?ບ|ເຟ[ສຊດ]|ແມັ?ດເຊັນເຈີ|ເທເລແກຣມ|(?<!ອອນ)ໄລນ໌?"
)
#: A messenger to answer by: others are where somebody read of a notice.
MESSENGER = re.compile(
    r"(?:\b(?:contact|write|chat|inbox|add|send|reply|join|reach|apply|call|interview|communicat\w*|dm|pm|"
    # "I got this message on WhatsApp" is none.
    r"(?<!this )(?<!the )(?<!a )(?<!got )(?<!my )(?<!text )(?:message|text))\b"
    rf"|ຕິດຕໍ່|ທັກ|ສົ່ງ|ແອັ?ດ|ເພີ່ມ|ຜ່ານ)[^\n.!?]{{0,40}}?(?<![A-Za-z])(?:{MESSENGER_NAMES})(?![A-Za-z])"
    r"(?: ?@[A-Za-z][\w.]{3,})?"
    rf"|(?<![A-Za-z])(?:{MESSENGER_NAMES}|(?<!dead )(?<!subject )line)(?![A-Za-z]) ?"
    r"(?:(?:id|number|no|ເບີ|ກຸ່ມ)? ?[:@#](?: ?@?[A-Za-z][\w.]{2,})?|number|only|me\b|us\b)"
    r"|\badd (?:us on |me on )?line\b|(?<!\d )(?<!\d)\b(?:inbox|dm|pm) (?:me|us|for|now)\b|\bgroup chat\b"
    r"|(?<![\w.@])@[A-Za-z][\w.]{3,}",
    re.IGNORECASE,
)


def find_messengers(text: str) -> list[Element]:
    return [
        Element(Kind.MESSENGER, match[0].strip(), " ".join(words_of(match[0])))
        for match in MESSENGER.finditer(text)
    ]
