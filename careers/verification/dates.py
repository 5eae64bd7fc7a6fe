"""Dates and hours by which a message asks for an answer."""

import datetime
import re
from calendar import month_abbr, month_name
from collections.abc import Iterator

from careers.verification.elements import Element, Kind, cut_out
from careers.verification.text_match import words_of

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
#: Lao has no spaces: a date begins and ends beside its letters.
START, END = r"(?<![0-9A-Za-z_])", r"(?![0-9A-Za-z_])"
ISO_HOUR = r"(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?"
DATE = re.compile(
    r"(?:\b(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]{0,3}day)?[,.]? )?(?:"
    rf"{START}{YEAR.format(1)}[/.-](?P<m1>\d{{1,2}})[/.-]{DAY.format(1)}{ISO_HOUR}{END}"
    rf"|{START}{DAY.format(2)} ?[/.-] ?(?P<m2>\d{{1,2}}) ?[/.-] ?(?P<y2>\d{{4}}|\d\d){END}"
    rf"|{START}{DAY.format(3)}(?:st|nd|rd|th)?[ ,./-]*(?:of )?(?:ເດືອນ ?)?(?P<m3>{MONTH})(?![A-Za-z])\.?"
    rf"(?:,? *(?:ປີ ?)?{YEAR.format(3)})?"
    rf"|\b(?P<m4>{MONTH})\.? {DAY.format(4)}(?:st|nd|rd|th)?\b(?:,? *{YEAR.format(4)})?"
    rf"|{START}{DAY.format(5)} ?ເດືອນ ?(?P<m5>\d{{1,2}})(?: ?ປີ ?{YEAR.format(5)})?"
    rf"|(?<![\d/.,-]){DAY.format(6)}/(?P<m6>\d{{1,2}})(?![\d/.,-]))",
    re.IGNORECASE,
)
#: In Laos the year of the Buddhist era is written at times.
BUDDHIST_ERA = 543


def cut_dates(text: str) -> tuple[list[Element], str]:
    dates, text = cut_out(DATE, OTHER_DATE.sub(" … ", text), _date)
    hours: list[Element] = []
    if dates or DEADLINE.search(text):
        hours, text = cut_out(HOUR, text, _hour)
    return dates + hours, text


def _date(match: re.Match[str]) -> Element | None:
    readings = list(_readings(match))
    return Element(Kind.DATE, match[0].strip(), " ".join(readings)) if readings else None


def _hour(match: re.Match[str]) -> Element | None:
    """The hour of 24, unless the number may be of anything."""
    if not (match["minute"] or match["half"] or match["lao"]):
        return None
    half, hour = (match["half"] or "").strip().casefold()[:1], int(match["hour"])
    if half or (match["afternoon"] and hour < 12):
        hour = hour % 12 + 12 * (half != "a")
    return Element(Kind.DATE, match[0].strip(), f"{hour:02}:{match['minute'] or '00'}")


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
    r"\b(?:by|before|until|till|ends?|closes?|deadline(?: is)?:?|apply|last day|only) "
    r"(?:today|tonight|tomorrow|midnight)\b|\btoday only\b"
    r"|\bwithin (?:the next )?(?:\d+|an?|[a-z]+(?:-[a-z]+)?) ?(?:hours?|hrs?|minutes?|days?)\b"
    r"|\b(?:in|have|only) (?:the next )?\d+ ?(?:hours?|hrs?|minutes?)\b"
    r"|(?:ພາຍໃນ|ກ່ອນ|ໝົດເຂດ|ຮອດ) ?(?:ມື້ນີ້|ມື້ອື່ນ|ຄືນນີ້|\d+ ?(?:ຊົ່ວໂມງ|ນາທີ|ມື້))",
    re.IGNORECASE,
)
#: Dates that are none to answer by: of a copy, or of a birth.
OTHER_DATE = re.compile(
    rf"\b(?:posted|published|born|birth)\b(?: on| after| before| is)?[ :]{{0,3}}(?:{DATE.pattern})",
    re.IGNORECASE,
)
#: What makes an hour one to answer by.
DEADLINE = re.compile(r"deadline|clos|\b(?:by|before|until|till)\b|ໝົດເຂດ|ກ່ອນ|ປິດ|ຮອດ", re.IGNORECASE)
HOUR = re.compile(
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-4])(?::(?P<minute>[0-5]\d)(?::\d\d)?)?"
    r"(?P<half> ?[ap]\.?m\b\.?)?(?P<lao> ?ໂມງ(?: ?(?P<afternoon>ບ່າຍ|ແລງ|ຄ່ຳ))?)?(?![\d:])",
    re.IGNORECASE,
)


def find_relative_deadlines(text: str) -> list[Element]:
    return [Element(Kind.DATE, match[0], " ".join(words_of(match[0]))) for match in RELATIVE.finditer(text)]


def same_date(key: str, ours: set[str]) -> bool:
    """Whether one of the readings of a date is among ours, with the year where it has one."""
    without_year = {known[5:] for known in ours if len(known) == 10}
    return any(reading in ours or reading in without_year for reading in key.split())
