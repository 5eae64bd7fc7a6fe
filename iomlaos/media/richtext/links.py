"""Links of a text: the address that was meant, and the links that lead nowhere."""

import re
from collections.abc import Iterator
from html import escape, unescape

import nh3
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext_lazy as _

NOT_AN_ADDRESS = _(
    "This is not a web address. Write it like https://www.iom.int, or choose a page of this site "
    "from the list."
)
_HREF = re.compile(r"""(<a(?:\s+[\w-]+="[^"]*")*?\s+href=")([^"]*)(")""")
_SCHEME = re.compile(r"(?P<name>[a-z][a-z0-9+.-]*):(?P<rest>.*)", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d ().-]{3,30}")
_ON_THIS_SITE = re.compile(r"/(?:[^/\s\\][^\s\\]*)?|#[^\s#\\]+")
#: A host without its scheme. The end of a file name is no end of a host.
_HOST = re.compile(
    r"(?:[\w-]+\.)+(?!(?:pdf|docx?|xlsx?|pptx?|odt|ods|html?|jpe?g|png|txt|csv|zip)\b)[a-z]{2,18}(?:[/?#].*)?",
    re.IGNORECASE,
)
_OTHERS = r'(?: [\w-]+="[^"]*")'
_LINK = re.compile(rf'<a{_OTHERS}*? data-address="([^"]*)"{_OTHERS}*>(.*?)</a>', re.DOTALL)
_links_alone = nh3.Cleaner(tags={"a"}, attributes={"a": {"data-address"}}, link_rel=None)
_is_web_address = URLValidator(schemes=["http", "https"])


def link_address(typed: str) -> str | None:
    """The address that a link means: `www.iom.int` becomes `https://www.iom.int`. None for no address."""
    typed = typed.strip()
    scheme = _SCHEME.fullmatch(typed)
    if _ON_THIS_SITE.fullmatch(typed):
        return typed
    if typed.startswith("//"):
        return _web_address(f"https:{typed}")
    if scheme and scheme["name"].lower() in ("http", "https"):
        return _web_address(typed)
    if scheme and scheme["name"].lower() == "mailto":
        return _mail_address(scheme["rest"])
    if scheme and scheme["name"].lower() == "tel":
        return f"tel:{re.sub(r'[ ().-]', '', scheme['rest'])}" if _PHONE.fullmatch(scheme["rest"]) else None
    if scheme is None and "@" in typed:
        return _mail_address(typed)
    return _web_address(f"https://{typed}") if _HOST.fullmatch(typed) else None


def _web_address(address: str) -> str | None:
    try:
        _is_web_address(address)
    except ValidationError:
        return None
    return None if "\\" in address else address


def _mail_address(address: str) -> str | None:
    """`mailto:` with one address or several, and with the subject that may follow."""
    people, _mark, rest = address.partition("?")
    try:
        for person in people.split(","):
            validate_email(person.strip().replace("%20", ""))
    except ValidationError:
        return None
    return None if re.search(r"\s", rest) else f"mailto:{address.replace(' ', '')}"


def correct_links(html: str) -> str:
    """Write the address that each link means. One to a path that is none of this site becomes plain text.

    The text comes from the sanitizer, so each tag has one spelling, and a scheme is an allowed one.
    """

    def corrected(link: re.Match[str]) -> str:
        address = link_address(unescape(link[2]))
        if address is None:
            return link[0] if _SCHEME.match(unescape(link[2])) else link[1].rpartition(" href=")[0]
        return f"{link[1]}{escape(address)}{link[3]}"

    return _HREF.sub(corrected, html)


def broken_links(html: str) -> Iterator[tuple[str, str]]:
    """The words and the address of each link that is no address. The text is not sanitised yet."""
    if "href" not in html.lower():
        return
    # By its own name, nh3 would leave out an address that it does not accept.
    renamed = re.sub(r"\bhref\b", "data-address", html, flags=re.IGNORECASE)
    for address, words in _LINK.findall(_links_alone.clean(renamed)):
        href, words = unescape(address), " ".join(unescape(words).split())
        if words and link_address(href) is None:
            yield words, href
