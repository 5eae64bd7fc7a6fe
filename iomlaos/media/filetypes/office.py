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

from iomlaos.media.filetypes.types import ACTIVE_URL, EXCEL, OFFICE, POWERPOINT, WORD, FileType, InvalidFile

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
#: The template that a letter was made from, in the part and in its links.
TEMPLATE = re.compile(
    rb"<(?:\w+:)?(?:attachedTemplate\b|Relationship\b[^<>]*/attachedTemplate[\"'])[^<>]*?(?:/>|>\s*</[^<>]*>)"
)
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, ElementTree.ParseError, EOFError, OSError, LookupError,
    ValueError, RuntimeError,
)  # fmt: skip


def check(data: bytes, *, is_embedded: bool = False, is_cleaned: bool = False) -> tuple[FileType, bytes]:
    """The type of a document, and what to store: without the link to its template. Raises InvalidFile."""
    try:
        # Programs look for the list of parts in different ways, unless it ends the file.
        if data[-22:-18] != b"PK\5\6":
            raise zipfile.BadZipFile
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            file_type, has_template = _check_parts(package, len(data), is_embedded)
            if not has_template:
                return file_type, data
            if is_embedded or is_cleaned:
                raise InvalidFile("fetches", what="attachedTemplate")
            return check(_remove_template(package), is_cleaned=True)
    except UNREADABLE:
        raise InvalidFile("object" if is_embedded else "damaged") from None


def _remove_template(package: zipfile.ZipFile) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as cleaned:
        for member in package.infolist():
            part = package.read(member)
            cleaned.writestr(member, TEMPLATE.sub(b"", part) if b"attachedTemplate" in part else part)
    return content.getvalue()


def _check_parts(package: zipfile.ZipFile, size: int, is_embedded: bool) -> tuple[FileType, bool]:
    """The type of a document, and whether it names its template."""
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
        is_xml = media_type.endswith(("+xml", "/xml")) and not media_type.startswith("image/")
        is_read = member.file_size and (is_xml or name.endswith(".rels"))
        links = _read(package, member)[1] if is_read else []
        if any(MACROS.search(text) for text in (media_type, *(kind for kind, *_target in links))):
            raise InvalidFile("macros")
        for kind, target, is_external in links:
            path = posixpath.normpath(posixpath.join(name, "../..", unquote(target).lower()))
            if kind.endswith("/attachedtemplate"):
                has_template = True
            elif OBJECTS.search(kind) or (is_embedded and kind.endswith("/package")):
                raise InvalidFile("object")
            elif is_external and (not kind.endswith("/hyperlink") or ACTIVE_URL.match(target)):
                raise InvalidFile("fetches", what=target[:80])
            elif kind.endswith("/package") and path in members:
                # The numbers of a chart are a workbook. Such a workbook embeds no other.
                check(package.read(members[path]), is_embedded=True)
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
    for element in _elements(package, member):
        match element.tag.rpartition("}")[2]:
            case "Default" | "Override":
                given = _attributes(element)
                key = unquote(given.get("PartName") or given.get("Extension", ""))
                types[key.lower()] = given.get("ContentType", "").lower()
            case "Relationship":
                given = _attributes(element)
                target = given.get("Target", "")
                # Office writes NULL for a picture that is lost.
                is_external = given.get("TargetMode", "").lower() == "external" and target != "NULL"
                links.append((given.get("Type", "").lower(), target, is_external or "://" in target))
            case "fldChar":
                fields += "\x13" if _attributes(element).get("fldCharType") == "begin" else "\x15"
            case "fldSimple":
                fields += f"\x13{_attributes(element).get('instr')}\x15"
            case "instrText" | "delInstrText":
                fields += element.text or ""
            case "ddeLink" | "oleLink" as name:
                raise InvalidFile("fetches", what=name)
            case "connection" as name if _attributes(element).get("refreshOnLoad") in ("1", "true"):
                raise InvalidFile("fetches", what=name)
            case "hlinkClick" | "hlinkHover" | "hlinkMouseOver":
                if _attributes(element).get("action", "").startswith("ppaction://program"):
                    raise InvalidFile("macros")
            case "f" | "definedName" | "formula" | "formula1" | "formula2":
                if FORMULAS.search(QUOTED.sub("", element.text or "")):
                    raise InvalidFile("fetches", what=element.text[:80])
    if found := FIELDS.search(fields):
        raise InvalidFile("fetches", what=fields[found.start(1) :][:80].partition("\x15")[0])
    return types, links


def _elements(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[ElementTree.Element]:
    with package.open(member) as part:
        # Also in UTF-16.
        if b"<!DOCTYPE" in part.read(2**16).replace(b"\0", b""):
            raise InvalidFile("damaged")
        part.seek(0)
        for _event, element in ElementTree.iterparse(part):
            yield element
            element.clear()


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    return {name.rpartition("}")[2]: value for name, value in element.items()}
