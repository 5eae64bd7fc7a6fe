"""The line under the title of a form: sentences about the status of a record."""

import datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from iomlaos.publishing.dates import VIENTIANE, format_short_day, format_when, local_date
from iomlaos.publishing.models import Publishable, Revision, Submission
from iomlaos.publishing.status import Waiting, name_of


class StatusLine:
    """What a record is to visitors and since when; what waits beside it, and whose that is."""

    def __init__(self, record: Publishable, waiting: Waiting, at: datetime.datetime, user: Any) -> None:
        self.record, self.waiting, self.at, self.user = record, waiting, at, user
        self.name, _label = record.public_status(at)

    @property
    def sentences(self) -> list[tuple[str, bool]]:
        """Each with whether it is marked: it says what is not public."""
        if self.name == "draft":
            submitted = self._submitted()
            found = [(submitted or _("Not public yet."), True), ("" if submitted else self._saved(), False)]
        elif self.name == "scheduled":
            found = [(_("Goes public %(moment)s.") % {"moment": _moment(self.record.publish_from)}, True)]
        else:
            found = [(self._public(), False)]
        found += [(self._scheduled(), True), (self._draft(), True)]
        return [(words, is_marked) for words, is_marked in found if words]

    def _saved(self) -> str:
        save = self.waiting.last_save
        return _("Saved %(when)s by %(who)s.") % self._who_and_when(save) if save else ""

    def _submitted(self) -> str:
        submission = self.waiting.submission
        if submission is None or submission.returned_at:
            return ""
        return _("Submitted by %(who)s, %(when)s.") % self._who_and_when(submission)

    def _who_and_when(self, row: Revision | Submission) -> dict[str, str]:
        return {"who": name_of(row, self.user), "when": format_when(row.at, self.at)}

    def _public(self) -> str:
        until = self.record.publish_until
        if self.name == "withdrawn":
            return self._withdrawn()
        if self.name == "ended":
            return _("Taken down on %(moment)s.") % {"moment": _moment(until)}
        words = self.record.describe_status(self.at) or self._live_since()
        if until:
            words += " " + _("It is taken down on %(moment)s.") % {"moment": _moment(until)}
        return words

    def _live_since(self) -> str:
        """Since somebody, or the clock, last published it."""
        event = self._last(Revision.Event.PUBLISHED)
        known = [moment for moment in (event and event.at, self.record.publish_from) if moment]
        since = max(known, default=self.record.created_at)
        return _("Live since %(day)s.") % {"day": formats.date_format(since.astimezone(VIENTIANE), "j F Y")}

    def _withdrawn(self) -> str:
        words, values = _("Withdrawn: %(reason)s"), {"reason": self.record.withdrawal_reason}
        if event := self._last(Revision.Event.WITHDRAWN):
            words = _("Withdrawn on %(day)s by %(who)s: %(reason)s")
            day = format_short_day(local_date(event.at), local_date(self.at))
            values |= {"day": day, "who": name_of(event, self.user)}
        return words % values

    def _last(self, event: str) -> Revision | None:
        events = Revision.objects.of(self.record).filter(event=event)
        return events.select_related("by").defer("data").first()

    def _scheduled(self) -> str:
        scheduled = self.waiting.scheduled
        if scheduled is None:
            return ""
        values = {"moment": _moment(scheduled.publish_at), "reason": scheduled.failure_reason}
        if scheduled.failure_reason:
            return _("Not published on %(moment)s: %(reason)s") % values
        return _("Changes on %(moment)s.") % values

    def _draft(self) -> str:
        """The draft beside what is public or scheduled."""
        draft, scheduled = self.waiting.draft, self.waiting.scheduled
        if draft is None:
            return ""
        if draft.by_id and draft.by_id == self.user.pk:
            whose = _("Your")
        else:
            whose = _("%(who)s's") % {"who": draft.who} if draft.who else _("A")
        if self.name == "scheduled" or (scheduled and not scheduled.failure_reason):
            return _("%(whose)s later draft is not part of it.") % {"whose": whose}
        values = {"whose": whose, "when": format_when(draft.at, self.at)}
        return self._submitted() or _("%(whose)s draft of %(when)s is not public yet.") % values


def _moment(moment: datetime.datetime) -> str:
    return formats.date_format(moment.astimezone(VIENTIANE), "l j F Y, H:i")
