"""Sums, and sentences that ask for money."""

import re
from collections.abc import Iterator

from careers.verification.elements import Element, Kind, cut_out

CURRENCIES = {
    "kip": "kips?|lak|₭|ກີບ",
    "dollar": r"us ?\$|usd|us ?dollars?|dollars?|\$|ໂດລາ|usdt",
    "baht": "baht|thb|฿|ບາດ",
    "euro": "euros?|eur|€",
}
CURRENCY = "|".join(f"(?P<{name}{{0}}>{words})" for name, words in CURRENCIES.items())
FACTOR = (
    r"(?:\s*(?P<factor{0}>million|mio|mil|thousand|hundred|k|m|lan|saen|phan|ລ້ານ|ແສນ|ໝື່ນ|ພັນ)(?![A-Za-z]))?"
)
NUMBER = r"(?P<number{0}>\d[\d.,' ]{{0,20}})"
SUM = re.compile(
    rf"(?<![A-Za-z])(?:{CURRENCY.format(1)})[\s:]{{0,3}}{NUMBER.format(1)}{FACTOR.format(1)}"
    rf"|{NUMBER.format(2)}{FACTOR.format(2)}\s*(?:{CURRENCY.format(2)})(?![A-Za-z])",
    re.IGNORECASE,
)
#: A sum without its currency: thousands, or a number with a word for many.
BARE_SUM = re.compile(
    r"(?<![\w.,/-])(?:\d{1,3}(?:[.,' ]\d{3}){0,2}[.,' ]000|[1-9]\d{1,3}000|"
    r"\d[\d.,]{0,9} ?(?:k|thousand|million|mio|lan|saen|phan|ລ້ານ|ແສນ|ພັນ)(?![A-Za-z]))"
    r"(?![\d.,/-]*\d)(?! ?(?:people|persons|migrants|workers|families|households|km)\b)",
    re.IGNORECASE,
)
#: What is paid to the one who works. It may still be untrue.
WAGE = re.compile(
    r"(?:salary|wages?|remuneration|stipend|ເງິນເດືອນ|ຄ່າຈ້າງ)(?:[ :]| is| of| from| up to){0,4}$", re.IGNORECASE
)
#: What is asked of the reader is no wage: "bring 300,000 kip a day before".
ASKED = re.compile(r"\b(?:bring|send|hand|leave|lend|(?<!we )give)\b", re.IGNORECASE)
PER_MONTH = re.compile(r" ?(?:(?:/|per|an?|each) ?(?:month|week|day|hour|year)|ຕໍ່ເດືອນ)", re.IGNORECASE)


def cut_sums(text: str) -> tuple[list[Element], str]:
    sums, text = cut_out(SUM, text, _sum)
    bare, text = cut_out(BARE_SUM, text, _bare_sum)
    return [each for each in sums + bare if each.key], text


def _bare_sum(match: re.Match[str]) -> Element:
    return Element(
        Kind.MONEY, match[0], "" if _is_wage(match) else re.sub(r"[.,' ]", "", match[0]).casefold()
    )


def _is_wage(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 40) : match.start()]
    is_regular = PER_MONTH.match(match.string, match.end()) and not ASKED.search(before)
    return bool(is_regular or WAGE.search(before))


def _sum(match: re.Match[str]) -> Element:
    part = 1 if match["number1"] else 2
    currency = next(name for name in CURRENCIES if match[f"{name}{part}"])
    whole = re.sub(r"[.,]\d\d$", "", match[f"number{part}"].strip(" .,'"))
    digits, factor = re.sub(r"\D", "", whole), (match[f"factor{part}"] or "").casefold()
    return Element(Kind.MONEY, match[0].strip(), "" if _is_wage(match) else f"{digits}{factor} {currency}")


