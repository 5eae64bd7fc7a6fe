"""Compare titles and references as people retype them."""

import re
import unicodedata

from iomlaos.translations.lao import fold_spelling

#: Replacements that the database makes before it compares texts. SQLite nests only some twenty of them.
SEPARATORS = dict.fromkeys(" -–,.:/()&'’", "")
ACCENTS = dict(zip("éèêç", "eeec", strict=True))
LAO_SEPARATORS = dict.fromkeys(" \u200b-–,/()", "")
LAO_SPELLINGS = {
    "ຳ": "\u0ecdາ",
    "ໜ": "ຫນ",
    "ໝ": "ຫມ",
    # Keyboards put a tone mark before, into or after this vowel sign.
    "\u0ecdາ\u0ec8": "\u0ec8\u0ecdາ",
    "\u0ecdາ\u0ec9": "\u0ec9\u0ecdາ",
    "\u0ecd\u0ec8": "\u0ec8\u0ecd",
    "\u0ecd\u0ec9": "\u0ec9\u0ecd",
    "\u0ebc": "ລ",
    "ເເ": "ແ",
}


def words_of(text: str) -> list[str]:
    """The words of a text without case, accents, punctuation or invisible characters; Lao in one spelling."""
    text = fold_spelling(unicodedata.normalize("NFKC", text)).casefold()
    return "".join(map(_normalize, text)).split()


def _normalize(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category == "Cf" or "\u0300" <= character <= "\u036f":
        return ""
    return character if category[0] in "LNM" else " "


#: Words that many notices share. The Lao ones (announcement, recruiting, position, looking for) are often
#: joined to their neighbours.
FILLERS = frozenset(
    words_of(
        "a an and at by for from in is of on or the to with "
        "announcement apply closes closing deadline fw fwd hiring iom job jobs lao laos now notice pdr "
        "position post re ref reference subject title urgent vacancies vacancy"
    )
)
#: What may stand beside a title in a sentence: other words make it the title of something else.
NEIGHBOURS = FILLERS | frozenset(
    words_of(
        "applied applying are as be been candidate candidates has have hires interview looking need needs "
        "now our please recruiting recruits seeking seeks selected shortlisted that this until was we who "
        "will you your based duty full fixed part"
    )
)
#: What messages about any notice say, true or not. None of it names a person, a place or a sum.
MESSAGE_WORDS = frozenset(
    words_of(
        "about any anybody anyone anything application call can closes contact cover cv cvs date deadline "
        "dear do documents does due e email fake forwarded found free good hello hey hi how i if interested "
        "it know letter like luck mail message my needed open phone please process question questions "
        "real recruitment resume saw see send share someone stage still tel telephone thank thanks there "
        "true vientiane what when where wrote you "
        "ໝົດເຂດ ປິດ ຮັບ ກຳນົດ ວັນທີ ເດືອນ ປີ ເວລາ ຕິດຕໍ່ ໂທ ສົ່ງ ຫາ ທີ່ ກ່ອນ ສະບາຍດີ ແທ້ ນີ້ ແມ່ນ ວຽກ ບໍ "
        "ສະໝັກ ຟຣີ ເລກທີ ຮອດ ອ້າງອີງ ເບິ່ງ ກວດ ຂອງ ຈິງ ລິ້ງ ຫຼື ແດ່ ເດີ້ ໆ"
    )
)
LAO_MESSAGE_WORDS = re.compile(f"(?:{'|'.join(word for word in MESSAGE_WORDS if not word.isascii())})+")
LAO_FILLERS = re.compile("|".join(words_of("ປະກາດ ຮັບສະໝັກ ຕຳແໜ່ງ ຊອກຫາ")))
#: Splits Latin letters from the Lao ones around them, where there are no spaces.
SCRIPTS = re.compile("[\u0e80-\u0eff]+|[^\u0e80-\u0eff]+")


def distinctive(words: list[str]) -> list[str]:
    """The words without fillers, independent of the spaces in Lao."""
    runs = (run for word in words for run in SCRIPTS.findall(word))
    pieces = (piece for run in runs for piece in LAO_FILLERS.split(run))
    return [piece for piece in pieces if piece and piece not in FILLERS]


def without_message_words(words: list[str]) -> list[str]:
    """The words without those that messages about any notice have."""
    return [
        word
        for word in distinctive(words)
        if word not in NEIGHBOURS | MESSAGE_WORDS and not LAO_MESSAGE_WORDS.fullmatch(word)
    ]


def score(words: list[str]) -> int:
    """Count the different words, without numbers and single letters.

    Lao has no spaces between words: there, four consonants count as a word.
    """
    total = 0
    for word in dict.fromkeys(words):
        if len(word) > 1 and not any(map(str.isdigit, word)):
            total += max(1, len(re.findall("[\u0e81-\u0eae]", word)) // 4)
    return total


def is_lao(words: list[str]) -> bool:
    return re.search("[\u0e80-\u0eff]", "".join(words)) is not None


def contains(words: list[str], piece: list[str]) -> bool:
    """Whether the words of a piece follow each other in the text; in Lao wherever the spaces are."""
    if not piece:
        return False
    if is_lao(piece):
        return "".join(piece) in "".join(words)
    return f" {' '.join(piece)} " in f" {' '.join(words)} "
