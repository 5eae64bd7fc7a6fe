"""Word, Excel and PowerPoint: a package of parts, without macros, foreign objects or what it would fetch."""

import contextlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from .kinds import EXCEL, OFFICE, POWERPOINT, WORD, FileKind, RefusedFile

MAIN_PARTS = {
    OFFICE + "wordprocessingml.document.main+xml": WORD,
    OFFICE + "spreadsheetml.sheet.main+xml": EXCEL,
    OFFICE + "presentationml.presentation.main+xml": POWERPOINT,
    OFFICE + "presentationml.slideshow.main+xml": POWERPOINT,
}
CONTENT_TYPES = "[Content_Types].xml"
#: Together the unpacked parts of an Office file; more is a bomb or a mistake.
UNPACKED_LIMIT = 500 * 1024 * 1024
#: Tables pack well, to a thirtieth; what packs to less than this and unpacks to so much is a bomb.
HIGHEST_RATIO, RATIO_FROM = 200, 20 * 1024 * 1024
MOST_MEMBERS = 10_000
#: A chart in a presentation brings its own workbook. That one brings none.
DEEPEST = 1

MACRO_TYPES = ("macroenabled", "vbaproject", "vbadata", "activex", "macrosheet", "ms-office.vba")
MACRO_NAMES = ("vbaproject", "vbadata", "/activex/", "/macrosheets/")
MACRO_LINKS = frozenset({"vbaProject", "wordVbaData", "control", "activeXControlBinary", "xlMacrosheet"})
OBJECT_LINKS = frozenset({"oleObject", "aFChunk", "subDocument"})
#: A link that a reader follows by a click, unless it starts something by itself.
CLICKED = "hyperlink"
STARTS_SOMETHING = re.compile(r"\s*(?:javascript|vbscript|data|mhtml|ms-[a-z-]+|search-ms|jar|shell):", re.I)
#: How programs, objects of Windows and scripts begin.
FOREIGN = re.compile(rb"MZ|\x7fELF|\xd0\xcf\x11\xe0|#!|\s*<(?:!doctype\s+html|html|script)[\s>]", re.I)
PACKED = b"PK\x03\x04"
#: How XML begins, in whatever encoding.
XML = re.compile(rb"[\xef\xbb\xbf\xff\xfe\0\s]*<")
#: Endings that say that a part is XML. Readers find a part by its type; what is of such a type ends so.
XML_ENDINGS = (".xml", ".rels")
#: The last record of a package, without a remark in it.
END_SIZE = 22

#: Fields of Word that fetch or start something when they are brought up to date.
FETCHING_FIELD = re.compile(r'\s*"?(?:DDE|DDEAUTO|LINK|INCLUDETEXT|IMPORT)\b', re.I)
FETCHING_PICTURE = re.compile(r"\s*INCLUDEPICTURE\b.*\\d\b", re.I | re.S)
QUOTED_CODES = re.compile(r"\s*QUOTE((?:\s+\d+)+)\s*$", re.I)
#: Formulas that ask another program (`cmd|'/c …'!A1`) or another site.
FETCHING_FORMULA = re.compile(
    r"[\w.]\s*\|\s*['\w]|\b(?:WEBSERVICE|CALL|REGISTER(?:\.ID)?|EXEC|RTD)\s*\(", re.I
)
QUOTED_IN_A_FORMULA = re.compile(r""""[^"]*"|(?P<before>[|\w]?)'(?:[^']|'')*+'(?P<of_sheet>!?)""")
#: What Excel takes. A longer one was made by hand.
LONGEST_FORMULA = 8_192
#: Marks of such formulas in the bytes of a part, of connections, and of writing that may hide either.
#: Without one, it need not be read.
SUSPECT = re.compile(
    rb"\||&#|WEBSERVICE|CALL|REGISTER|EXEC|RTD|ddeLink|oleLink|webPr|refreshOnLoad|<!|<\?(?!xml )|\0"
    rb"|encoding\s*=\s*.(?!utf-8)",
    re.I,
)
FETCHING_ELEMENTS = frozenset({"ddeLink", "oleLink", "webPr"})


