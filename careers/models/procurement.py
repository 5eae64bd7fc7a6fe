"""Procurement notices with their documents, clarifications and awards."""

import datetime
import re
import uuid
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from careers.models.dated_entry import DatedEntry
from careers.models.notice import Notice, NoticeQuerySet
from careers.models.notice_event import NoticeEvent
from iomlaos.media.models import FileVersion
from iomlaos.publishing.dates import format_deadline, iso_utc
from iomlaos.publishing.options import RecordOptions


def is_currency(code: str) -> None:
    """Refuse what is no code of ISO 4217 by its form."""
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValidationError(_("Write the three letters of the currency: USD, LAK or EUR."))


class ProcurementNoticeQuerySet(NoticeQuerySet):
    def next_change(self, at: datetime.datetime) -> datetime.datetime | None:
        """As for every notice, and when the time for questions ends or bidders meet."""
        ahead = {
            name: models.Min(name, filter=models.Q(**{f"{name}__gt": at}))
            for name in ("clarifications_until", "pre_bid_at")
        }
        moments = [super().next_change(at), *self.live(at).order_by().aggregate(**ahead).values()]
        return min(filter(None, moments), default=None)

    def with_history(self) -> Self:
        return super().with_history().prefetch_related("clarifications")

    def awarded(self, at: datetime.datetime) -> Self:
        """Closed, and awarded."""
        return self.closed(at).filter(outcome=Notice.Outcome.AWARDED)


class ProcurementNotice(Notice):
    """Goods, works or services that the office seeks to buy."""

    class Method(models.TextChoices):
        RFQ = "rfq", _("Request for quotation (RFQ)")
        ITB = "itb", _("Invitation to bid (ITB)")
        RFP = "rfp", _("Request for proposal (RFP)")
        EOI = "eoi", _("Call for expressions of interest (EOI)")

    #: What each method asks of a bidder, in plain words.
    METHODS_EXPLAINED = {
        Method.RFQ: _(
            "The office asks for prices of goods or services that are described exactly. As a "
            "rule the lowest offer that meets the description is taken."
        ),
        Method.ITB: _(
            "Sealed bids for works, goods or services that are described exactly. As a rule the lowest bid "
            "that meets every requirement is taken."
        ),
        Method.RFP: _(
            "The office describes what it needs, and bidders propose how they would do it and at what "
            "price. Both are weighed."
        ),
        Method.EOI: _(
            "Companies say that they are interested and able. Nothing is bought yet; the suitable ones "
            "may be invited to bid later."
        ),
    }

    record_options = Notice.record_options.extend(
        children=("documents", "clarifications", "awards", "amendments"),
        not_copied=("clarifications_until", "pre_bid_at"),
    )
    no_longer_taken = _("Offers are no longer taken.")
    OUTCOMES = (
        Notice.Outcome.UNDER_REVIEW,
        Notice.Outcome.AWARDED,
        Notice.Outcome.CANCELLED,
        Notice.Outcome.READVERTISED,
    )
    TRACED = (*Notice.TRACED, "clarifications_until", "pre_bid_at")
    RESERVED = ("closed", "awards", "files")

    method = models.CharField(_("method"), max_length=8, choices=Method, blank=True)
    clarifications_until = models.DateTimeField(
        _("questions until"),
        null=True,
        blank=True,
        help_text=_("Vientiane time (UTC+7); commonly three days before the closing. Leave empty if none."),
    )
    pre_bid_at = models.DateTimeField(
        _("pre-bid meeting"), null=True, blank=True, help_text=_("Vientiane time (UTC+7).")
    )
    pre_bid_place = models.CharField(_("place of the meeting"), max_length=200, blank=True)
    currency = models.CharField(
        _("currency of offers"),
        max_length=3,
        blank=True,
        validators=[is_currency],
        help_text=_("USD, LAK or EUR, for instance."),
    )
    delivery_place = models.CharField(_("place of delivery"), max_length=200, blank=True)

    objects = ProcurementNoticeQuerySet.as_manager()

    class Meta(Notice.Meta):
        verbose_name = _("procurement notice")
        verbose_name_plural = _("procurement notices")
        ordering = ["-closes_at", "-pk"]

    def get_absolute_url(self) -> str:
        return reverse("careers:procurement_detail", args=[self.slug])

    def clean(self) -> None:
        super().clean()
        if not self.closes_at or not self.is_open(timezone.now()):
            # Its closing, also one before its time, ended whatever was still to come.
            return
        for name in ("clarifications_until", "pre_bid_at"):
            moment = getattr(self, name)
            if moment and moment > self.closes_at:
                words = _("This is after the closing. Let it be earlier, or the closing later.")
                raise ValidationError({name: words})

    @property
    def method_explained(self) -> str:
        return str(self.METHODS_EXPLAINED[self.method]) if self.method else ""

    @property
    def questions_deadline(self) -> str:
        """Until when questions are answered, in words; empty where nothing is said."""
        return format_deadline(self.clarifications_until) if self.clarifications_until else ""

    @property
    def questions_deadline_for_machines(self) -> str:
        return iso_utc(self.clarifications_until) if self.clarifications_until else ""

    @property
    def pre_bid_meeting(self) -> str:
        """When bidders meet, in words; empty where there is no meeting."""
        return format_deadline(self.pre_bid_at) if self.pre_bid_at else ""

    @property
    def pre_bid_for_machines(self) -> str:
        return iso_utc(self.pre_bid_at) if self.pre_bid_at else ""

    def events(self, at: datetime.datetime) -> list[NoticeEvent]:
        answers = [
            NoticeEvent(
                f"clarification:{asked.pk}",
                NoticeEvent.Kind.CLARIFICATION,
                asked.answered_at or at,
                f"{asked.question}\n\n{asked.answer}",
                asked.corrected_at,
            )
            for asked in self.answered_questions
            if asked.answered_at is None or asked.answered_at <= at
        ]
        return sorted([*super().events(at), *answers], key=lambda event: event.updated_at, reverse=True)

    @property
    def answered_questions(self) -> list["Clarification"]:
        """In the order of the answers, from those that are loaded."""
        return [asked for asked in self.clarifications.all() if asked.is_told]

    def takes_questions(self, at: datetime.datetime) -> bool:
        """Whether a bidder may still ask: until the day that the notice gives, else until it closes."""
        return at < min(filter(None, [self.clarifications_until, self.closes_at]))


