"""PDF: whole, not locked, and nothing in it that acts by itself or carries another file."""

import io
import re
import zipfile
from collections.abc import Iterator

from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    StreamObject,
    read_object,
)

from .kinds import PDF, FileKind, RefusedFile

#: What makes a PDF act by itself, reach out or carry another file: names of entries, actions, annotations.
ACTIVE = frozenset(
    ("/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/EmbeddedFile", "/FileAttachment", "/RichMedia",
     "/Rendition", "/Movie", "/OnInstantiate", "/XFA", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData")
)  # fmt: skip
#: Actions that follow one another.
MOST_ACTIONS = 1_000
#: What the dictionary of packed objects has, whatever the file calls it.
PACKED = {"/N", "/First"}
#: What faulty files make pypdf raise.
UNREADABLE = (
    PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError,
    AssertionError, NotImplementedError, OverflowError, MemoryError,
)  # fmt: skip
#: Behind the last mark of its end, a reader still takes a file for whole with so much else.
LOOSE_END = 1024
#: A page or a script, which a browser might be made to read where a PDF or a picture was expected.
PAGE_OR_SCRIPT = re.compile(rb"<(?:script|html|svg)[\s>]|<\?php|<!doctype", re.IGNORECASE)

_OBJECT = re.compile(rb"(?<=[\d\0\s])obj(?![A-Za-z])|\btrailer\b")
#: Blanks before `obj` behind which there is no sense in looking for its number.
_MANY_BLANKS = 100
_TOKEN = re.compile(rb"%[^\r\n]*|/([^\x00\t\n\f\r ()<>\[\]{}/%]*)|\(|<<|>>|<|\b(?:stream|obj)\b")
_BLANK = re.compile(rb"(?:[\x00\t\n\f\r ]|%[^\r\n]*)*")
_WITHIN_STRING = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def check(data: bytes) -> FileKind:
    damaged = RefusedFile(_("This PDF is damaged and cannot be read. Save or scan it anew."))
    end = data.rfind(b"%%EOF")
    rest = data[end + 5 :].strip(b"\0\t\n\f\r ")
    if end < 0:
        raise damaged
    if (
        len(rest) > LOOSE_END
        or PAGE_OR_SCRIPT.search(data[:LOOSE_END].partition(b" obj")[0])
        or PAGE_OR_SCRIPT.search(rest)
        or zipfile.is_zipfile(io.BytesIO(data))
    ):
        raise RefusedFile(_("Something that is no PDF hangs on this PDF. Print it to PDF anew."))
    try:
        reader = PdfReader(io.BytesIO(data))
        locked = reader.is_encrypted
        if not locked:
            len(reader.pages)
            names = set(_names_in_bytes(data, reader))
            locked = "/Encrypt" in names
            active = next(iter(sorted(names & ACTIVE)), None) or _active_entry(reader)
    except UNREADABLE:
        raise damaged from None
    if locked:
        raise RefusedFile(_("This PDF is locked with a password. Save it without one."))
    if active:
        raise RefusedFile(
            _(
                "This PDF holds a script, an action or an attachment (%(entry)s). "
                "Print it to PDF anew, which leaves those out."
            )
            % {"entry": active}
        )
    return PDF


def _active_entry(reader: PdfReader) -> str | None:
    """The first entry found that makes the file act by itself, in any object that the file lists.

    It sees what bytes alone do not show: an action whose kind is an object of its own.
    """
    kept = [(number, generation) for generation, found in reader.xref.items() for number in found]
    packed = [(number, 0) for number in reader.xref_objStm]
    for number, generation in kept + packed:
        try:
            content = reader.get_object(IndirectObject(number, generation, reader))
        except (PyPdfError, KeyError):
            # The names of other objects were read from their bytes.
            if (number, generation) in packed:
                raise
            continue
        # Entries may stand within one another without being objects of their own.
        within = [content]
        while within:
            content = within.pop()
            if isinstance(content, ArrayObject):
                within += content
            elif isinstance(content, DictionaryObject):
                names = [*content, *(content[key] for key in ("/S", "/Subtype") if key in content)]
                if found := next((entry for entry in names if entry in ACTIVE), None):
                    return found
                if "/EF" in content and not {"/F", "/UF"}.isdisjoint(content["/EF"]):
                    return "/EF"
                if "/URI" in content and str(content["/URI"]).lstrip().lower().startswith("javascript:"):
                    return "/URI"
                if _opens_an_address(content):
                    return "/URI"
                within += content.values()
    return None


def _opens_an_address(content: DictionaryObject) -> bool:
    """Whether an object leads to another site by itself: people follow links, files do not."""
    within = [content["/OpenAction"]] if "/OpenAction" in content else []
    if isinstance(content.get("/AA", NullObject()).get_object(), DictionaryObject):
        within += content["/AA"].values()
    for _action in range(MOST_ACTIONS):
        if not within:
            return False
        action = within.pop().get_object()
        # An array is the place that is to be shown first.
        if isinstance(action, DictionaryObject):
            if "/S" in action and action["/S"] == "/URI":
                return True
            then = action["/Next"] if "/Next" in action else ArrayObject()
            within += then if isinstance(then, ArrayObject) else [then]
    raise ValueError("Actions without an end")


def _names_in_bytes(data: bytes, reader: PdfReader) -> Iterator[str]:
    """The names in every object that the bytes hold, whether or not the file's own list has it.

    A reader that mends a broken file finds objects by their bytes, and what a later part of the
    file replaced is there still.
    """
    # A hostile file could make each object seem to reach to the end of the file.
    budget = 3 * len(data) + 1_000_000
    for found in _OBJECT.finditer(data):
        if found[0] == b"obj" and not _is_numbered(data, found.start()):
            continue
        names, stopped_at = _names(data, found.end())
        budget -= stopped_at - found.end()
        if budget < 0:
            raise ValueError("Objects without an end")
        yield from names
        if "/ObjStm" in names or (names >= PACKED and data[stopped_at - 6 : stopped_at] == b"stream"):
            at = io.BytesIO(data)
            at.seek(_BLANK.match(data, found.end()).end())
            packed = read_object(at, reader)
            if not isinstance(packed, StreamObject):
                raise ValueError("Packed objects that cannot be unpacked")
            yield from _names(packed.get_data(), 0, to_the_end=True)[0]


def _is_numbered(data: bytes, at: int) -> bool:
    """Whether a number stands before `obj`, or the line or the comment before it may hide one."""
    before = data[max(0, at - _MANY_BLANKS) : at]
    number = before.rstrip(b"\0\t\n\f\r ")
    blanks = before[len(number) :]
    return not number or number[-1:].isdigit() or b"\n" in blanks or b"\r" in blanks


def _names(data: bytes, at: int, *, to_the_end: bool = False) -> tuple[set[str], int]:
    """The names from here to the stream of the object or to the next object, outside of strings and
    comments; and that end.

    A word such as `stream` within a dictionary ends nothing: lenient readers pass it over.
    """
    names: set[str] = set()
    depth = 0
    string_ends = True
    while found := _TOKEN.search(data, at):
        at = found.end()
        token = found[0]
        if token.startswith(b"/"):
            name = _ESCAPED.sub(lambda escaped: bytes([int(escaped[1], 16)]), found[1])
            names.add("/" + name.decode("latin-1"))
        elif token == b"(":
            open_marks = 1
            while open_marks and (mark := _WITHIN_STRING.search(data, at)):
                at = mark.end()
                open_marks += {b"(": 1, b")": -1}.get(mark[0], 0)
            if open_marks:
                break
        elif token in (b"<<", b">>"):
            depth += 1 if token == b"<<" else -1
        elif token == b"<":
            end = data.find(b">", at) if string_ends else -1
            string_ends = end >= 0
            at = max(at, end + 1)
        elif token == b"obj" and not to_the_end and _is_numbered(data, found.start()):
            return names, found.start()
        elif token == b"stream" and depth <= 0 and not to_the_end:
            return names, at
    return names, len(data)
