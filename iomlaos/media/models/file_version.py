"""Files that visitors download: their versions by language and date."""

import re
import uuid
from collections.abc import Iterable
from pathlib import PurePath
from typing import TypeVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from iomlaos.media import cleanup
from iomlaos.media.filetypes import check_file
from iomlaos.media.filetypes.types import BY_MEDIA_TYPE, InvalidFile
from iomlaos.publishing import serialization
from iomlaos.publishing.dates import PartialDateField
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.options import RecordOptions


def upload_path(version: "FileVersion", filename: str) -> str:
    """A random name on disk: what staff called the file is kept in the row alone."""
    return f"{version._meta.label_lower}/{uuid.uuid4().hex}{PurePath(filename).suffix.lower()[:6]}"


class FileVersion(models.Model):
    """One file, or one address elsewhere, in one language and of one date.

    Size, type and pages are read from the file. A later date supersedes an earlier one of the
    same language.
    """

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        LAO = "lo", _("Lao")
        ENGLISH_AND_LAO = "en-lo", _("English and Lao")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.ENGLISH)
    dated = PartialDateField(_("date"), null=True, blank=True)
    file = models.FileField(
        _("file"),
        upload_to=upload_path,
        blank=True,
        max_length=200,
        help_text=_("PDF, Word, Excel, PowerPoint (without macros), JPEG or PNG, at most 20 MB."),
    )
    address = models.URLField(_("or a link to another site"), blank=True)
    filename = models.CharField(max_length=200, blank=True, editable=False)
    media_type = models.CharField(max_length=100, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True, editable=False)
    pages = models.PositiveIntegerField(_("pages"), null=True, editable=False)

    record_options = RecordOptions(
        read_from_file=("media_type", "size", "pages"),
        merged_together=(("file", "filename", "media_type", "size", "pages"),),
    )

    #: The uploaded file that the fields above were read from.
    _read: File | None = None
    #: The file that the row points to in the database.
    _stored = ""

    class Meta:
        abstract = True
        ordering = [models.F("dated").desc(nulls_last=True), "language", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(file="") & ~models.Q(address=""))
                | (~models.Q(file="") & models.Q(address="")),
                name="%(class)s_file_or_address",
                violation_error_message=_("Give a file, or an address elsewhere, and not both."),
            )
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, [self.get_language_display(), str(self.dated or "")]))

    def save(self, *args, **kwargs) -> None:
        is_new_file = self.has_new_file
        self._read_details()
        try:
            super().save(*args, **kwargs)
        except BaseException:
            if is_new_file and self.file._committed:
                self.file.storage.delete(self.file.name)
            raise
        if is_new_file:
            cleanup.on_file_saved(self.file.name)
        if self._stored and self._stored != self.file.name:
            cleanup.on_file_replaced(self._stored)
        self._stored = self.file.name or ""

    def clean(self) -> None:
        super().clean()
        if bool(self.file) == bool(self.address):
            raise ValidationError(_("Give a file, or an address elsewhere, and not both."))
        self._read_details()

    def _read_details(self) -> None:
        if self.has_new_file:
            self.read_file()
        elif not self.file:
            self.media_type, self.size, self.pages, self.filename = "", None, None, ""

    @classmethod
    def from_db(cls, db, field_names, values):
        instance = super().from_db(db, field_names, values)
        if "file" in field_names:
            instance._stored = instance.file.name
        return instance

    @property
    def has_new_file(self) -> bool:
        return bool(self.file) and not self.file._committed

    def read_file(self) -> None:
        """Take size, type and pages from the uploaded file; raises ValidationError if it is refused."""
        if self.file.file is self._read:
            return
        try:
            checked = check_file(self.file.file, self.file.name)
        except InvalidFile as error:
            raise ValidationError({"file": error}) from None
        self.file = ContentFile(checked.content, name=self.file.name)
        self.media_type = checked.file_type.media_type
        self.size = self.file.size
        self.pages = checked.pages
        self.filename = PurePath(self.file.name).name[-200:]
        self.file.seek(0)
        self._read = self.file.file

    @property
    def type_and_size(self) -> str:
        """ "PDF, 240 KB": as a list shows it. Empty for an address elsewhere."""
        if not self.media_type:
            return ""
        ending = BY_MEDIA_TYPE[self.media_type].endings[0].removeprefix(".").upper()
        return f"{ending}, {filesizeformat(self.size)}"

    @property
    def display_name(self) -> str:
        """The name under which a visitor saves the file: title, language, date."""
        ending = PurePath(self.file.name).suffix
        parts = [self.name, self.get_language_display(), self.dated.iso if self.dated else ""]
        return f"{cleanup.as_name(' '.join(filter(None, parts)))}{ending}"

    @property
    def public_id(self) -> str:
        """The random name of its file on disk: another file of the same version has another."""
        return PurePath(self.file.name).stem if self.file else ""

    @property
    def owner(self) -> models.Model:
        """The Publishable that it belongs to."""
        return serialization.owner_of(self)

    @property
    def name(self) -> str:
        """What it is called: as its owner, unless it has a title of its own."""
        return str(self.owner)


def file_version_models() -> list[type[FileVersion]]:
    """Every kind of version: there is no registry to fill."""
    return [model for model in apps.get_models() if issubclass(model, FileVersion)]


def unique_per_date(owner: str) -> list[models.UniqueConstraint]:
    """The constraints that an owner has one version of a language and date, and one without a date."""
    return [
        models.UniqueConstraint(
            fields=[owner, "language", "dated"],
            name="%(class)s_once_a_date",
            violation_error_message=_("There is one of this language and date already."),
        ),
        models.UniqueConstraint(
            fields=[owner, "language"],
            condition=models.Q(dated__isnull=True),
            name="%(class)s_once_undated",
            violation_error_message=_("There is one of this language without a date already."),
        ),
    ]


V = TypeVar("V", bound=FileVersion)


def current_versions(versions: Iterable[V]) -> list[V]:
    """The newest version of each language, of versions in their own order."""
    newest: dict[str, V] = {}
    for version in versions:
        newest.setdefault(version.language, version)
    return list(newest.values())


def find_file_version(record: models.Model, data: Snapshot, public_id: str) -> FileVersion | None:
    """The version with this file in a snapshot of a record, such as a draft; in memory."""
    versions = file_versions_of(serialization.build(record, data))
    return next((version for version in versions if version.public_id == public_id), None)


def file_versions_of(record: models.Model) -> list[FileVersion]:
    """The versions among the child rows of a record."""
    return [
        row
        for relation in serialization.child_relations(type(record))
        if issubclass(relation.related_model, FileVersion)
        for row in serialization.children_of(record, relation)
    ]


def rewrite_file_urls(html: str, versions: Iterable[FileVersion], prefix: str) -> str:
    """Point the links of a page to the files of these versions below another address, for previews."""
    for version in versions:
        if version.file:
            html = re.sub(
                rf'href="[^"]*/files/{version.pk}/[^"]*"', f'href="{prefix}{version.public_id}/"', html
            )
    return html