MONEY_WORDS = re.compile(
    r"\b(?:pay(?:s|ing|ments?|able|ed)?(?! (?:package|scale|grade))|be paid|paid to|prepa(?:y\w*|id)|fees?|"
    r"(?<!in )charges?|deposits?|transfer(?:s|red|ring)?|remit\w*|money|cash|bribes?|refund\w*|reimburs\w*|"
    r"buy(?:ing)?|(?:bank|atm|credit) (?:accounts?|details|cards?)|acc(?:ount)? (?:number|name|no\b)|"
    r"western union|money ?gram|bcel|jdb|u-?money|one ?pay|(?:payment|transfer|the) slip|security bond|"
    r"(?:gift|scratch|phone|prepaid|steam|itunes|amazon) cards?|phone credits?|top[ -]?up|recharge|"
    r"crypto\w*|bitcoins?|usdt|kips?|(?<=only )insurance|(?:costs?|expenses?) (?:of|for)|"
    r"(?:admin\w*|service|processing|training|visa|medical|exam|check|test|uniform|documents?|registration|"
    r"application|interview|travel|transport\w*|all|small) (?:costs?|expenses?)|"
    r"(?:ten|twenty|thirty|forty|fifty|hundred|thousand|million) (?:us )?(?:dollars?|bucks|baht|euros?))\b",
    re.IGNORECASE,
)
#: Letters of other scripts that look like Latin ones.
LOOKALIKES = str.maketrans("аеорсухіѕјһոıοαν", "aeopcyxisjhnioav")
#: A question of the one who asks us.
QUESTION = re.compile(
    r"\b(?:(?:do|must|should|will|need) i|do we|does it|is there an?y?)\b[^?]*\?$|(?:ຕ້ອງ|ມີ).*ບໍ ?\?*$",
    re.IGNORECASE,
)
#: What someone else may do, of which we warn.
WARNING = re.compile(
    r"\b(?:if|when|anyone who|anybody who) (?:\w+ )?asks? you "
    r"(?:to pay|for (?:an?y? )?(?:money|fees?|payment))\b",
    re.IGNORECASE,
)
#: "Not without paying" and "no payment, no interview" deny nothing.
CONDITION = re.compile(
    r"\b(?:cannot|can[’']?t|not|no|never|nobody)\b.{0,80}\bwithout\b"
    r"|\bno (?:\w+ )?(?:pay\w*|fees?|money|deposit),? no (?!pay|fee|cost|charge|money|deposit)",
    re.IGNORECASE,
)
#: Words between "no" and a money word that leave the denial whole: "does not charge any application fee".
DENIAL = re.compile(
    r"\b(?:no|not|never|without|free of|don[’']?t|doesn[’']?t|won[’']?t|cannot|nor|nobody|no one)\s+"
    r"(?:(?:a|an|any|the|to|you|us|for|of|in|need|needs|have|has|be|is|are|there|charges?|charged|asks?|asked|asking|"
    r"requires?|required|request|requests|demand|collect|accept|pay|paying|application|registration|recruitment|"
    r"processing|training|service|fees?|money|payments?|costs?|or|anyone|anybody|at|send|give|transfer|other|"
    r"interview|stages?|its|our|process|concern|itself|with|information|on|applicants)[’']?"
    # "Not a fee, you pay a deposit" denies the fee alone.
    r"(?:[\s/()]+|,\s*(?!(?:you|we|but|only)\b))){0,30}?$",
    re.IGNORECASE,
)
#: "No fee except …"
EXCEPTION = re.compile(r" (?:\w+ )?(?:except|but|than|unless)\b", re.IGNORECASE)
LAO_MONEY = re.compile(
    # "Cost of …", and neither "value" nor "wage"; "money", and not "currency".
    "ຈ່າຍ|ໂອນ|ຊຳລະ|ມັດຈຳ|ເຕີມເງິນ|(?<!ມູນ)(?<!ຄຸນ)ຄ່າ(?:ທຳນຽມ|ສະໝັກ|(?!ຈ້າງ|ແຮງ|ຕອບແທນ|ນິຍົມ))|ຄ້ຳປະກັນ|ປະກັນໄພ|ຊື້|ໃບບິນ|"
    "ເສຍເງິນ|ເກັບເງິນ|ເລກບັນຊີ|ບັນຊີທະນາຄານ|ບັດເຕີມ|(?<!ການ)(?<!ສະກຸນ)ເງິນ(?!ເດືອນ)|"
    "(?:ຮ້ອຍ|ພັນ|ໝື່ນ|ແສນ|ລ້ານ) ?(?:ກີບ|ບາດ|ໂດລາ)|"
    # Thai, which many people in Laos read.
    "จ่าย|โอน|มัดจ|ค่า(?:สมัคร|ธรรม|ประกัน|ใช้จ่าย)|บาท"
)
LAO_DENIAL = re.compile(
    "(?:ບໍ່|ຫ້າມ|ຢ່າ)\\s?(?:ເຄີຍ|ໄດ້|ມີ|ຕ້ອງ|ຄິດ|ຮຽກ|ເກັບ|ຂໍ|ເສຍ|ການ|ຈ່າຍ|ຮັບ|ໃຫ້|ໂອນ|ຊຳລະ|ເງິນ|ຄ່າ(?:ທຳນຽມ|ສະໝັກ|ບໍລິການ)?)*+$"
    "|ไม่(?:มี|เสีย|ต้อง|เก็บ|คิด)*$"
)


#: How many characters before a word are read for a denial.
DENIED_WITHIN = 150


def _money_words(sentence: str) -> Iterator[tuple[int, int, bool]]:
    """Where a sentence speaks of paying: from where, to where, and whether that is denied."""
    for words, denial in ((MONEY_WORDS, DENIAL), (LAO_MONEY, LAO_DENIAL)):
        for match in words.finditer(sentence):
            start = max(0, match.start() - DENIED_WITHIN)
            denied = None
            if not EXCEPTION.match(sentence, match.end()):
                denied = denial.search(sentence[start : match.start()])
            yield start + denied.start() if denied else match.start(), match.end(), bool(denied)


def without_denials(sentence: str) -> str:
    """A sentence without what it says of no fee."""
    for start, end, is_denied in _money_words(sentence):
        if is_denied:
            sentence = sentence[:start] + " " * (end - start) + sentence[end:]
    return sentence


def asks_for_money(sentence: str) -> bool:
    """Whether a sentence speaks of paying, and does not only deny it, ask us about it or warn of it.

    A sum is judged by itself: it may be a wage.
    """
    sentence = cut_sums(sentence.translate(LOOKALIKES))[1]
    if QUESTION.search(sentence):
        return False
    sentence = WARNING.sub(" ", sentence)
    is_condition = CONDITION.search(sentence)
    return any(is_condition or not is_denied for _start, _end, is_denied in _money_words(sentence))
