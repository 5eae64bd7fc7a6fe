"""Lao as people type it: one spelling to compare texts by, and one order to sort them by."""

import re
import unicodedata

#: Tone marks, and the vowel sign ຳ as its two parts.
_TONES = "\u0ec8-\u0ecb"
_NIGGAHITA, _AA = "\u0ecd", "\u0eb2"
#: What stands above and below a letter. A tone mark comes after them.
_SIGNS = "\u0eb1\u0eb4-\u0eb9\u0ebb\u0ebc\u0ecd"
#: Signs without a shape, which keyboards and old web pages put between words.
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
#: A vowel that is written before its consonant and spoken after it.
_VOWEL_BEFORE = re.compile("([\u0ec0-\u0ec4])([\u0e81-\u0eae])")
#: ສ stands between ຈ and ຊ in the alphabet, and behind ວ in Unicode. No Lao word has the letter in its place.
_ORDER = str.maketrans("ສ", "\u0e89")


def clean_spelling(text: str) -> str:
    """The text as it should be stored: without invisible signs, each syllable typed in the usual order.

    It looks the same before and after.
    """
    text = _INVISIBLE.sub("", text).replace("ເເ", "ແ")
    # The vowel in one piece, and a tone mark before it: both orders are typed, and drawn alike.
    text = re.sub(f"{_NIGGAHITA}([{_TONES}]?){_AA}", "\\1ຳ", text)
    text = re.sub(f"ຳ([{_TONES}])", "\\1ຳ", text)
    return re.sub(f"([{_TONES}])([{_SIGNS}])", "\\2\\1", text)


def fold_spelling(text: str) -> str:
    """The text in one spelling, to compare it with others: ໜ as ຫນ, ຫຼ as ຫລ, ຳ in two parts."""
    text = clean_spelling(text).replace("\u0ebc", "ລ")
    return unicodedata.normalize("NFKD", text)


def search_spellings(text: str) -> list[str]:
    """The ways in which a text of ours may be spelt that somebody searches for, the typed one first."""
    typed = clean_spelling(text)
    other = typed.replace("ຫຼ", "ຫລ") if "ຫຼ" in typed else typed.replace("ຫລ", "ຫຼ")
    spellings = [typed, other]
    for split, joined in (("ຫນ", "ໜ"), ("ຫມ", "ໝ")):
        spellings += [
            each.replace(split, joined) if split in each else each.replace(joined, split)
            for each in spellings
        ]
    return list(dict.fromkeys(spellings))


def sort_key(text: str) -> tuple[str, str]:
    """For the order of a dictionary: English words, then Lao ones by their consonants, tones last.

    Python sorts alike on both databases, whose own orders differ.
    """
    folded = _VOWEL_BEFORE.sub("\\2\\1", fold_spelling(text).casefold())
    return re.sub(f"[{_TONES}]", "", folded).translate(_ORDER), folded
