"""Whether a Lao text is in step with the English one, and what a save makes of it.

Nothing of this is stored with a record. A pair of texts is known or not, wherever it stands: in a draft, in
an earlier version that is restored, in a copy.
"""

import hashlib
from collections.abc import Iterable, Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing.merge import EMPTY, Path, Snapshot, flatten

#: The English and the Lao text, as they are stored.
Pair = tuple[str, str]


class State(models.TextChoices):
    """The worst comes first, as the notice of a page names one alone."""

    OUTDATED = "outdated", _("Outdated")
    AWAITING_REVIEW = "awaiting", _("Awaiting review")
    UNTRANSLATED = "untranslated", _("Not in Lao")
    CURRENT = "current", _("Reviewed")


class Verdict(models.TextChoices):
    """What somebody who saves a form says of its Lao texts."""

    NONE = "", _("Outdated where I changed the English text alone")
    SMALL_CHANGE = "small", _("Small change: they still say the same")
    REVIEWED = "reviewed", _("Reviewed: I read them all, and they say what the English texts say")


def digest(text: str) -> str:
    """As the database computes it in `queries`."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def state_of(pair: Pair, known: Mapping[Pair, bool]) -> State | None:
    """`known` says of each known pair whether it was reviewed. None where there is no English text."""
    english, lao = pair
    if not english:
        return None
    if not lao:
        return State.UNTRANSLATED
    if pair not in known:
        return State.OUTDATED
    return State.CURRENT if known[pair] else State.AWAITING_REVIEW


def worst(states: Iterable[State | None]) -> State | None:
    order, found = list(State), set(states)
    return next((state for state in order if state in found), None)


def pairs_in(snapshot: Snapshot) -> dict[Path, Pair]:
    """The pairs of a record and of its child rows, each by the path of its Lao text."""
    values = flatten(snapshot)
    return {
        (*path[:-1], f"{name}_lo"): (value or "", values[(*path[:-1], f"{name}_lo")] or "")
        for path, value in values.items()
        if (name := path[-1].removesuffix("_en")) != path[-1] and (*path[:-1], f"{name}_lo") in values
    }


def changed_pairs(
    before: Snapshot,
    after: Snapshot,
    known: Mapping[Pair, bool],
    verdict: str = Verdict.NONE,
    public: Snapshot = EMPTY,
) -> dict[Pair, bool]:
    """The pairs that are known once a form is saved and were not, and whether they are reviewed.

    A first translation counts as reviewed: whoever wrote it had both texts before them. A Lao text that
    changes stays what it was, and awaits review if it was outdated. `public` holds what visitors read: a
    draft of it may have been saved before somebody said that its change is small.
    """
    was, published, found = pairs_in(before), pairs_in(public), {}
    for path, pair in pairs_in(after).items():
        old = was.get(path, ("", ""))
        was_reviewed = known.get(old, known.get(published.get(path, old)))
        if not all(pair) or (pair in known and verdict != Verdict.REVIEWED):
            continue
        if verdict == Verdict.REVIEWED or not old[1]:
            found[pair] = True
        elif pair[1] != old[1]:
            found[pair] = bool(was_reviewed)
        elif verdict == Verdict.SMALL_CHANGE and was_reviewed is not None:
            found[pair] = was_reviewed
    return {pair: is_reviewed for pair, is_reviewed in found.items() if is_reviewed > known.get(pair, -1)}
