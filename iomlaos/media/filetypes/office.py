"""Word, Excel and PowerPoint: no macros, no embedded objects, nothing that is fetched on opening."""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree import ElementTree

from iomlaos.media.filetypes.types import (
    EXCEL,
    OFFICE,
    POWERPOINT,
    RUNS_SOMETHING,
    WORD,
    FileType,
    InvalidFile,
)

MAIN_TYPES = {each.media_type + ".main+xml": each for each in (WORD, EXCEL, POWERPOINT)} | {
    OFFICE + "presentationml.slideshow.main+xml": POWERPOINT
}
MACROS = re.compile(r"macroenabled|macrosheet|vbaproject|vbadata|activex|/control$")
OBJECTS = re.compile(r"/(?:oleobject|afchunk|subdocument|webextension(?:taskpanes)?)$")
#: Word fields that fetch or start something. Fields inside a field may make up its name.
FIELDS = re.compile(
    r'\x13[\s"]*((?:DDE|DDEAUTO|LINK|INCLUDETEXT|IMPORT|DATABASE)\b|(?:[DL]\w*|I(?!F\b)\w*)?\x13)', re.I
)
#: Excel formulas that ask another program (`cmd|'/c …'!A1`) or a website, outside of quotation marks.
FORMULAS = re.compile(r"\||\b(?:WEBSERVICE|IMAGE|CALL|REGISTER(?:\.ID)?|EXEC|RTD)\s*\(", re.I)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
ELEMENTS = {
    "Default", "Override", "Relationship", "fldChar", "fldSimple", "instrText", "delInstrText",
    "ddeLink", "oleLink", "connection", "f", "definedName", "formula", "formula1", "formula2",
    "hlinkClick", "hlinkHover", "hlinkMouseOver",
}  # fmt: skip
#: The template that a letter was made from, in the part and in its links.
TEMPLATE = re.compile(
    rb"<(?:\w+:)?(?:attachedTemplate\b|Relationship\b[^<>]*/attachedTemplate[\"'])[^<>]*?(?:/>|>\s*</[^<>]*>)"
)
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, ElementTree.ParseError, EOFError, OSError, LookupError,
    ValueError, RuntimeError,
)  # fmt: skip


def check(data: bytes, may_embed: bool = True, may_clean: bool = True) -> tuple[FileType, bytes]:
    """The type of a document, and what to store: without the link to its template. Raises InvalidFile."""
    try:
        # Programs look for the list of parts in different ways, unless it ends the file.
        if data[-22:-18] != b"PK\5\6":
            raise zipfile.BadZipFile
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            file_type, has_template = _check_parts(package, len(data), may_embed)
    except UNREADABLE:
        raise InvalidFile("damaged" if may_embed else "object") from None
    if not has_template:
        return file_type, data
    if not may_clean:
        raise InvalidFile("fetches", what="attachedTemplate")
    return check(_without_template(data), may_clean=False)


def _without_template(data: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(content, "w") as new:
        for member in old.infolist():
            part = old.read(member)
            new.writestr(member, TEMPLATE.sub(b"", part) if b"attachedTemplate" in part else part)
    return content.getvalue()


def _check_parts(package: zipfile.ZipFile, size: int, may_embed: bool) -> tuple[FileType, bool]:
    members = {"/" + unquote(member.filename).lower(): member for member in package.infolist()}
    unpacked = sum(member.file_size for member in package.infolist())
    if len(members) > 10_000 or unpacked > min(500 * 2**20, max(50 * 2**20, 200 * size)):
        raise InvalidFile("unpacked")
    if len(members) < len(package.infolist()) or package.testzip():
        raise zipfile.BadZipFile
    if "/[content_types].xml" not in members:
        raise InvalidFile("no_document")
    types = _read(package, members["/[content_types].xml"])[0]
    main_type, has_template = "", False
    for name, member in members.items():
        media_type = types.get(name) or types.get(name.rpartition(".")[2], "")
        if MACROS.search(media_type):
            raise InvalidFile("macros")
        is_xml = media_type.endswith(("+xml", "/xml")) and not media_type.startswith("image/")
        is_read = member.file_size and (is_xml or name.endswith(".rels"))
        links = _read(package, member)[1] if is_read else []
        for kind, target, is_external in links:
            path = posixpath.normpath(posixpath.join(name, "../..", unquote(target).lower()))
            if kind.endswith("/attachedtemplate"):
                has_template = True
            elif MACROS.search(kind):
                raise InvalidFile("macros")
            elif OBJECTS.search(kind):
                raise InvalidFile("object")
            elif is_external and (not kind.endswith("/hyperlink") or RUNS_SOMETHING.match(target)):
                raise InvalidFile("fetches", what=target[:80])
            elif kind.endswith("/package") and path in members:
                # The numbers of a chart are a workbook. Such a workbook embeds no other.
                if not may_embed:
                    raise InvalidFile("object")
                check(package.read(members[path]), may_embed=False, may_clean=False)
            elif kind.endswith("/officedocument") and name == "/_rels/.rels":
                main_type = types.get(path, "")
    if main_type not in MAIN_TYPES:
        raise InvalidFile("no_document")
    return MAIN_TYPES[main_type], has_template


def _read(
    package: zipfile.ZipFile, member: zipfile.ZipInfo
) -> tuple[dict[str, str], list[tuple[str, str, bool]]]:
    """The content types and links that a part names. Its fields and formulas are checked."""
    types, links, fields = {}, [], ""
    for name, given, text in _elements(package, member):
        if name in ("Default", "Override"):
            key = unquote(given.get("PartName") or given.get("Extension", ""))
            types[key.lower()] = given.get("ContentType", "").lower()
        elif name == "Relationship":
            target = given.get("Target", "")
            # Office writes NULL for a picture that is lost.
            is_external = given.get("TargetMode", "").lower() == "external" and target != "NULL"
            links.append((given.get("Type", "").lower(), target, is_external or "://" in target))
        elif name == "fldChar":
            fields += "\x13" if given.get("fldCharType") == "begin" else "\x15"
        elif name == "fldSimple":
            fields += f"\x13{given.get('instr')}\x15"
        elif name in ("instrText", "delInstrText"):
            fields += text
        elif name in ("ddeLink", "oleLink") or given.get("refreshOnLoad") in ("1", "true"):
            raise InvalidFile("fetches", what=name)
        elif given.get("action", "").startswith("ppaction://program"):
            raise InvalidFile("macros")
        elif FORMULAS.search(QUOTED.sub("", text)):
            raise InvalidFile("fetches", what=text[:80])
    if found := FIELDS.search(fields):
        raise InvalidFile("fetches", what=fields[found.start(1) :][:80].partition("\x15")[0])
    return types, links


def _elements(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[tuple[str, dict[str, str], str]]:
    """The name, attributes and text of the elements that matter here."""
    with package.open(member) as part:
        # Also in UTF-16.
        if b"<!DOCTYPE" in part.read(2**16).replace(b"\0", b""):
            raise InvalidFile("damaged")
        part.seek(0)
        for _event, element in ElementTree.iterparse(part):
            name = element.tag.rpartition("}")[2]
            if name in ELEMENTS:
                given = {key.rpartition("}")[2]: value for key, value in element.items()}
                yield name, given, element.text or ""
            element.clear()
