"""In which script a text is written."""

import re

LAO = re.compile("[\u0e80-\u0eff]")
LATIN = re.compile("[A-Za-z]")
THAI = re.compile("[\u0e00-\u0e7f]")
_TAG = re.compile(r"<[^<>]*>|&\w+;")
_ADDRESS = re.compile(r"\S+[@/]\S+|\b(?:[\w-]+\.)+[a-z]{2,}\b")
#: As in a sentence: names have capital letters, and these small words between them.
_ENGLISH_WORD = re.compile(
    r"\b(?!(?:of|and|for|the|in|to|on|at|de|du|des|la|le|von|van|und|et)\b)[a-z]{2,}\b"
)
#: The letters on which fonts of before Unicode drew Lao.
_LEGACY = re.compile(r"[\u00a1-\u00ff]")


def is_foreign(text: str) -> bool:
    """Whether a text, or HTML, on a Lao page is in Latin letters, but perhaps for a word or two of Lao."""
    words = _TAG.sub("", text)
    return len(LATIN.findall(words)) > 10 * len(LAO.findall(words))


def is_questionable(text: str) -> bool:
    """Whether a Lao text is none: an English sentence, Thai, or the legacy code of an old font.

    Names, acronyms and numbers pass.
    """
    words = _ADDRESS.sub(" ", _TAG.sub(" ", text))
    lao, letters = len(LAO.findall(words)), sum(map(str.isalpha, words))
    is_legacy = len(_LEGACY.findall(words)) > max(2, letters / 3)
    is_english = not lao and len(_ENGLISH_WORD.findall(words)) > 1
    return is_legacy or is_english or len(THAI.findall(words)) > lao
