"""Translations: pairs of an English and a Lao text that say the same."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.merge import EMPTY, Snapshot
from iomlaos.translations.states import Pair, Verdict, changed_pairs, digest, pairs_in


class TranslationQuerySet(models.QuerySet):
    def known(self, pairs: Iterable[Pair]) -> dict[Pair, bool]:
        """Of these pairs those that are known, and whether they were reviewed. One query."""
        digests = {
            (digest(english), digest(lao)): (english, lao) for english, lao in pairs if english and lao
        }
        if not digests:
            return {}
        sources, targets = zip(*digests, strict=True)
        rows = self.filter(source__in={*sources}, target__in={*targets})
        return {
            digests[source, target]: reviewed_at is not None
            for source, target, reviewed_at in rows.values_list("source", "target", "reviewed_at")
            if (source, target) in digests
        }

    def add_unreviewed(self, pairs: Iterable[Pair]) -> None:
        """Record pairs that are not known yet. They await review."""
        self._add(pairs)

    def add_reviewed(self, pairs: Iterable[Pair], *, by: Any, at: datetime.datetime) -> None:
        """Record that somebody says of pairs, whether they are known or not, that they are right."""
        pairs, review = list(pairs), {"reviewed_by": by, "reviewed_at": at}
        self._add(pairs, **review)
        for english, lao in pairs:
            self.filter(source=digest(english), target=digest(lao), reviewed_at=None).update(**review)

    def _add(self, pairs: Iterable[Pair], **values: Any) -> None:
        # In one order: two who write the same pairs never wait for each other.
        digests = sorted({(digest(english), digest(lao)) for english, lao in pairs})
        rows = [self.model(source=source, target=target, **values) for source, target in digests]
        self.bulk_create(rows, ignore_conflicts=True)

    def record_save(
        self,
        before: Snapshot,
        after: Snapshot,
        *,
        by: Any,
        at: datetime.datetime,
        verdict: str = Verdict.NONE,
        public: Snapshot = EMPTY,
    ) -> bool:
        """Record what `changed_pairs` says of a save. Returns whether it says anything."""
        if not verdict and pairs_in(before) == pairs_in(after):
            return False
        pairs = (pair for snapshot in (before, after, public) for pair in pairs_in(snapshot).values())
        found = changed_pairs(before, after, self.known(pairs), verdict, public)
        self.add_unreviewed(pair for pair, is_reviewed in found.items() if not is_reviewed)
        self.add_reviewed((pair for pair, is_reviewed in found.items() if is_reviewed), by=by, at=at)
        return bool(found)


class Translation(models.Model):
    """That a Lao text is a translation of an English one. Both are known by their digests.

    It awaits review until a member of staff says that it is right.
    """

    source = models.CharField(max_length=32)
    target = models.CharField(max_length=32)
    recorded_at = models.DateTimeField(auto_now_add=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = TranslationQuerySet.as_manager()

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        constraints = [models.UniqueConstraint(fields=["source", "target"], name="translation_once")]

    def __str__(self) -> str:
        return f"{self.source}: {self.target}"
