"""Procurement notices with their documents, clarifications and awards."""

import datetime
import uuid
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from careers.models.dated_entry import DatedEntry
from careers.models.document_change import DocumentChange
from careers.models.notice import Notice
from careers.models.notice_queryset import NoticeQuerySet
from iomlaos.delivery.per_language import path_to
from iomlaos.media.models import FileVersion
from iomlaos.publishing.dates import format_deadline
from iomlaos.publishing.merge import Snapshot
from iomlaos.publishing.models import starts_after
from iomlaos.publishing.serialization import as_queryset, snapshot_of

#: ISO 4217
validate_currency = RegexValidator(
    r"^[A-Z]{3}\Z", _("Write the three letters of the currency: USD, LAK or EUR.")
)


class ProcurementNoticeQuerySet(NoticeQuerySet):
    def awarded(self, at: datetime.datetime) -> Self:
        return self.closed(at).filter(outcome=Notice.Outcome.AWARDED)


class ProcurementNotice(Notice):
    """A tender: goods, works or services that the office seeks to buy."""

    class Method(models.TextChoices):
        RFQ = "rfq", _("Request for quotation (RFQ)")
        ITB = "itb", _("Invitation to bid (ITB)")
        RFP = "rfp", _("Request for proposal (RFP)")
        EOI = "eoi", _("Call for expressions of interest (EOI)")

    METHOD_EXPLANATIONS = {
        Method.RFQ: _(
            "We ask for prices of goods or services that we describe exactly. We usually take the lowest "
            "offer that meets the description."
        ),
        Method.ITB: _(
            "Sealed bids for works, goods or services that we describe exactly. We usually take the lowest "
            "bid that meets every requirement."
        ),
        Method.RFP: _(
            "We describe what we need. Bidders propose how they would do it and at what price. We weigh both."
        ),
        Method.EOI: _(
            "Companies tell us that they are interested and able. We buy nothing yet, and may invite the "
            "suitable ones to bid later."
        ),
    }

    record_options = Notice.record_options.extend(
        children=("documents", "clarifications", "awards", "amendments"),
        not_copied=("clarifications_until", "pre_bid_at"),
    )
    list_url_name = "careers:procurement_list"
    LISTED = (*Notice.LISTED, "method")
    OUTCOMES = tuple(outcome for outcome in Notice.Outcome if outcome != Notice.Outcome.FILLED)
    MILESTONES = ("clarifications_until", "pre_bid_at")
    DATED_ENTRIES = ("amendments", "clarifications")
    CHANGES = (*Notice.CHANGES, "document_changes")
    RESERVED_SLUGS = ("closed", "awards", "files")
    closed_message = _("We no longer accept offers.")
    deadline_label = _("Submit by")
    apply_heading = _("How to submit an offer")

    method = models.CharField(_("method"), max_length=8, choices=Method, blank=True)
    clarifications_until = models.DateTimeField(
        _("questions until"),
        null=True,
        blank=True,
        help_text=_("Vientiane time. Commonly three days before the deadline."),
    )
    pre_bid_at = models.DateTimeField(
        _("pre-bid meeting"), null=True, blank=True, help_text=_("Vientiane time.")
    )
    pre_bid_place = models.CharField(_("place of the meeting"), max_length=200, blank=True)
    currency = models.CharField(
        _("currency of offers"),
        max_length=3,
        blank=True,
        validators=[validate_currency],
        help_text=_("For instance USD, LAK or EUR."),
    )
    delivery_place = models.CharField(_("place of delivery"), max_length=200, blank=True)

    objects = ProcurementNoticeQuerySet.as_manager()

    class Meta(Notice.Meta):
        verbose_name = _("tender")
        verbose_name_plural = _("tenders")

    def get_absolute_url(self) -> str:
        return path_to("careers:procurement_detail", self.slug)

    def clean(self) -> None:
        super().clean()
        if not self.closes_at or not self.is_open(timezone.now()):
            # What was closed early keeps milestones that lie after its closing.
            return
        for name in self.MILESTONES:
            moment = getattr(self, name)
            if moment and moment > self.closes_at:
                message = _("This is after the closing. Let it be earlier, or the closing later.")
                raise ValidationError({name: message})

    def preview_changes(self, before: Self, at: datetime.datetime) -> None:
        super().preview_changes(before, at)
        relation = self._meta.get_field("document_changes")
        rows = [*before.document_changes.all()]
        if before.is_announced(at):
            rows += self._document_changes(snapshot_of(before), at)
        self._prefetched_objects_cache["document_changes"] = as_queryset(self, relation, rows)

    def record_child_changes(self, before: Snapshot, at: datetime.datetime) -> None:
        """Record which documents changed, where bidders have seen the tender."""
        super().record_child_changes(before, at)
        was_draft = before["fields"]["state"] == self.State.DRAFT or starts_after(before, at)
        if not was_draft:
            DocumentChange.objects.bulk_create(self._document_changes(before, at))

    def _document_changes(self, before: Snapshot, at: datetime.datetime) -> list[DocumentChange]:
        """What differs from the documents of a snapshot, not saved."""
        kinds, former = DocumentChange.Kind, dict(before["owned"].get("documents", {}))
        found = []
        for document in self.documents.all():
            values = former.pop(str(document.pk), None)
            if values is None:
                found.append((kinds.ADDED, document.title_en, document.title_lo))
            elif (values["file"] or "", values["address"] or "") != (str(document.file), document.address):
                found.append((kinds.REPLACED, document.title_en, document.title_lo))
        found += [(kinds.REMOVED, values["title_en"], values["title_lo"]) for values in former.values()]
        return [
            DocumentChange(notice=self, kind=kind, title_en=english, title_lo=lao, changed_at=at)
            for kind, english, lao in found
        ]

    def publishing_warnings(self, before: Self | None, at: datetime.datetime) -> list:
        """Also an outcome that names no supplier."""
        warnings = super().publishing_warnings(before, at)
        if self.outcome == self.Outcome.AWARDED and not self.awards.all():
            warnings.append(("outcome", _("It is awarded, and names no supplier: add the award.")))
        return warnings

    @property
    def summary(self) -> list[str]:
        """What stands beside the title in a list."""
        return [*filter(None, [self.get_method_display(), self.reference])]

    @property
    def has_text(self) -> bool:
        return super().has_text or bool(self.documents.all())

    @property
    def method_explanation(self) -> str:
        return str(self.METHOD_EXPLANATIONS[self.method]) if self.method else ""

    @property
    def questions_deadline(self) -> str:
        """The end of questions as text; empty where none is given."""
        return format_deadline(self.clarifications_until) if self.clarifications_until else ""

    @property
    def pre_bid_meeting(self) -> str:
        """The moment of the meeting as text; empty where there is none."""
        return format_deadline(self.pre_bid_at) if self.pre_bid_at else ""

    @property
    def answered_questions(self) -> list["Clarification"]:
        """In the order of the answers. Load them with `with_history`."""
        return [clarification for clarification in self.clarifications.all() if clarification.is_complete]

    def takes_questions(self, at: datetime.datetime) -> bool:
        """Whether bidders may still ask: until `clarifications_until`, else until it closes."""
        return at < min(filter(None, [self.clarifications_until, self.closes_at]))