def check(data: bytes, depth: int = 0) -> FileKind:
    """The kind of a package, with all of its parts looked at."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            _check_members(members)
            _check_order(data, package)
            _unpack(package, members, depth)
            kind = _kind(package)
            for member in members:
                _check_part(package, member, kind)
    except RefusedFile:
        raise
    except (
        zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, EOFError, OSError, KeyError,
        ValueError, NotImplementedError, RuntimeError,
    ):  # fmt: skip
        raise _damaged() from None
    return kind


# --- The package ------------------------------------------------------------------------------


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    """What can be said before anything is unpacked."""
    bomb = RefusedFile(_("This file unpacks to far more than a document holds, and is not taken."))
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > UNPACKED_LIMIT:
        raise bomb
    if any(member.flag_bits & 1 for member in members):
        raise RefusedFile(_("This file is locked with a password. Save it without one."))
    names = [member.orig_filename for member in members]
    for name in names:
        folders = name.split("/")
        if ".." in folders or name.startswith("/") or re.search(r"[\\\x00-\x1f\x7f]|^[A-Za-z]:", name):
            raise RefusedFile(
                _(
                    "This file has parts that would be stored outside of it (%(name)s). Do not open it; "
                    "ask whoever sent it."
                )
                % {"name": ascii(name)[1:60]}
            )
    if len({name.lower() for name in names}) < len(names):
        raise RefusedFile(_("This file has two parts of one name. Open it, and save it anew."))
    if any(stat.S_ISLNK(member.external_attr >> 16) for member in members):
        raise _damaged()
    if any(mark in name.lower() for name in names for mark in MACRO_NAMES):
        raise _holds_macros()


def _check_order(data: bytes, package: zipfile.ZipFile) -> None:
    """Part follows part from the first byte to the list of parts, and nothing stands behind that.

    Readers differ in what they make of a gap, an overlap, or of something before or behind: one
    sees a document where another sees a program.
    """
    hidden = RefusedFile(_("Something is hidden between the parts of this file. Open it, and save it anew."))
    if data[-END_SIZE : 4 - END_SIZE] != b"PK\x05\x06":
        raise hidden
    at = allowance = 0
    for member in sorted(package.infolist(), key=lambda member: member.header_offset):
        if not 0 <= member.header_offset - at <= allowance:
            raise hidden
        size, more = struct.unpack_from("<HH", data, member.header_offset + 26)
        name = data[member.header_offset + 30 : member.header_offset + 30 + size]
        written = member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437")
        if data[member.header_offset : member.header_offset + 4] != PACKED or name != written:
            raise hidden
        at = member.header_offset + 30 + size + more + member.compress_size
        # Where sizes were not known beforehand, they stand behind the part: 12 to 24 bytes.
        allowance = 24 if member.flag_bits & 8 else 0
    if not 0 <= package.start_dir - at <= allowance:
        raise hidden


def _unpack(package: zipfile.ZipFile, members: list[zipfile.ZipInfo], depth: int) -> None:
    """Unpack all, keep nothing: sizes are counted, not believed, and beginnings are looked at."""
    bomb = RefusedFile(_("This file unpacks to far more than a document holds, and is not taken."))
    together = 0
    for member in members:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile
        size = 0
        with package.open(member) as part:
            while piece := part.read(1024 * 1024):
                if size == 0:
                    beginning = piece[:512]
                    if FOREIGN.match(beginning):
                        raise _holds_objects()
                size += len(piece)
                together += len(piece)
                if together > UNPACKED_LIMIT or (
                    size > RATIO_FROM and size > HIGHEST_RATIO * max(member.compress_size, 1)
                ):
                    raise bomb
        if size != member.file_size:
            raise zipfile.BadZipFile
        if size and beginning.startswith(PACKED):
            if depth == DEEPEST or size > RATIO_FROM:
                raise _holds_objects()
            try:
                check(package.read(member), depth + 1)
            except RefusedFile as refused:
                raise RefusedFile(
                    _("In a file within this one (%(name)s): %(reason)s")
                    % {"name": member.filename.rpartition("/")[2], "reason": refused}
                ) from None


def _kind(package: zipfile.ZipFile) -> FileKind:
    no_document = RefusedFile(
        _(
            "This is a packed file (.zip) and no Word, Excel or PowerPoint document. "
            "Upload the document itself."
        )
    )
    if CONTENT_TYPES not in package.namelist():
        raise no_document
    kinds = []

    def element(name: str, attributes: dict[str, str]) -> None:
        media_type = attributes.get("ContentType", "")
        if any(mark in media_type.lower() for mark in MACRO_TYPES):
            raise _holds_macros()
        if "oleobject" in media_type.lower() and name == "Override":
            raise _holds_objects()
        part = attributes.get("PartName", "").lstrip("/")
        ending = PurePosixPath(part).suffix or "." + attributes.get("Extension", "")
        if re.match(r"application/.*\+xml\s*(?:;|$)", media_type, re.I) and ending.lower() not in XML_ENDINGS:
            raise _damaged()
        if media_type in MAIN_PARTS and part in package.namelist():
            kinds.append(MAIN_PARTS[media_type])

    _read(package, CONTENT_TYPES, element)
    if len(kinds) != 1:
        raise no_document
    return kinds[0]


def _damaged() -> RefusedFile:
    return RefusedFile(_("This file is damaged and cannot be read. Save it anew."))


def _holds_macros() -> RefusedFile:
    return RefusedFile(_("This file holds macros. Save it without macros (.docx, .xlsx or .pptx)."))


def _holds_objects() -> RefusedFile:
    return RefusedFile(
        _(
            "This file holds an object of another program, such as an embedded file. "
            "Take it out, or paste it as a picture."
        )
    )


def _fetches(what: str) -> RefusedFile:
    return RefusedFile(
        _(
            "When it is opened, this file would fetch something from elsewhere (%(what)s). "
            "Break the links to other files and sites, then save it anew."
        )
        % {"what": what[:80]}
    )


# --- Its parts --------------------------------------------------------------------------------


def _check_part(package: zipfile.ZipFile, member: zipfile.ZipInfo, kind: FileKind) -> None:
    """A part by what it is, wherever it lies: readers follow the links between parts, not their folders."""
    name, lower = member.filename, member.filename.lower()
    if lower.endswith(".rels"):
        _check_links(package, name)
    elif member.file_size and (lower.endswith(XML_ENDINGS) or _begins_as_xml(package, name)):
        try:
            if kind is WORD:
                _check_fields(package, name)
            elif kind is EXCEL and _is_suspect(package, name):
                _check_formulas(package, name)
            else:
                _check_beginning(package, name)
        except expat.ExpatError:
            # Old drawings are not well formed, and other parts begin so by chance.
            if lower.endswith(XML_ENDINGS):
                raise


def _begins_as_xml(package: zipfile.ZipFile, name: str) -> bool:
    with package.open(name) as part:
        return bool(XML.match(part.read(512)))


def _is_suspect(package: zipfile.ZipFile, name: str) -> bool:
    with package.open(name) as part:
        return any(SUSPECT.search(piece) for piece in _pieces(part, overlap=32))


def _check_beginning(package: zipfile.ZipFile, name: str) -> None:
    """A document type stands before the first element, or nowhere."""

    class Begun(Exception):
        pass

    def element(_element: str, _attributes: dict[str, str]) -> None:
        raise Begun

    with contextlib.suppress(Begun):
        _read(package, name, element)


def _check_links(package: zipfile.ZipFile, name: str) -> None:
    def element(element: str, attributes: dict[str, str]) -> None:
        if element != "Relationship":
            return
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = attributes.get("Target", "")
        if kind in MACRO_LINKS:
            raise _holds_macros()
        if kind in OBJECT_LINKS:
            raise _holds_objects()
        external = attributes.get("TargetMode", "").lower() == "external" or "://" in target
        if external and (kind != CLICKED or STARTS_SOMETHING.match(target)):
            raise _fetches(target)

    _read(package, name, element)


def _check_fields(package: zipfile.ZipFile, name: str) -> None:
    """Fields of Word. Their words may be cut into pieces, and made by other fields within them."""
    open_fields: list[list[str]] = []
    is_instruction = False

    def judge(instruction: str) -> str:
        if FETCHING_FIELD.match(instruction) or FETCHING_PICTURE.match(instruction):
            raise _fetches(instruction.strip())
        if codes := QUOTED_CODES.match(instruction):
            return "".join(chr(int(code) % 0x110000) for code in codes[1].split())
        return ""

    def element(element: str, attributes: dict[str, str]) -> None:
        nonlocal is_instruction
        is_instruction = element in ("instrText", "delInstrText")
        if element == "fldSimple":
            judge(_attribute(attributes, "instr"))
        elif element == "fldChar":
            kind = _attribute(attributes, "fldCharType")
            if kind == "begin":
                open_fields.append([])
            elif kind == "end" and open_fields:
                made = judge("".join(open_fields.pop()))
                if open_fields:
                    open_fields[-1].append(made)

    def words(text: str) -> None:
        if is_instruction and open_fields:
            open_fields[-1].append(text)

    def ended(element: str) -> None:
        nonlocal is_instruction
        is_instruction = False

    _read(package, name, element, words, ended)
    for field in open_fields:
        judge("".join(field))


def _check_formulas(package: zipfile.ZipFile, name: str) -> None:
    """Formulas, and what connects a table with other programs and sites."""
    formula: list[str] | None = None

    def without_names(found: re.Match[str]) -> str:
        """Nothing in place of a text or the name of a sheet; what another program is asked for stays."""
        is_name = not found["before"] and found["of_sheet"]
        return "" if found[0].startswith('"') or is_name else found[0]

    def element(element: str, attributes: dict[str, str]) -> None:
        nonlocal formula
        refreshed = element == "connection" and attributes.get("refreshOnLoad") in ("1", "true")
        if refreshed or element in FETCHING_ELEMENTS:
            raise _fetches(attributes.get("ddeService") or attributes.get("url") or element)
        formula = [] if element in ("f", "definedName", "formula", "formula1", "formula2") else None

    def words(text: str) -> None:
        if formula is not None:
            formula.append(text)

    def ended(element: str) -> None:
        nonlocal formula
        if formula is not None:
            whole = "".join(formula)
            if len(whole) > LONGEST_FORMULA:
                raise _damaged()
            if FETCHING_FORMULA.search(QUOTED_IN_A_FORMULA.sub(without_names, whole)):
                raise _fetches(whole)
        formula = None

    _read(package, name, element, words, ended)


def _attribute(attributes: dict[str, str], name: str) -> str:
    """An attribute by its name within its namespace."""
    return next((value for key, value in attributes.items() if key.rpartition(" ")[2] == name), "")


def _read(
    package: zipfile.ZipFile,
    name: str,
    element: Callable[[str, dict[str, str]], None],
    words: Callable[[str], None] | None = None,
    ended: Callable[[str], None] | None = None,
) -> None:
    """Read a part as XML, element by element. A document type is refused: it can fetch, and multiply."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def within_namespace(handler: Callable[..., None]) -> Callable[..., None]:
        return lambda name, *more: handler(name.rpartition(" ")[2], *more)

    def document_type(*_arguments: Any) -> None:
        raise _damaged()

    parser.StartElementHandler = within_namespace(element)
    parser.StartDoctypeDeclHandler = document_type
    if ended:
        parser.EndElementHandler = within_namespace(ended)
    if words:
        parser.CharacterDataHandler = words
    with package.open(name) as part:
        for piece in _pieces(part):
            parser.Parse(piece, False)
        parser.Parse(b"", True)


def _pieces(part: Any, overlap: int = 0) -> Iterator[bytes]:
    """A part, piece by piece; each may begin with the end of the one before."""
    before = b""
    while piece := part.read(256 * 1024):
        yield before + piece
        before = piece[-overlap:] if overlap else b""
