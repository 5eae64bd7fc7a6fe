"""Images in rich text: stored in a few widths, and public while something public shows them.

A text names an image by its key (`richtext.images.render_figure`). `ImageReference` records which rows do,
so that finding who shows an image reads these rows alone.
"""

import datetime
import re
import uuid
from collections.abc import Iterable
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models.functions import Cast, Now
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iomlaos.media import cleanup
from iomlaos.media.renditions import RenditionSize
from iomlaos.media.richtext import RichTextField
from iomlaos.media.richtext.images import IMAGES_URL, KEY_PATTERN, image_ids, render_figure
from iomlaos.publishing.models import Revision
from iomlaos.publishing.serialization import content_fields

#: An image that no text shows is kept for this long: it may be meant for a later text.
UNUSED_KEPT_FOR = datetime.timedelta(days=30)


class ImageQuerySet(models.QuerySet):
    def add(self, image: "Image", sizes: list[RenditionSize]) -> None:
        """Store a new image with its renditions."""
        image.width, image.height = sizes[-1].width, sizes[-1].height
        with transaction.atomic():
            image.save(force_insert=True)
            for size in sizes:
                path = f"{Rendition._meta.label_lower}/{uuid.uuid4().hex}.webp"
                try:
                    path = default_storage.save(path, ContentFile(size.content))
                    image.renditions.create(file=path, width=size.width, bytes=len(size.content))
                except BaseException:
                    default_storage.delete(path)
                    raise
                cleanup.on_file_saved(path)

    def by_key(self, key: str) -> Self:
        if found := re.fullmatch(KEY_PATTERN, key):
            return self.filter(pk=found["id"], width=found["width"], height=found["height"])
        return self.none()

    def unused(self, before: datetime.datetime) -> Self:
        """Added before this moment, and shown by no text, draft or earlier revision."""
        return self.filter(created_at__lt=before).exclude(pk__in=referenced_images())


class Image(models.Model):
    """An image for texts. Each text has its own alternative text and caption for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alternative_text = models.CharField(
        _("what it shows"),
        max_length=300,
        help_text=_(
            "A sentence for those who cannot see it: “A health worker weighs a child in a village school.” "
            "Not the name of the file."
        ),
    )
    caption = models.CharField(
        _("caption"), max_length=300, blank=True, help_text=_("What stands below it. May be empty.")
    )
    photographer = models.CharField(
        _("who took it"),
        max_length=150,
        blank=True,
        help_text=_("As it is to be named below the picture: “IOM 2026”. May be empty."),
    )
    width = models.PositiveSmallIntegerField(editable=False)
    height = models.PositiveSmallIntegerField(editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("added"), default=timezone.now, db_default=Now(), editable=False)

    objects = ImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.alternative_text

    @property
    def key(self) -> str:
        return f"{self.pk.hex}-{self.width}x{self.height}"

    @property
    def figure(self) -> str:
        """The HTML by which a text shows it."""
        return render_figure(self.key, self.alternative_text, self.caption, self.photographer)

    def is_awaited(self) -> bool:
        """Whether a text or an open draft shows it."""
        waiting = Revision.objects.waiting().containing(f"{IMAGES_URL}{self.pk.hex}")
        return self.references.exists() or waiting.exists()

    def users(self) -> list[models.Model]:
        """The rows whose texts show it."""
        by_model = _keys_by_model(self.references.all())
        return [row for model, keys in by_model.items() for row in model._base_manager.filter(pk__in=keys)]


class Rendition(models.Model):
    """The file of an image in one width."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(Image, models.CASCADE, related_name="renditions")
    width = models.PositiveSmallIntegerField()
    file = models.FileField(max_length=200)
    bytes = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("rendition of a picture")
        verbose_name_plural = _("renditions of pictures")
        ordering = ["width"]
        constraints = [models.UniqueConstraint(fields=["image", "width"], name="rendition_once_a_width")]

    def __str__(self) -> str:
        return f"{self.image_id}: {self.width}"


class ImageReference(models.Model):
    """A row whose texts show an image, as of its last save."""

    is_content = False

    image = models.ForeignKey(Image, models.CASCADE, related_name="references")
    model = models.CharField(max_length=80)
    object_key = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("reference to a picture")
        verbose_name_plural = _("references to pictures")
        constraints = [
            models.UniqueConstraint(fields=["image", "model", "object_key"], name="imagereference_once_a_row")
        ]
        indexes = [models.Index(fields=["model", "object_key"], name="imagereference_of_row")]

    def __str__(self) -> str:
        return f"{self.model}: {self.object_key}"


# --- References to images ---------------------------------------------------------------------


def _rich_text_fields(model: type[models.Model]) -> list[RichTextField]:
    return [field for field in content_fields(model) if isinstance(field, RichTextField)]


def _keys_by_model(references: Iterable[ImageReference]) -> dict[type[models.Model], list[str]]:
    found: dict[type[models.Model], list[str]] = {}
    for reference in references:
        found.setdefault(apps.get_model(reference.model), []).append(reference.object_key)
    return found


def find_public_reference(image: Image, at: datetime.datetime) -> models.Model | None:
    """A public row that shows the image in a language of the site. Models without a state are public."""
    languages = (None, *dict(settings.LANGUAGES))
    for model, keys in _keys_by_model(image.references.all()).items():
        rows = model.objects.live(at) if hasattr(model.objects, "live") else model.objects.all()
        names = models.Q()
        for field in _rich_text_fields(model):
            if getattr(field, "language", None) in languages:
                names |= models.Q(**{f"{field.name}__contains": f"{IMAGES_URL}{image.key}"})
        if row := rows.filter(names, pk__in=keys).first():
            return row
    return None


def _update_references(
    instance: models.Model, update_fields: Iterable[str] | None = None, **_kwargs: Any
) -> None:
    """Record which images the texts of a saved row show."""
    texts = _rich_text_fields(type(instance))
    if update_fields is not None and not {field.name for field in texts}.intersection(update_fields):
        return
    named = set().union(*(image_ids(getattr(instance, field.attname)) for field in texts))
    row = {"model": instance._meta.label_lower, "object_key": str(instance.pk)}
    ImageReference.objects.filter(**row).exclude(image__in=named).delete()
    references = [ImageReference(image=image, **row) for image in Image.objects.filter(pk__in=named)]
    ImageReference.objects.bulk_create(references, ignore_conflicts=True)


def _delete_references(instance: models.Model, **_kwargs: Any) -> None:
    ImageReference.objects.filter(model=instance._meta.label_lower, object_key=str(instance.pk)).delete()


def connect_signals() -> None:
    """Keep the references up to date; to be called when all models are loaded."""
    for model in apps.get_models():
        if _rich_text_fields(model):
            name = f"images of {model._meta.label}"
            post_save.connect(_update_references, sender=model, dispatch_uid=name)
            post_delete.connect(_delete_references, sender=model, dispatch_uid=name)


def referenced_images() -> set[uuid.UUID]:
    """The images that any text shows, also in drafts and earlier revisions."""
    found: set[uuid.UUID] = set()
    for model, field in cleanup.fields_of_type(models.TextField, models.JSONField):
        rows = model._base_manager.annotate(_as_text=Cast(field.name, models.TextField()))
        for text in rows.filter(_as_text__contains=IMAGES_URL).values_list("_as_text", flat=True).iterator():
            found |= image_ids(text)
    return found
