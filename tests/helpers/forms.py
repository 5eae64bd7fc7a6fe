"""A form of the admin as a browser would send it back: all that it holds, and what is given."""

from django.utils.html import escape
from lxml import html


def fill_form(response, **given) -> dict:
    """What the page's change form holds, with `given` in place of its own values.

    Names with a dash (`figures-0-value_en`) are given as `**{"figures-0-value_en": "3"}`. None leaves a
    name out. Buttons are left out: the plain save.
    """
    # lxml reads a form of the admin in a millisecond, html5lib in forty.
    page = html.document_fromstring(response.content.decode())
    form = next(form for form in page.iter("form") if form.get("id", "").endswith("_form"))
    values: dict[str, list] = {}
    for box in form.iter("input", "select", "textarea"):
        name = box.get("name")
        if not name or "__prefix__" in name or box.get("disabled") is not None:
            continue
        for value in _values(box):
            values.setdefault(name, []).append(value)
    values |= {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    return {name: value for name, value in values.items() if value != [None]}


def _values(box) -> list[str]:
    match box.tag:
        case "textarea":
            # A browser ends lines with CR LF.
            return ["".join(box.itertext()).replace("\r\n", "\n").removeprefix("\n").replace("\n", "\r\n")]
        case "select":
            options = list(box.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            return [option.get("value", "") for option in chosen]
        case "input":
            kind = box.get("type", "text")
            if kind in ("submit", "button", "file"):
                return []
            if kind in ("checkbox", "radio"):
                return [box.get("value", "on")] if box.get("checked") is not None else []
            return [box.get("value", "")]
    return []


def errors(response) -> dict[str, list[str]]:
    """The messages of a refused form and its owned rows, by field; "" for those of no field.

    Each of them stands on the page.
    """
    forms = [response.context["adminform"].form]
    found: dict[str, list[str]] = {}
    for rows in response.context.get("inline_admin_formsets", []):
        forms += rows.formset.forms
        found.setdefault("", []).extend(rows.formset.non_form_errors())
    for form in forms:
        for name, messages in form.errors.items():
            found.setdefault("" if name == "__all__" else name, []).extend(messages)
    page = response.content.decode()
    for message in sum(found.values(), []):
        assert escape(message) in page, f"The page does not say: {message}"
    return {name: messages for name, messages in found.items() if messages}


def section_titles(response) -> list[str]:
    """The sections of a form, as its tabs name them."""
    return [section.title for section in response.context["sections"]]
