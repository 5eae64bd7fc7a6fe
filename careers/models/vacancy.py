"""Vacancies."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from careers.models.application_form import ApplicationForm, FormVersion
from careers.models.notice import Notice
from careers.models.notice_queryset import NoticeQuerySet
from iomlaos.delivery.per_language import path_to
from iomlaos.media.richtext import RichTextField
from iomlaos.office.models import Place


@dataclass(frozen=True)
class GradeScale:
    #: A regular expression of how its grades begin, for Python and for the databases. Letters alone would
    #: also match "None" and "Pending".
    pattern: str
    name: str | Promise
    work: str | Promise
    #: Who may apply, where the notice itself does not say.
    recruits: str | Promise
    #: Whether its people are recruited in the country: it cannot be open to any nationality.
    is_local: bool = False


#: The scales of the United Nations common system, by the letters that a grade begins with.
SCALES = {
    "G": GradeScale(
        "^GS?[- ]?[0-9]",
        _("General Service"),
        _("Support work."),
        _("Staff are recruited locally: nationals of Lao PDR, and residents who may work there."),
        is_local=True,
    ),
    "NO": GradeScale(
        "^NO[- ]?[A-E0-9]([^A-Z0-9]|$)",
        _("National Professional Officer"),
        _("Professional work that needs knowledge of the country."),
        _("For nationals of Lao PDR."),
        is_local=True,
    ),
    "P": GradeScale(
        "^P[- ]?[0-9]",
        _("Professional"),
        _("Professional work."),
        _("Recruited internationally: people of any nationality can apply."),
    ),
    "UG": GradeScale(
        "^(UG([^A-Z]|$)|UNGRADED)",
        _("Ungraded"),
        _("Outside the grades, mostly for a short time."),
        _("The notice says who can apply."),
    ),
}


@lru_cache
def find_scale(grade: str) -> GradeScale | None:
    """The scale that a grade belongs to. A page asks for it ten times."""
    scales = SCALES.values()
    return next((scale for scale in scales if re.match(scale.pattern, grade, re.IGNORECASE)), None)


class VacancyQuerySet(NoticeQuerySet):
    def external(self) -> Self:
        return self.exclude(tier=Vacancy.Tier.INTERNAL_ONLY)

    def internal(self) -> Self:
        """Open to people who already work for IOM, and to nobody else."""
        return self.filter(tier=Vacancy.Tier.INTERNAL_ONLY)

    def for_list(self) -> Self:
        return super().for_list().select_related("duty_station")

    def on_scale(self, letters: str) -> Self:
        """With a grade of one scale: "G", "NO", "P" or "UG", in any case."""
        return self.filter(grade__iregex=SCALES[letters.upper()].pattern)


class Vacancy(Notice):
    """A position that the office seeks to fill."""

    class Contract(models.TextChoices):
        FIXED_TERM = "fixed-term", _("Fixed term")
        SHORT_TERM = "short-term", _("Short term")
        CONSULTANCY = "consultancy", _("Consultancy")
        INTERNSHIP = "internship", _("Internship")
        VOLUNTEER = "volunteer", _("Volunteer assignment")

    class WorkingTime(models.TextChoices):
        FULL_TIME = "full-time", _("Full time")
        PART_TIME = "part-time", _("Part time")

    class Eligibility(models.TextChoices):
        NATIONALS = "nationals", _("Nationals of Lao PDR only")
        RESIDENTS = "residents", _("Nationals of Lao PDR, and residents who may work there")
        ANY = "any", _("People of any nationality")

    class Tier(models.TextChoices):
        """IOM's notices may put candidates within the organization first."""

        INTERNAL_FIRST = "internal-first", _("Internal candidates are considered first")
        INTERNAL_ONLY = "internal-only", _("Internal candidates only")

    record_options = Notice.record_options.extend(
        children=("amendments",), not_copied=("starts", "form_version")
    )
    closed_message = _("We no longer accept applications.")
    list_url_name = "careers:career_list"
    LISTED = (*Notice.LISTED, "grade", "contract", "tier", "duty_station__name")
    #: The parts of the notice, in order.
    SECTIONS = ("context", "responsibilities", "qualifications", "languages", "competencies")
    OUTCOMES = tuple(outcome for outcome in Notice.Outcome if outcome != Notice.Outcome.AWARDED)

    grade = models.CharField(
        _("grade"),
        max_length=10,
        blank=True,
        help_text=_("G1 to G7, NOA to NOE, P1 to P5, or UG for ungraded."),
    )
    duty_station = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="vacancies", verbose_name=_("duty station")
    )
    organizational_unit = models.CharField(_("unit"), max_length=120, blank=True)
    appointment_type = models.CharField(
        _("type of appointment"), max_length=120, blank=True, help_text=_("In the words of the notice.")
    )
    contract = models.CharField(
        _("contract"),
        max_length=16,
        choices=Contract,
        blank=True,
        help_text=_("For filters and search engines."),
    )
    working_time = models.CharField(_("working time"), max_length=16, choices=WorkingTime, blank=True)
    duration = models.CharField(_("duration"), max_length=120, blank=True)
    starts = models.CharField(_("start"), max_length=120, blank=True)
    eligibility = models.CharField(_("who may apply"), max_length=16, choices=Eligibility, blank=True)
    tier = models.CharField(_("internal candidates"), max_length=16, choices=Tier, blank=True)
    context = RichTextField(_("context and supervision"), blank=True)
    responsibilities = RichTextField(_("responsibilities"), blank=True)
    qualifications = RichTextField(_("education and experience"), blank=True)
    languages = RichTextField(_("languages"), blank=True)
    competencies = RichTextField(_("competencies"), blank=True)
    form = models.ForeignKey(
        ApplicationForm,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="vacancies",
        verbose_name=_("application form"),
    )
    form_version = models.ForeignKey(
        FormVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="vacancies",
        verbose_name=_("version of the form"),
        help_text=_("Empty means the current version."),
    )

    objects = VacancyQuerySet.as_manager()

    class Meta(Notice.Meta):
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            *Notice.Meta.indexes,
            # The open list of one duty station, at the cost of its open positions.
            models.Index(
                fields=["duty_station", "closes_at", "id"],
                condition=models.Q(state=Notice.State.PUBLISHED),
                name="vacancy_published_by_station",
            ),
        ]

    def get_absolute_url(self) -> str:
        return path_to("careers:vacancy_detail", self.slug)

    def clean(self) -> None:
        super().clean()
        if self.form_version_id and self.form_version.form_id != self.form_id:
            raise ValidationError({"form_version": _("This is a version of another form.")})

    @property
    def has_text(self) -> bool:
        return super().has_text or bool(self.sections)

    @property
    def form_versions(self) -> list[FormVersion]:
        """The version of the form that it names, else the current ones; see `set_live_forms`."""
        if self.form is None:
            return []
        named = [version for version in self.form.versions.all() if version.pk == self.form_version_id]
        return named or self.form.current_versions

    @property
    def sections(self) -> list[tuple[str, str, str]]:
        """An anchor, a heading and rich text for each part that is written."""
        return [
            (name, capfirst(self._meta.get_field(name).verbose_name), text)
            for name in self.SECTIONS
            if (text := getattr(self, name))
        ]

    @property
    def station_and_unit(self) -> str:
        return " · ".join(filter(None, [str(self.duty_station or ""), self.organizational_unit]))

    @property
    def appointment(self) -> str:
        """Type or contract, working time and duration."""
        kind = self.appointment_type or self.get_contract_display()
        return " · ".join(filter(None, [kind, self.get_working_time_display(), self.duration]))

    @property
    def summary(self) -> list[str]:
        """What stands beside the title in a list."""
        grade, scale = "", self.grade_scale_name
        if self.grade:
            grade = gettext("Grade %(grade)s") % {"grade": self.grade} + (f" ({scale})" if scale else "")
        station, contract = str(self.duty_station or ""), self.get_contract_display()
        return [*filter(None, [grade, station, contract, self.reference])]

    @property
    def is_internal(self) -> bool:
        return self.tier == self.Tier.INTERNAL_ONLY

    @property
    def deadline_label(self) -> Promise | str:
        """It asks nobody to apply where only IOM's own people can."""
        return _("Closes") if self.is_internal else _("Apply by")

    @property
    def apply_heading(self) -> Promise | str:
        return _("How to apply if you work for IOM") if self.is_internal else _("How to apply")

    @property
    def in_sitemap(self) -> bool:
        return not self.is_internal

    @property
    def who_may_apply(self) -> list[str]:
        """What the notice says of it; an internal position never says "people of any nationality"."""
        eligibility = self.get_eligibility_display()
        if not self.is_internal:
            return [*filter(None, [eligibility, self.get_tier_display()])]
        is_narrower = self.eligibility not in ("", self.Eligibility.ANY)
        return [gettext("Only people who already work for IOM"), *([eligibility] if is_narrower else [])]

    @property
    def is_wider_than_grade(self) -> bool:
        """Whether it is open to any nationality, and its grade is for nationals and residents."""
        is_local = self.grade_scale is not None and self.grade_scale.is_local
        return is_local and self.eligibility == self.Eligibility.ANY

    @property
    def grade_explanation(self) -> str:
        """What its scale means. Who may apply is said once: by the notice or, if that does not, here."""
        if self.grade_scale is None:
            return ""
        recruits = "" if self.eligibility or self.is_internal else self.grade_scale.recruits
        return " ".join(filter(None, [str(self.grade_scale.work), str(recruits)]))

    @property
    def grade_scale(self) -> GradeScale | None:
        return find_scale(self.grade)

    @property
    def grade_scale_name(self) -> str:
        return str(self.grade_scale.name) if self.grade_scale else ""
