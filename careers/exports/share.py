"""The short address of a notice, its share links and its QR code."""

import datetime
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from careers.models.notice import Notice, notice_models
from iomlaos.delivery.exceptions import GoneError, PermanentlyMoved
from iomlaos.publishing.shortcuts import get_published_or_raise


@require_safe
def short_notice(request: HttpRequest, slug: str) -> HttpResponseRedirect:
    """From `/n/<slug>` to the page of the notice, whichever its kind, open or closed.

    A redirect, so that a notice has one page, which is what gets bookmarked, printed and indexed;
    it travels on the same connection and weighs nothing, and a phone then keeps one copy of the
    page, not two. A temporary one that is asked for each time (`no-cache`, as every page): a
    browser would keep a permanent one for good, also after the notice was withdrawn or renamed.
    """
    try:
        return HttpResponseRedirect(find_notice(slug, request.at).get_absolute_url())
    except PermanentlyMoved as moved:
        return HttpResponseRedirect(moved.to)


def find_notice(slug: str, at: datetime.datetime) -> Notice:
    """The live notice of any kind at a short address, which may have been typed in capitals.

    Its successor comes with it, where that is live. Raises as `get_published_or_raise` does;
    what leads on comes before what is gone.
    """
    refusals: list[Exception] = []
    for name in dict.fromkeys([slug, slug.lower()]):
        for kind in notice_models():
            try:
                return get_published_or_raise(kind, name, at, kind.objects.with_readvertised(at))
            except (PermanentlyMoved, GoneError, Http404) as refusal:
                refusals.append(refusal)
    raise min(refusals, key=lambda refusal: (PermanentlyMoved, GoneError, Http404).index(type(refusal)))


def moved_notice(moved: PermanentlyMoved, at: datetime.datetime) -> Notice:
    """The notice that a changed address leads to."""
    return find_notice(resolve(moved.to).kwargs["slug"], at)


@dataclass(frozen=True)
class ShareLink:
    """A plain link by which a notice is passed on."""

    name: str
    address: str


@dataclass(frozen=True)
class QrCode:
    """A QR code in black on white: the path of its dark modules, one unit each, and its side."""

    path: str
    side: int


@dataclass(frozen=True)
class ShareLinks:
    """What a notice's page offers to pass on, as things stand at a moment."""

    notice: Notice
    at: datetime.datetime

    @property
    def address(self) -> str:
        """The short address: short enough to be typed, and for a code that a phone reads from paper."""
        return settings.SITE_URL + reverse("short_notice", args=[self.notice.slug])

    @property
    def caption(self) -> str:
        """What is said beside a link or a picture of the notice: a line each."""
        deadline = {"deadline": self.notice.deadline}
        if self.notice.is_open(self.at):
            closing = _("Closes: %(deadline)s") % deadline
        else:
            closing = f"{_('Closed: %(deadline)s.') % deadline} {self.notice.closed_message}"
        no_fee = _("IOM charges no fee at any stage.")
        return "\n".join([self._title, closing, self.address, no_fee])

    @property
    def links(self) -> list[ShareLink]:
        body = _encoded(self.caption.replace("\n", "\r\n"))
        return [
            ShareLink(_("WhatsApp"), f"https://wa.me/?text={_encoded(self.caption)}"),
            ShareLink(
                _("Facebook"), f"https://www.facebook.com/sharer/sharer.php?u={_encoded(self.address)}"
            ),
            ShareLink(_("E-mail"), f"mailto:?subject={_encoded(self._title)}&body={body}"),
        ]

    @property
    def code(self) -> QrCode:
        return code_of(self.address)

    @property
    def _title(self) -> str:
        """On one line, as a subject has to be."""
        return " ".join(self.notice.title.split())


def _encoded(text: str) -> str:
    return quote(text, safe="")


@lru_cache(maxsize=512)
def code_of(address: str) -> QrCode:
    """The QR code of an address, with the white margin that readers need.

    It survives a fold or a stain (level M). Kept, because it takes longer than a page.
    """
    code = segno.make_qr(address, error="m")
    rows = list(code.matrix_iter(border=4))
    return QrCode("".join(_runs(row, at) for at, row in enumerate(rows)), len(rows))


def _runs(row: list[int], at: int) -> str:
    """The dark runs of one row, each as a box of height one."""
    ends = [x for x in range(1, len(row)) if row[x] != row[x - 1]]
    return "".join(
        f"M{start} {at}h{end - start}v1h{start - end}z"
        for start, end in zip(ends[::2], ends[1::2], strict=True)
    )
