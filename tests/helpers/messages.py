"""The strings of the site that visitors read, and their catalogues. `make messages` extracts and compiles them.

Staff interface stays English: what only staff read is left out here, and nowhere else.
"""

import ast
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "locale/lo/LC_MESSAGES/django.po"
#: Months, weekdays and other strings of Django's own: they stand in no file of ours. Kept by hand.
DJANGO = ROOT / "iomlaos/formats/locale/lo/LC_MESSAGES/django.po"

PYTHON = ("iomlaos", "programmes", "careers")
FUNCTIONS = {
    "_",
    *(f"{kind}gettext{lazy}" for kind in ("", "n", "p", "np") for lazy in ("", "_lazy", "_noop")),
}
TEMPLATE_CALL = re.compile(
    r"""\b(?:_|n?p?n?gettext)\((?:\s*(?:u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*"|\w+)\s*,?)+\)"""
)

#: Files that only staff see, or that speak English alone, as a board of jobs does.
STAFF_FILES = (
    "templates/accounts/*",
    "templates/admin/*",
    "templates/registration/*",
    "templates/delivery/unsaved.html",
    "*/admin.py",
    "*/apps.py",
    "*/migrations/*",
    "*/management/*",
    "careers/admin/*",
    "careers/exports/reliefweb.py",
    "careers/forms.py",
    "iomlaos/accounts/*",
    "iomlaos/dashboard/*",
    "iomlaos/delivery/unsaved.py",
    "iomlaos/media/filetypes/*",
    "iomlaos/media/forms.py",
    "iomlaos/media/image_admin.py",
    "iomlaos/media/richtext/*",
    "iomlaos/publishing/*",
    "iomlaos/seeding/*",
    "iomlaos/staff/*",
    "iomlaos/translations/*",
    "programmes/forms.py",
)
#: Of these, what visitors read too.
PUBLIC_FILES = {"iomlaos/media/richtext/images.py", "iomlaos/publishing/dates.py"}
#: Functions, classes and constants of public files that only staff see.
STAFF_NAMES = {
    "careers/alerts/models.py": {"State"},
    "careers/models/deadline.py": {"describe_deadline", "describe_time_left"},
    "careers/models/notice.py": {"public_status", "describe_status"},
    "iomlaos/media/richtext/images.py": {"alternative_text_error", "describe_images"},
    "iomlaos/office/models/office.py": {"missing_contacts"},
    "iomlaos/office/models/place.py": {"Kind"},
    "iomlaos/office/models/site_notice.py": {"Kind"},
    "iomlaos/publishing/dates.py": {"NOT_A_DATE", "format_when"},
    "programmes/models/counterpart.py": {"Kind"},
}
#: Methods of models that speak to those who fill in a form.
STAFF_METHODS = {"clean", "clean_deadline", "clean_deadline_reason", "publishing_warnings", "template_usages"}
#: What a model calls its fields and says to those who fill them in.
STAFF_ARGUMENTS = {"verbose_name", "verbose_name_plural", "help_text", "violation_error_message"}
STAFF_CALLS = {"ValidationError", "RegexValidator", "min_date"}
#: The names of models and fields that pages show.
PUBLIC_LABELS = {
    "job", "tender",
    "context and supervision", "responsibilities", "education and experience", "languages", "competencies",
}  # fmt: skip


class Message(NamedTuple):
    text: str
    plural: str = ""
    context: str | None = None


def public_messages() -> dict[Message, set[str]]:
    """Every string that visitors may read, with the files in which it stands."""
    found: dict[Message, set[str]] = {}
    for path in _public_files():
        source = (ROOT / path).read_text(encoding="utf-8")
        messages = python_messages(source, path) if path.endswith(".py") else template_messages(source, path)
        for message in messages:
            found.setdefault(message, set()).add(path)
    return found


def _public_files() -> Iterator[str]:
    files = [
        *(path for folder in PYTHON for path in (ROOT / folder).rglob("*.py")),
        *(path for path in (ROOT / "templates").rglob("*") if path.is_file()),
    ]
    for path in sorted(str(path.relative_to(ROOT)) for path in files):
        if path in PUBLIC_FILES or not any(fnmatch(path, pattern) for pattern in STAFF_FILES):
            yield path


def template_messages(source: str, path: str = "") -> Iterator[Message]:
    for call in TEMPLATE_CALL.finditer(templatize(source, origin=path)):
        yield _message(ast.parse(call[0], mode="eval").body)


def python_messages(source: str, path: str = "") -> Iterator[Message]:
    """Also those within f-strings, which xgettext does not see."""
    yield from _walk(ast.parse(source), STAFF_METHODS | STAFF_NAMES.get(path, set()), is_staff=False)


def _walk(node: ast.AST, staff_names: set[str], is_staff: bool) -> Iterator[Message]:
    names = {_name(node), *(_name(target) for target in getattr(node, "targets", []))}
    is_staff = is_staff or bool(names & (staff_names | STAFF_ARGUMENTS | STAFF_CALLS))
    if isinstance(node, ast.Call) and _name(node) in FUNCTIONS and _texts(node):
        message = _message(node)
        if not is_staff or message.text in PUBLIC_LABELS:
            yield message
    # The first argument of a model's field is its label.
    label = node.args[:1] if isinstance(node, ast.Call) and _is_field(_name(node)) else []
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, staff_names, is_staff or child in label)


def _name(node: ast.AST) -> str:
    """The name that a node calls, defines or passes on."""
    node = getattr(node, "func", node)
    return (
        getattr(node, "id", "")
        or getattr(node, "attr", "")
        or getattr(node, "name", "")
        or getattr(node, "arg", "")
        or ""
    )


def _is_field(name: str) -> bool:
    return name.endswith(("Field", "ForeignKey"))


def _texts(call: ast.Call) -> list[str]:
    return [
        each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]


def _message(call: ast.Call) -> Message:
    texts, name = _texts(call), _name(call)
    context = texts.pop(0) if name.startswith(("pgettext", "npgettext")) else None
    return Message(texts[0], texts[1] if name.startswith("n") else "", context)


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="lo", domain="django")


def update(path: Path = SITE) -> Catalog:
    """Write the strings of today into a catalogue: new ones are empty, former ones go."""
    catalog, template = read(path), Catalog()
    template.creation_date = catalog.creation_date
    for message, files in public_messages().items():
        key = (message.text, message.plural) if message.plural else message.text
        template.add(key, locations=[(file, None) for file in sorted(files)], context=message.context)
    catalog.update(template, no_fuzzy_matching=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, ignore_obsolete=True, include_lineno=False, sort_by_file=True)
    return catalog


def compile_catalog(path: Path) -> None:
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, read(path))


if __name__ == "__main__":
    for missing in [message for message in update() if message.id and not any(message.string or ())]:
        print(f"Not translated: {missing.id}")  # noqa: T201
    for catalogue in (SITE, DJANGO):
        compile_catalog(catalogue)
        print(f"{os.path.relpath(catalogue)}: compiled")  # noqa: T201
