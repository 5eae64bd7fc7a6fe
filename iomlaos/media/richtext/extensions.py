"""What the rich-text editor offers, and in which words. What is not here is not kept of pasted HTML."""

from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

SITE_UNREACHABLE = _(
    "There is no connection, or you are signed out. What you wrote is still here. Open the admin in "
    "a new tab, sign in if it asks you to, then try again here."
)
BUTTONS = {
    "heading2": _("Heading 2"),
    "heading3": _("Heading 3"),
    "heading4": _("Heading 4"),
    "paragraph": _("Paragraph"),
    "bulletList": _("Bulleted list"),
    "orderedList": _("Numbered list"),
    "blockquote": _("Quote"),
    "bold": _("Bold"),
    "italic": _("Italic"),
    "language": _("Words of the other language"),
    "link": _("Link"),
    "unlink": _("Remove link"),
    "table": _("Table"),
    "table:addColumnAfter": _("Add column"),
    "table:deleteColumn": _("Delete column"),
    "table:addRowAfter": _("Add row"),
    "table:deleteRow": _("Delete row"),
    "table:mergeCells": _("Merge cells"),
    "table:splitCell": _("Split cell"),
    "table:toggleHeaderCell": _("Header cell"),
    "table:deleteTable": _("Delete table"),
    "history:undo": _("Undo"),
    "history:redo": _("Redo"),
}
LINK_DIALOG = {
    "title": _("Link"),
    "address": _("Page or web address"),
    "help": _("Type part of a title to find a page of this site, or paste a web or e-mail address."),
    "text": _("Text of the link"),
    "pages": _("Pages of this site"),
    "found": _("Pages found: {number}"),
    "add": _("Add link"),
    "change": _("Change link"),
    "cancel": _("Cancel"),
    "lost": SITE_UNREACHABLE,
}
TABLE_DIALOG = {
    "title": _("Table"),
    "rows": _("Rows"),
    "columns": _("Columns"),
    "header": _("The first row is a heading"),
    "insert": _("Add table"),
}
LEFT_OUT = {
    "picture": _("A picture was left out. Add it with the Picture button."),
    "pictures": _("{number} pictures were left out. Add them with the Picture button."),
    "comments": _("Comments were left out."),
    "deleted": _("Words that were marked as deleted were left out."),
    "marks": _("Underlined, superscript and subscript words are now plain text."),
    "anchors": _("Links that only work in that document are now plain text."),
}
#: h1 is the page's title. Those that the package does not know, or that we changed, are in static/staff/js/.
EXTENSIONS: dict[str, Any] = {
    "Bold": True,
    "Italic": True,
    "Language": True,
    "Heading": {"levels": [2, 3, 4]},
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {
        "protocols": ["https", "http", "mailto", "tel"],
        "enableTarget": False,
        "search": reverse_lazy("admin:link_search"),
        "words": LINK_DIALOG,
    },
    "Table": {"words": TABLE_DIALOG},
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "Image": True,
    "Figure": {
        "dialog": reverse_lazy("admin:media_image_dialog"),
        "files": reverse_lazy("admin:media_image_changelist"),
        "words": {
            "picture": _("Picture"),
            "wait": _("One moment…"),
            "lost": SITE_UNREACHABLE,
            "close": _("Close"),
        },
    },
    "Caption": True,
    "History": True,
    "PastedText": {"words": LEFT_OUT},
    "Words": {"buttons": BUTTONS},
}
