"""Compare titles and references as people retype them."""

import re
import unicodedata

#: What the database takes out of texts, or writes in one way, to compare them: what is common,
#: for SQLite nests some twenty replacements and no more.
SEPARATORS = dict.fromkeys(" -–,.:/()&'’", "")
ACCENTS = dict(zip("éèêç", "eeec", strict=True))
LAO_SEPARATORS = dict.fromkeys(" \u200b-–,/()", "")
LAO_SPELLINGS = {
    "ຳ": "\u0ecdາ",
    "ໜ": "ຫນ",
    "ໝ": "ຫມ",
    # Keyboards put a tone mark before or after this vowel sign.
    "\u0ecd\u0ec8": "\u0ec8\u0ecd",
    "\u0ecd\u0ec9": "\u0ec9\u0ecd",
}


def words_of(text: str) -> list[str]:
    """The words of a text: no case, accents, punctuation or invisible signs; one spelling of Lao."""
    text = unicodedata.normalize("NFKD", text).casefold()
    text = re.sub("\u0ecd([\u0ec8-\u0ecb])", "\\1\u0ecd", text)
    return "".join(map(_plain, text)).split()


def _plain(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.digit(sign))
    if category == "Cf" or "\u0300" <= sign <= "\u036f":
        return ""
    return sign if category[0] in "LNM" else " "


#: Words that do not say which notice is meant. The Lao ones (announcement, recruiting, position,
#: looking for) are often joined to what stands around them.
FILLERS = frozenset(
    words_of(
        "a an and at by for from in is of on or the to with "
        "announcement apply closes closing deadline fw fwd hiring iom job jobs lao laos now notice pdr "
        "position post re ref reference subject title urgent vacancies vacancy"
    )
)
LAO_FILLERS = re.compile("|".join(words_of("ປະກາດ ຮັບສະໝັກ ຕຳແໜ່ງ ຊອກຫາ")))
#: Without spaces a word in Latin letters stands between Lao ones.
SCRIPTS = re.compile("[\u0e80-\u0eff]+|[^\u0e80-\u0eff]+")


def distinctive(words: list[str]) -> list[str]:
    """Those words that say which notice is meant, the same ones wherever the spaces of Lao are."""
    runs = (run for word in words for run in SCRIPTS.findall(word))
    pieces = (piece for run in runs for piece in LAO_FILLERS.split(run))
    return [piece for piece in pieces if piece and piece not in FILLERS]


def score(words: list[str]) -> int:
    """How many words they are worth. Numbers and single letters are worth none.

    Lao has no spaces between words: four consonants are counted for one, and less for one too.
    """
    worth = 0
    for word in dict.fromkeys(words):
        if len(word) > 1 and not any(map(str.isdigit, word)):
            worth += max(1, len(re.findall("[\u0e81-\u0eae]", word)) // 4)
    return worth


def is_lao(words: list[str]) -> bool:
    return re.search("[\u0e80-\u0eff]", "".join(words)) is not None


def contains(words: list[str], piece: list[str]) -> bool:
    """Whether a piece stands in a text as it is; in Lao wherever the spaces are."""
    if not piece:
        return False
    if is_lao(piece):
        return "".join(piece) in "".join(words)
    return f" {' '.join(piece)} " in f" {' '.join(words)} "