class ProcurementDocument(FileVersion):
    """A document that bidders need, as a file or at an address elsewhere."""

    notice = models.ForeignKey(
        ProcurementNotice, models.CASCADE, related_name="documents", verbose_name=_("procurement notice")
    )
    title = models.CharField(_("title"), max_length=160)

    class Meta(FileVersion.Meta):
        verbose_name = _("document for bidders")
        verbose_name_plural = _("documents for bidders")
        ordering = ["title_en", *FileVersion.Meta.ordering]

    def __str__(self) -> str:
        return self.title

    @property
    def owner(self) -> ProcurementNotice:
        return self.notice

    @property
    def name(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.address or reverse("careers:procurement_document", args=[self.pk, self.display_name])


class Clarification(DatedEntry):
    """A bidder's question and the office's answer: for everyone, and without names."""

    DATED_BY, WORDS = "answered_at", ("question_en", "question_lo", "answer_en", "answer_lo")
    record_options = RecordOptions(not_content=("answered_at", "corrected_at"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(
        ProcurementNotice, models.CASCADE, related_name="clarifications", verbose_name=_("procurement notice")
    )
    question = models.TextField(
        _("question"), help_text=_("Leave out whatever says who asked: everyone reads it.")
    )
    answer = models.TextField(_("answer"), blank=True, help_text=_("Nothing is shown until it is answered."))
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)

    class Meta:
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")
        ordering = [models.F("answered_at").asc(nulls_last=True), "id"]

    def __str__(self) -> str:
        return self.question[:80]

    @property
    def is_told(self) -> bool:
        return bool(self.answer)


class Award(models.Model):
    """Who won a notice, or one lot of it. It is public once the outcome says awarded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(
        ProcurementNotice, models.CASCADE, related_name="awards", verbose_name=_("procurement notice")
    )
    lot = models.CharField(_("lot"), max_length=120, blank=True, help_text=_("Leave empty if there is one."))
    supplier = models.CharField(_("supplier"), max_length=200)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[is_currency])
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
