"""NoticeQuerySet: which notices are open, closed, withdrawn, or waiting for staff."""

import datetime
from typing import Self

from django.db import models
from django.db.models.functions import Coalesce

from careers.models.deadline import DAY, FOLLOWED_AFTER_CLOSING, next_text_change
from iomlaos.delivery.next_change import ClockMoments
from iomlaos.publishing.dates import VIENTIANE, local_date
from iomlaos.publishing.models import Publishable, PublishableQuerySet


class NoticeQuerySet(PublishableQuerySet):
    def open(self, at: datetime.datetime) -> Self:
        """Live and not closed; the next to close first."""
        return self.live(at).filter(closes_at__gt=at).order_by("closes_at", "pk")

    def closed(self, at: datetime.datetime) -> Self:
        """Live and closed; the last to close first."""
        return self.live(at).filter(closes_at__lte=at).order_by("-closes_at", "-pk")

    def external(self) -> Self:
        """Open to people who do not work for IOM, as all tenders are."""
        return self

    def withdrawn(self, at: datetime.datetime) -> Self:
        """Withdrawn after visitors could read them; see `Notice.is_withdrawn`."""
        return self.filter(state=Publishable.State.WITHDRAWN, first_published_at__lte=at)

    def newest_first(self) -> Self:
        """Ordered by `Notice.announced_at`."""
        return self.order_by(Coalesce("first_published_at", "publish_from", "created_at").desc(), "-pk")

    def closing_within(self, days: int, at: datetime.datetime) -> Self:
        """With less than this many days of 24 hours left: it changes with the words for the time left."""
        return self.filter(closes_at__lt=at + days * DAY)

    def closing_in(self, year: int) -> Self:
        """Closing on a day of that year in Vientiane."""
        if not datetime.MINYEAR < year < datetime.MAXYEAR:
            return self.none()
        start = datetime.datetime(year, 1, 1, tzinfo=VIENTIANE)
        end = datetime.datetime(year + 1, 1, 1, tzinfo=VIENTIANE)
        # The end of 31 December is stored as the first moment of 1 January.
        return self.filter(closes_at__gt=start, closes_at__lte=end)

    def closing_years(self) -> list[int]:
        """The years of the closing dates in Vientiane, the latest first, asked of the index alone."""
        closings = self.order_by("closes_at").values_list("closes_at", "pk")
        first, last = closings.first(), closings.last()
        if first is None:
            return []
        years = range(local_date(last[0]).year, local_date(first[0]).year - 1, -1)
        exists = {f"in_{year}": models.Exists(self.order_by().closing_in(year)) for year in years}
        row = self.model._base_manager.filter(pk=first[1]).annotate(**exists).values(*exists).get()
        return [year for year in years if row[f"in_{year}"]]

    def without_outcome(self, at: datetime.datetime) -> Self:
        return self.closed(at).filter(outcome="")

    def results_overdue(self, at: datetime.datetime) -> Self:
        """Closed and undecided, past the day by which a result was promised."""
        today = at.astimezone(VIENTIANE).date()
        undecided = self.closed(at).filter(outcome__in=self.model.UNDECIDED_OUTCOMES)
        return undecided.filter(results_expected_by__lt=today)

    def changed_without_reason(self, at: datetime.datetime) -> Self:
        """Live notices whose deadline a command changed without a reason."""
        no_reason = models.Q(deadline_changes__reason_en="") | models.Q(
            deadline_changes__reason_en__isnull=True
        )
        return self.live(at).filter(no_reason, deadline_changes__field="closes_at").distinct()

    def needing_action(self, at: datetime.datetime) -> Self:
        """An outcome, a result or a reason is still to be given."""
        reasons = (self.without_outcome(at), self.results_overdue(at), self.changed_without_reason(at))
        needed = models.Q()
        for notices in reasons:
            needed |= models.Q(pk__in=notices.order_by().values("pk"))
        return self.filter(needed)

    def clock_moments(self, at: datetime.datetime) -> list[ClockMoments]:
        """Also when the text of an open notice changes, a milestone passes, or following one ends."""
        live = self.live(at)
        followed = live.filter(closes_at__lte=at, closes_at__gt=at - FOLLOWED_AFTER_CLOSING)
        return [
            *super().clock_moments(at),
            *(ClockMoments(live.filter(**{f"{name}__gt": at}), name) for name in self.model.MILESTONES),
            ClockMoments(self.open(at), "closes_at", next_text_change, all_count=True),
            ClockMoments(followed, "closes_at", lambda closes_at, at: closes_at + FOLLOWED_AFTER_CLOSING),
        ]

    def for_list(self) -> Self:
        """Load only what a row of a list shows."""
        return self.only(*self.model.LISTED)

    def with_history(self) -> Self:
        """Prefetch what `Notice.events` reads."""
        return self.prefetch_related(*self.model.history_relations())

    def with_readvertised(self, at: datetime.datetime) -> Self:
        """Prefetch the notice that replaces it, if that is live."""
        successors = self.model.objects.live(at)
        return self.prefetch_related(models.Prefetch("readvertised_as", successors))
