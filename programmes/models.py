"""The office's work, and who makes it possible."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.office.models import Place, SlugQuerySet
from iomlaos.publishing.dates import PartialDate, PartialDateField, not_before
from iomlaos.publishing.editions import Edition, current, once_a_date
from iomlaos.publishing.models import Publishable, PublishableQuerySet
from iomlaos.publishing.richtext import RichTextField


class ShownThroughOwners(SlugQuerySet):
    """Donors and counterparts: public while a live programme or project names them."""

    def shown(self, at: datetime.datetime) -> Self:
        return self.filter(
            models.Exists(Programme.objects.live(at).filter(**{self.owner_field: models.OuterRef("pk")}))
            | models.Exists(Project.objects.live(at).filter(**{self.project_field: models.OuterRef("pk")}))
        )

    def with_work(self, at: datetime.datetime) -> Self:
        """With the live programmes and projects that name them, loaded along."""
        return self.prefetch_related(
            models.Prefetch("programmes", Programme.objects.live(at)),
            models.Prefetch("projects", Project.objects.live(at).by_date().with_programme(at)),
        )


class DonorQuerySet(ShownThroughOwners):
    owner_field = project_field = "donors"


class Donor(models.Model):
    """Who pays for programmes and projects."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("Governments")
        MULTILATERAL = "multilateral", _("Multilateral")
        FUND = "fund", _("Funds")
        OTHER = "other", _("Other")

    slug = models.SlugField(
        _("address"), max_length=80, unique=True, help_text=_("The last part of the address of its page.")
    )
    name = models.CharField(_("name"), max_length=160, help_text=_("In full, as the donor writes it."))
    abbreviation = models.CharField(_("abbreviation"), max_length=20, blank=True)
    parent = models.CharField(
        _("part of"),
        max_length=160,
        blank=True,
        help_text=_(
            "The body that it belongs to, written before its name: United States Department of State."
        ),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)

    objects = DonorQuerySet.as_manager()

    class Meta:
        verbose_name = _("donor")
        verbose_name_plural = _("donors")
        ordering = ["name_en"]
        constraints = [
            models.UniqueConstraint(
                Lower("name_en"),
                name="donor_name_once",
                violation_error_message=_("There is a donor of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    def get_absolute_url(self) -> str:
        return reverse("programmes:donor_detail", args=[self.slug])

    @property
    def full_name(self) -> str:
        """Parent, name and abbreviation in one line."""
        whole = f"{self.parent}, {self.name}" if self.parent else self.name
        return f"{whole} ({self.abbreviation})" if self.abbreviation else whole

    @property
    def sort_key(self) -> str:
        """Alphabetical order does not count the article."""
        return (self.parent or self.name).removeprefix("The ").casefold() + self.name.casefold()

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    @property
    def work(self) -> "list[Programme | Project]":
        """What it supports, from what is loaded: programmes, then projects."""
        return [*self.programmes.all(), *self.projects.all()]

    @classmethod
    def by_kind(cls, donors: Iterable["Donor"]) -> list[tuple["Donor.Kind", list["Donor"]]]:
        """Donors in their groups, each in alphabetical order; groups without a donor are left out."""
        rows = sorted(donors, key=lambda donor: donor.sort_key)
        groups = [(kind, [row for row in rows if row.kind == kind]) for kind in cls.Kind]
        return [(kind, members) for kind, members in groups if members]


class CounterpartQuerySet(ShownThroughOwners):
    owner_field, project_field = "counterparts", "partners"


class Counterpart(models.Model):
    """A body of the Government, or another partner, that the office works with."""

    class Kind(models.TextChoices):
        MINISTRY = "ministry", _("Ministry")
        DEPARTMENT = "department", _("Department")
        AGENCY = "agency", _("Government office")
        MASS_ORGANIZATION = "mass-organization", _("Mass organization")
        OTHER = "other", _("Other")

    slug = models.SlugField(_("key"), max_length=80, unique=True, help_text=_("Small letters and hyphens."))
    name = models.CharField(_("name"), max_length=160)
    abbreviation = models.CharField(_("abbreviation"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    is_of_office = models.BooleanField(
        _("counterpart of the office"),
        default=False,
        help_text=_("Named on the about page among those whom the office as a whole works with."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("On the about page."))

    objects = CounterpartQuerySet.as_manager()

    class Meta:
        verbose_name = _("counterpart")
        verbose_name_plural = _("counterparts")
        ordering = ["order", "name_en"]
        constraints = [
            models.UniqueConstraint(
                Lower("name_en"),
                name="counterpart_name_once",
                violation_error_message=_("There is a counterpart of this name already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.abbreviation})" if self.abbreviation else self.name

    @property
    def stands_on(self) -> list[str]:
        """Where it is shown whatever refers to it."""
        return [_("the about page")] if self.is_of_office else []

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class Programme(Publishable):
    """One of the lines of work under "Migration Management"."""

    OWNS = ("figures",)

    title = models.CharField(_("title"), max_length=120)
    summary = models.TextField(
        _("summary"), help_text=_("One or two sentences: under the title, in lists and in search results.")
    )
    body = RichTextField(_("text"), help_text=_("Why it matters, what is done. Use headings of level 2."))
    since = PartialDateField(_("since"), null=True, blank=True, help_text=_("The year, if it is known."))
    since_what = models.CharField(
        _("since then"),
        max_length=200,
        blank=True,
        help_text=_("What began then: “with the Ministry of Health”."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("In lists of programmes."))
    donors = models.ManyToManyField(Donor, blank=True, related_name="programmes", verbose_name=_("donors"))
    counterparts = models.ManyToManyField(
        Counterpart, blank=True, related_name="programmes", verbose_name=_("counterparts")
    )
    places = models.ManyToManyField(Place, blank=True, related_name="programmes", verbose_name=_("places"))

    class Meta(Publishable.Meta):
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["order", "title_en"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programmes:programme_detail", args=[self.slug])

    @property
    def headline_figure(self) -> "Figure | None":
        """The figure that speaks for the programme in a list, from those that are loaded."""
        return next((figure for figure in self.figures.all() if figure.is_headline), None)


class ProjectQuerySet(PublishableQuerySet):
    def by_date(self) -> Self:
        """The latest start first; those without a known start last."""
        return self.order_by(models.F("starts").desc(nulls_last=True), "title_en")

    def with_programme(self, at: datetime.datetime) -> Self:
        """With the programme, where that is live; a template finds none where it is not."""
        return self.prefetch_related(models.Prefetch("programme", Programme.objects.live(at)))


class Project(Publishable):
    """A piece of work with its own donors, partners and dates, as exactly as they are known."""

    title = models.CharField(_("title"), max_length=200)
    acronym = models.CharField(_("acronym"), max_length=20, blank=True)
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="projects", verbose_name=_("programme")
    )
    summary = models.TextField(_("summary"), help_text=_("One or two sentences."))
    body = RichTextField(_("text"), blank=True)
    starts = PartialDateField(
        _("start"), null=True, blank=True, help_text=_("A year, a month or a day. Leave empty if unknown.")
    )
    ends = PartialDateField(
        _("end"), null=True, blank=True, help_text=_("A year, a month or a day. Leave empty if unknown.")
    )
    dates_note = models.CharField(
        _("note on the dates"), max_length=200, blank=True, help_text=_("What the two dates cannot say.")
    )
    donors = models.ManyToManyField(
        Donor,
        blank=True,
        related_name="projects",
        verbose_name=_("donors"),
        help_text=_("Only those known to have paid for this very project."),
    )
    partners = models.ManyToManyField(
        Counterpart, blank=True, related_name="projects", verbose_name=_("implementing partners")
    )
    places = models.ManyToManyField(Place, blank=True, related_name="projects", verbose_name=_("places"))
    role = models.CharField(_("IOM's role"), max_length=120, blank=True)
    iati_identifier = models.CharField(_("IATI activity identifier"), max_length=80, blank=True)
    budget = models.DecimalField(_("budget"), max_digits=14, decimal_places=2, null=True, blank=True)
    budget_currency = models.CharField(
        _("currency of the budget"), max_length=3, blank=True, help_text=_("Its three letters: USD.")
    )

    objects = ProjectQuerySet.as_manager()

    class Meta(Publishable.Meta):
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["title_en"]
        constraints = [
            *Publishable.Meta.constraints,
            not_before("ends", "starts", "project_ends_after_start", _("The end is before the start.")),
            models.CheckConstraint(
                condition=models.Q(budget__isnull=True) | ~models.Q(budget_currency=""),
                name="project_budget_has_currency",
                violation_error_message=_("Give the currency of the budget."),
            ),
        ]

    def __str__(self) -> str:
        return self.acronym or self.title

    def get_absolute_url(self) -> str:
        return reverse("programmes:project_detail", args=[self.slug])

    def clean(self) -> None:
        super().clean()
        if isinstance(self.starts, PartialDate) and isinstance(self.ends, PartialDate):
            length = min(len(self.starts.iso), len(self.ends.iso))
            if self.ends.iso[:length] < self.starts.iso[:length]:
                raise ValidationError({"ends": _("The end is before the start.")})

    @property
    def full_title(self) -> str:
        return f"{self.title} ({self.acronym})" if self.acronym else self.title

    @property
    def period(self) -> str:
        """The dates in words, no more exact than they are known. Empty where none is."""
        if self.starts and self.ends:
            if self.starts == self.ends:
                return str(self.starts)
            within_a_year = self.starts.year == self.ends.year and self.starts.month and self.ends.month
            if within_a_year and not self.starts.day:
                start = str(self.starts).removesuffix(f" {self.starts.year}")
                return gettext("%(start)s to %(end)s") % {"start": start, "end": self.ends}
            return gettext("%(start)s to %(end)s") % {"start": self.starts, "end": self.ends}
        if self.starts:
            return gettext("from %(start)s") % {"start": self.starts}
        if self.ends:
            return gettext("until %(end)s") % {"end": self.ends}
        return ""


class FigureQuerySet(models.QuerySet):
    def without_caption_or_date(self) -> Self:
        return self.filter(~models.Q(caption_en__gt="") | models.Q(as_of=None))

    def shown(self, at: datetime.datetime) -> Self:
        """Those of live programmes, and of the country."""
        return self.filter(models.Q(programme=None) | models.Q(programme__in=Programme.objects.live(at)))


class Figure(models.Model):
    """A number with what it counts. Without a programme it is a fact of the country."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(
        Programme,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="figures",
        verbose_name=_("programme"),
        help_text=_("Leave empty for a figure of the country: it stands on the home page."),
    )
    value = models.CharField(
        _("value"), max_length=40, help_text=_("As it is written: 11,097 or 7.3 million.")
    )
    caption = models.CharField(
        _("what it counts"),
        max_length=200,
        blank=True,
        help_text=_("While this is empty, the page says that the caption awaits confirmation."),
    )
    as_of = PartialDateField(
        _("as of"), null=True, blank=True, help_text=_("The date of the number, if known.")
    )
    source = models.CharField(_("source"), max_length=200, blank=True, help_text=_("Who says so, if known."))
    is_headline = models.BooleanField(
        _("speaks for the programme"),
        default=False,
        help_text=_("Shown beside the programme in lists. One a programme."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["programme", "order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=models.Q(is_headline=True),
                name="figure_one_headline_a_programme",
                violation_error_message=_("Another figure speaks for this programme already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.caption}".strip()


class DocumentQuerySet(PublishableQuerySet):
    def with_editions(self, at: datetime.datetime) -> Self:
        """With editions, and with the programme where that is live."""
        return self.prefetch_related("editions", models.Prefetch("programme", Programme.objects.live(at)))

    def on_request(self) -> Self:
        """Those without a file or an address."""
        return self.filter(editions__isnull=True)

    def in_order(self) -> Self:
        """By programme, those of no programme last."""
        return self.order_by(
            models.F("programme__order").asc(nulls_last=True), "programme", "order", "title_en"
        )


class Document(Publishable):
    """A factsheet, an infosheet, a report or a tool. Without an edition it is "on request"."""

    shows_changes = False
    OWNS = ("editions",)

    class Kind(models.TextChoices):
        FACTSHEET = "factsheet", _("Factsheet")
        INFOSHEET = "infosheet", _("Infosheet")
        REPORT = "report", _("Report")
        TOOL = "tool", _("Tool")

    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    summary = models.TextField(_("summary"), blank=True, help_text=_("What it covers, in a sentence."))
    staff_note = models.CharField(
        _("note for staff"),
        max_length=300,
        blank=True,
        help_text=_("An open question. Only staff see it. It is in the work list until you empty it."),
    )
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name=_("programme"),
    )
    projects = models.ManyToManyField(
        Project, blank=True, related_name="documents", verbose_name=_("projects")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("Within its programme."))

    objects = DocumentQuerySet.as_manager()

    class Meta(Publishable.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["order", "title_en"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('programmes:document_list')}#{self.slug}"

    @classmethod
    def in_sitemap(cls, at: datetime.datetime) -> models.QuerySet:
        """Documents are rows of a list, not pages of their own."""
        return cls.objects.none()

    @classmethod
    def kinds(cls, documents: DocumentQuerySet) -> list["Document.Kind"]:
        """The kinds that these documents are of."""
        found = set(documents.order_by().values_list("kind", flat=True).distinct())
        return [kind for kind in cls.Kind if kind in found]

    @property
    def current_editions(self) -> list["DocumentEdition"]:
        """The newest edition of each language, from those that are loaded."""
        return current(self.editions.all())


class DocumentEdition(Edition):
    """A document in one language and of one date."""

    document = models.ForeignKey(
        Document, models.CASCADE, related_name="editions", verbose_name=_("document")
    )

    class Meta(Edition.Meta):
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [*Edition.Meta.constraints, *once_a_date("document")]

    @property
    def owner(self) -> Document:
        return self.document

    def get_absolute_url(self) -> str:
        return self.address or reverse("programmes:document_file", args=[self.pk, self.readable_name])