class ProcurementDocument(FileVersion):
    """A document that bidders need: a file, or a link."""

    notice = models.ForeignKey(
        ProcurementNotice, models.CASCADE, related_name="documents", verbose_name=_("tender")
    )
    title = models.CharField(_("title"), max_length=160)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(FileVersion.Meta):
        verbose_name = _("document for bidders")
        verbose_name_plural = _("documents for bidders")
        ordering = ["position", "title_en", *FileVersion.Meta.ordering]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.address or path_to("procurement_document", self.pk, self.display_name)


class Clarification(DatedEntry):
    """A bidder's question and the answer, published for everyone without names."""

    TEXT_FIELDS = ("question", "answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(
        ProcurementNotice, models.CASCADE, related_name="clarifications", verbose_name=_("tender")
    )
    question = models.TextField(_("question"), help_text=_("Everyone reads it: leave out who asked."))
    answer = models.TextField(_("answer"), blank=True, help_text=_("Nothing is shown until it is answered."))

    class Meta:
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")
        ordering = [models.F("first_published_at").asc(nulls_last=True), "id"]

    def __str__(self) -> str:
        return self.question[:80]

    @property
    def is_complete(self) -> bool:
        return bool(self.answer)


class Award(models.Model):
    """The supplier of a notice, or of one lot of it. Public once the outcome says awarded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(
        ProcurementNotice, models.CASCADE, related_name="awards", verbose_name=_("tender")
    )
    lot = models.CharField(_("lot"), max_length=120, blank=True, help_text=_("Only if there are several."))
    supplier = models.CharField(_("supplier"), max_length=200)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[validate_currency])
    awarded_on = models.DateField(_("awarded on"), null=True, blank=True)

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["lot", "supplier", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | ~models.Q(currency=""),
                name="award_value_has_a_currency",
                violation_error_message=_("A value needs its currency."),
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(value__gte=0),
                name="award_value_is_not_negative",
                violation_error_message=_("A value is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, [self.lot, self.supplier]))
