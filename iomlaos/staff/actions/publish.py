"""The step Publish…: what changes for visitors, what should be looked at, and when."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iomlaos.publishing import drafts, merge, serialization
from iomlaos.publishing.dates import format_deadline
from iomlaos.publishing.diff import FieldChange, SnapshotFormatter
from iomlaos.publishing.merge import EMPTY, Snapshot
from iomlaos.publishing.models import PUBLISHING_FIELDS, Publishable, RecordVersions, Submission
from iomlaos.staff.actions.base import Action
from iomlaos.staff.forms import MomentForm
from iomlaos.staff.notifications.models import Notification
from iomlaos.translations.review import questionable_texts

#: Fields that a visitor does not see: the step does not list them.
NOT_SHOWN = {*PUBLISHING_FIELDS, "review_due", "staff_note"}


class PublishForm(MomentForm):
    NOW, LATER = "now", "later"

    when = forms.ChoiceField(
        label=_("When"),
        choices=[(NOW, _("Now")), (LATER, _("On a date"))],
        initial=NOW,
        widget=forms.RadioSelect,
    )
    anyway = forms.BooleanField(label=_("Publish anyway"), required=False)
    note = forms.CharField(
        label=_("Note about this change (optional, for colleagues)"), max_length=300, required=False
    )
    note_public = forms.BooleanField(
        label=_("Also show this note to visitors, with its date"), required=False
    )
    note_lo = forms.CharField(label=_("Note in Lao"), max_length=300, required=False)
    note_lo.widget.attrs["lang"] = "lo"

    def __init__(self, *args: Any, warnings: list, has_visitor_note: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings = warnings
        self.fields["date"].required = self.fields["hour"].required = False
        if not warnings:
            del self.fields["anyway"]
        if not has_visitor_note:
            del self.fields["note_public"], self.fields["note_lo"]

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("when") != self.LATER:
            # Date and hour of another choice do not count.
            for name in ("date", "hour"):
                self.errors.pop(name, None)
                self.cleaned_data[name] = None
        else:
            for name in ("date", "hour"):
                if self.cleaned_data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Give the date and the hour."))
        cleaned = super().clean()
        if "anyway" in self.fields and not cleaned.get("anyway"):
            self.add_error("anyway", _("Correct what is listed, or tick this box."))
        return cleaned

    @property
    def visitor_note(self) -> dict[str, str] | None:
        cleaned = self.cleaned_data
        if not (cleaned.get("note_public") and cleaned["note"]):
            return None
        return {"en": cleaned["note"]} | ({"lo": cleaned["note_lo"]} if cleaned["note_lo"] else {})


class Publish(Action):
    name = "publish"
    label = _("Publish…")
    tells = Notification.Kind.PUBLISHED
    template = "publish"
    in_menu = False

    @property
    def is_offered(self) -> bool:
        is_waiting = bool(self.versions.draft or self.versions.scheduled)
        return is_waiting or not self.record.is_live(self.at)

    @property
    def built(self) -> Publishable:
        """What would become public, in memory."""
        data = drafts.latest_snapshot(self.versions)
        return serialization.build(self.record, data)

    @property
    def warnings(self) -> list[tuple[str, Any]]:
        is_public = self.versions.current.is_public_at(self.at)
        before = self.versions.current.data if is_public else EMPTY
        after = drafts.latest_snapshot(self.versions)
        questions = questionable_texts(self.model, before, after)
        return [
            *self.built.publishing_warnings(self.record if is_public else None, self.at),
            *((path[1], question) for path, question in questions),
        ]

    def form(self, data: Any = None) -> PublishForm:
        scheduled = self.versions.scheduled
        initial = {"note": self.versions.latest.waiting_note, **self._scheduled_note()}
        is_ahead = scheduled is not None and scheduled.publish_at > self.at
        if is_ahead:
            initial["when"] = PublishForm.LATER
        return PublishForm(
            data,
            initial=initial,
            at=self.at,
            moment=scheduled.publish_at if is_ahead else None,
            warnings=self.warnings,
            has_visitor_note=self.model.shows_changes and self.versions.current.is_public_at(self.at),
        )

    def _scheduled_note(self) -> dict[str, Any]:
        """The note for visitors of what is scheduled, as the form asks for it."""
        scheduled = self.versions.scheduled
        if scheduled is None:
            return {}
        known = scheduled.base.data["fields"]["changelog"] or []
        notes = [note for note in scheduled.data["fields"]["changelog"] or [] if note not in known]
        return (
            {"note": notes[0]["en"], "note_lo": notes[0].get("lo", ""), "note_public": True} if notes else {}
        )

    def context(self) -> dict[str, Any]:
        scheduled = self.versions.scheduled
        return {
            "problems": self._problems(),
            "submission": Submission.objects.of(self.record).waiting().first(),
            "scheduled_for": scheduled and format_deadline(scheduled.publish_at),
            "told": self.told,
            "hints": self.admin.publishing_hints(self.built, self.at),
            **change_summary(self.versions, self.at),
        }

    def _problems(self) -> list[str]:
        """What has to be corrected before it can be published."""
        try:
            drafts.validate_latest(self.versions, self.at)
        except ValidationError as error:
            return error.messages
        return []

    def perform(self, form: PublishForm) -> None:
        note, visitor_note = form.cleaned_data["note"], form.visitor_note
        values = {"by": self.user, "at": self.at, "note": note, "visitor_note": visitor_note}
        if form.cleaned_data["when"] == PublishForm.NOW:
            drafts.publish(self.versions, **values)
            self.done = gettext("Published. Visitors see it now.")
        else:
            drafts.schedule(self.versions, form.moment, **values)
            self.tells, self.moment = Notification.Kind.SCHEDULED, form.moment
            self.done = gettext("Scheduled. It becomes public on %(moment)s.") % {
                "moment": format_deadline(form.moment)
            }


def change_summary(versions: RecordVersions, at: datetime.datetime) -> dict[str, Any]:
    """What changes for visitors, in words."""
    is_public = versions.current.is_public_at(at)
    before = versions.current.data if is_public else EMPTY
    return {
        "is_new": not is_public,
        "changes": list_changes(type(versions.record), before, drafts.latest_snapshot(versions)),
    }


def list_changes(model: type[Publishable], before: Snapshot, after: Snapshot) -> list[FieldChange]:
    differences = [
        each
        for each in merge.differences(before, after)
        if each.path[0] != "fields" or each.path[1] not in NOT_SHOWN
    ]
    formatter = SnapshotFormatter(model)
    changes = [change for change in formatter.changes(differences) if change.before or change.after]
    # Its date changes with every text: last.
    dated = formatter.label(("fields", "information_date"))
    return sorted(changes, key=lambda change: change.label == dated)
