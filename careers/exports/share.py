"""The short URL of a notice, its share links and its QR code."""

import datetime
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from careers.exports.notice_data import closing_line, export_title
from careers.models.notice import Notice, notice_models
from iomlaos.delivery.exceptions import GoneError, PermanentlyMoved
from iomlaos.delivery.language import resolve_page
from iomlaos.delivery.per_language import path_to
from iomlaos.publishing.dates import VIENTIANE, format_date
from iomlaos.publishing.shortcuts import get_published_or_raise


@require_safe
def short_notice(request: HttpRequest, name: str) -> HttpResponseRedirect:
    """Redirect from `/n/<number>` to the page of a notice of any kind, open or closed.

    Earlier short addresses had the slug instead; they are still printed on paper. The redirect is temporary:
    browsers would keep a permanent one after the notice was withdrawn or renamed.
    """
    try:
        return HttpResponseRedirect(find_by_short_name(name, request.at).get_absolute_url())
    except PermanentlyMoved as moved:
        return HttpResponseRedirect(moved.to)


def find_by_short_name(name: str, at: datetime.datetime) -> Notice:
    """Return the live notice with this number or slug. Raises as `find_notice` does."""
    for model in notice_models() if name.isdecimal() else ():
        notice = model.objects.filter(number=int(name)).first()
        # Of a number whose notice nobody has seen, nothing is known.
        if notice is not None and notice.is_announced(at):
            return get_published_or_raise(model, notice.slug, at, model.objects.with_readvertised(at))
    return find_notice(name, at)


def find_notice(slug: str, at: datetime.datetime) -> Notice:
    """Return the live notice of any kind with this slug, which may be typed in capitals.

    Its successor is loaded with it, if that is live. Raises as `get_published_or_raise` does; of several
    errors, a move comes before what is gone.
    """
    errors: list[Exception] = []
    for name in dict.fromkeys([slug, slug.lower()]):
        for model in notice_models():
            try:
                return get_published_or_raise(model, name, at, model.objects.with_readvertised(at))
            except (PermanentlyMoved, GoneError, Http404) as error:
                errors.append(error)
    raise min(errors, key=lambda error: (PermanentlyMoved, GoneError, Http404).index(type(error)))


def moved_notice(moved: PermanentlyMoved, at: datetime.datetime) -> Notice:
    """The notice that a former slug leads to."""
    return find_notice(resolve_page(moved.to).kwargs["slug"], at)


class QrCode(NamedTuple):
    """The SVG path of the dark modules, one unit each, and the side of the square."""

    path: str
    side: int


@dataclass(frozen=True)
class ShareLinks:
    """What the page of a notice offers to pass it on, as of a moment."""

    notice: Notice
    at: datetime.datetime

    @cached_property
    def address(self) -> str:
        """The short URL: easy to type, and a small QR code."""
        name = self.notice.number or self.notice.slug
        return settings.SITE_URL + path_to("short_notice", name)

    @property
    def day(self) -> str:
        """The day of the moment, for what is printed."""
        return format_date(self.at.astimezone(VIENTIANE).date(), "DATE_FORMAT")

    @cached_property
    def caption(self) -> str:
        """The text beside a link or an image of the notice."""
        closing = closing_line(self.notice, self.at)
        if not self.notice.is_open(self.at):
            closing = f"{closing}. {self.notice.closed_message}"
        lines = [export_title(self.notice), closing, self.address, _("IOM never asks for money.")]
        if self.notice.is_internal and self.notice.is_open(self.at):
            lines.insert(1, _("Only people who already work for IOM can apply."))
        return "\n".join(lines)

    @property
    def links(self) -> list[tuple[str, str]]:
        url, caption, title = map(_quote, (self.address, self.caption, export_title(self.notice)))
        body = caption.replace(_quote("\n"), _quote("\r\n"))
        return [
            (_("WhatsApp"), f"https://wa.me/?text={caption}"),
            (_("Facebook"), f"https://www.facebook.com/sharer/sharer.php?u={url}"),
            (_("E-mail"), f"mailto:?subject={title}&body={body}"),
        ]

    @cached_property
    def code(self) -> QrCode:
        return qr_code(self.address)


def _quote(text: str) -> str:
    return quote(text, safe="")


@lru_cache(maxsize=512)
def qr_code(text: str) -> QrCode:
    """A QR code with the margin that readers need, and redundancy for a fold or a stain (level M).

    It is cached, because it takes longer than the rest of the page.
    """
    import segno  # noqa: PLC0415  1 MB, for pages of open notices alone

    rows = list(segno.make_qr(text, error="m").matrix_iter(border=4))
    path = ""
    for y, row in enumerate(rows):
        x = 0
        for is_dark, modules in groupby(row):
            width = len(list(modules))
            if is_dark:
                path += f"M{x} {y}h{width}v1h-{width}z"
            x += width
    return QrCode(path, len(rows))
