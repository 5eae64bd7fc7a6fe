"""Sums, and sentences that ask for money."""

import re

from careers.verification.elements import Element, Kind, cut_out

CURRENCIES = {
    "kip": "kips?|lak|₭|ກີບ",
    "dollar": r"us ?\$|usd|us ?dollars?|dollars?|\$|ໂດລາ|usdt",
    "baht": "baht|thb|฿|ບາດ",
    "euro": "euros?|eur|€",
}
CURRENCY = "|".join(f"(?P<{name}{{0}}>{words})" for name, words in CURRENCIES.items())
FACTOR = r"(?:\s*(?P<factor{0}>million|mio|mil|thousand|hundred|k|m|ລ້ານ|ແສນ|ໝື່ນ|ພັນ)(?![A-Za-z]))?"
NUMBER = r"(?P<number{0}>\d[\d.,' ]{{0,20}})"
SUM = re.compile(
    rf"(?<![A-Za-z])(?:{CURRENCY.format(1)})\s*{NUMBER.format(1)}{FACTOR.format(1)}"
    rf"|{NUMBER.format(2)}{FACTOR.format(2)}\s*(?:{CURRENCY.format(2)})(?![A-Za-z])",
    re.IGNORECASE,
)


def cut_sums(text: str) -> tuple[list[Element], str]:
    return cut_out(SUM, text, _sum)


def _sum(match: re.Match[str]) -> Element:
    part = 1 if match["number1"] else 2
    currency = next(name for name in CURRENCIES if match[f"{name}{part}"])
    whole = re.sub(r"[.,]\d\d$", "", match[f"number{part}"].strip(" .,'"))
    digits, factor = re.sub(r"\D", "", whole), (match[f"factor{part}"] or "").casefold()
    return Element(Kind.MONEY, match[0].strip(), f"{digits}{factor} {currency}")


MONEY_WORDS = re.compile(
    r"\b(?:pay(?:s|ing|ments?|able|ed)?|be paid|paid to|fees?|deposits?|transfer(?:s|red|ring)?|remit\w*|"
    r"money|cash|bribes?|refund\w*|bank accounts?|account (?:number|no\b)|western union|money ?gram|"
    r"bcel ?one|one ?pay|top[ -]?up|recharge|(?:gift|scratch|phone|prepaid) cards?|crypto\w*|bitcoins?|"
    r"usdt|kips?|tea money)\b",
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


#: How many characters before a word are read for a denial.
DENIED_WITHIN = 100


def asks_for_money(sentence: str) -> bool:
    """Whether a sentence speaks of paying, and does not only deny it."""
    return any(
        not denial.search(sentence[max(0, match.start() - DENIED_WITHIN) : match.start()])
        for words, denial in ((MONEY_WORDS, DENIAL), (LAO_MONEY, LAO_DENIAL))
        for match in words.finditer(sentence)
    )
