"""Where a line of Lao must not be broken: within certain words of headings and terms, and before a stop.

Lao is written without spaces. Browsers find its words in a dictionary, and break those that it lacks.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

#: Chromium or Firefox divides each of them, alone or in a phrase.
WORDS = [
    "ການາດາ", "ຂໍ້ເທັດຈິງ", "ຄຸ້ມຄອງ", "ຈັນຍາບັນ", "ຍົກຍ້າຍ", "ຕຳແໜ່ງງານ", "ນ້ຳຖ້ວມ", "ບອບບາງ",
    "ບາງກອກ", "ບໍລິສັດ", "ບໍ່ເຕັນ", "ປອດໄພ", "ປະຊາກອນ", "ພວກເຮົາ", "ພະແນກ", "ມະນຸດສະທຳ", "ມັງກອນ",
    "ມິຖຸນາ", "ຢາເສບຕິດ", "ລາຍລະອຽດ", "ວັນນະໂລກ", "ສະວິດເຊີແລນ", "ສະຫວັດດີການ", "ສະຫະປະຊາຊາດ",
    "ສະຫະພາບ", "ສະຫະລັດ", "ສາກົນ", "ສາທາລະນະລັດ", "ສາທາລະນະສຸກ", "ສຸຂະພາບ", "ສຸຂະອະນາໄມ", "ອັດຕະປື",
    "ອາສາສະໝັກ", "ອິຕາລີ", "ອີເມວ", "ອື່ນ", "ອົບພະຍົບ", "ເຄາະຮ້າຍ", "ເຄື່ອນຍ້າຍ", "ເວັບໄຊ",
    "ເສດຖະກິດ", "ເຫດສຸກເສີນ", "ເອກະສານ", "ແຜນງານ", "ໂຍທາທິການ", "ໄຂ້ຍຸງ", "ໄພພິບັດ", "ໄລຍະເວລາ",
]  # fmt: skip
#: Links, summaries and labels are left alone: in a flexible box, each part would be a box of its own.
_HEADING = re.compile(r"<(h[1-4]|dt|th|legend|strong)\b.*?</\1>", re.DOTALL)
#: In a text, not in an attribute
_WORD = re.compile(rf"(?:{'|'.join(WORDS)})(?=[^<>]*<)")
#: Chromium begins a line with the sign of repetition, Firefox with any of these. Attributes, and what readers
#: copy or programs read, are left alone.
_STOP = re.compile(r"[ໆ.,;:!?)”](?<=[\u0e81-\u0ecd].)(?=[^<>]*<(?!/(?:textarea|title|script)>))")
#: By the rules of Unicode (UAX 14, LB8a and LB9) no line breaks beside it. Firefox breaks lines before the
#: sign that is made for this, U+2060.
JOINER = "\u200d"


def keep_words_whole(html: str) -> str:
    return _HEADING.sub(lambda heading: _WORD.sub(r'<span class="whole">\g<0></span>', heading[0]), html)


def keep_stops_on_their_line(html: str) -> str:
    return _STOP.sub(rf"{JOINER}\g<0>", html)


class LineBreakMiddleware:
    """Keeps words and stops together on Lao pages. Stored texts stay as they were typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if get_language() == "lo" and is_page and not response.streaming:
            response.content = keep_stops_on_their_line(keep_words_whole(response.text))
        return response
