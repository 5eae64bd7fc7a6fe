"""In which script a text is written."""

import re

LAO = re.compile("[\u0e80-\u0eff]")
LATIN = re.compile("[A-Za-z]")
_TAG = re.compile(r"<[^<>]*>|&\w+;")
_ADDRESS = re.compile(r"\S+[@/]\S+|\b(?:[\w-]+\.)+[a-z]{2,}\b")
#: As in a sentence: names have capital letters, and these small words between them.
_ENGLISH_WORD = re.compile(
    r"\b(?!(?:of|and|for|the|in|to|on|at|de|du|des|la|le|von|van|und|et)\b)[a-z]{2,}\b"
)
#: The letters on which fonts of before Unicode drew Lao.
_LEGACY = re.compile(r"[\u00a1-\u00ff]")


def is_foreign(text: str) -> bool:
    """Whether a text, or HTML, on a Lao page is in Latin letters."""
    return LAO.search(text) is None and LATIN.search(_TAG.sub("", text)) is not None


def is_questionable(text: str) -> bool:
    """Whether a Lao text holds no Lao: an English sentence, or the legacy code of an old font.

    Names, acronyms and numbers pass.
    """
    words = _ADDRESS.sub(" ", _TAG.sub(" ", text))
    if LAO.search(words):
        return False
    letters = sum(map(str.isalpha, words))
    is_legacy = len(_LEGACY.findall(words)) > max(2, letters / 3)
    return is_legacy or len(_ENGLISH_WORD.findall(words)) > 1
