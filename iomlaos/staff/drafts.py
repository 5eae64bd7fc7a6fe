"""The change form of a Publishable: every save is a draft, and publishing is a step of its own."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from iomlaos.publishing.drafts import latest_snapshot
from iomlaos.publishing.merge import Snapshot, differences
from iomlaos.publishing.models import PUBLISHING_FIELDS, Publishable, ReviewLink
from iomlaos.publishing.status import status_of, waiting_for
from iomlaos.publishing.status_line import StatusLine
from iomlaos.staff.actions.base import Action
from iomlaos.staff.actions.publish import Publish
from iomlaos.staff.actions.review import DeleteDraft, Return, Submit
from iomlaos.staff.actions.schedule import CancelSchedule, ChangeMoment, TakeDown, Withdraw
from iomlaos.staff.edit_session import EditSession
from iomlaos.staff.forms import PublishableForm

#: The buttons that save and go on: to the step of publishing, of submitting, or to the page that `_then`
#: names. A form that is sent without one is saved as a draft.
PUBLISH, SUBMIT, THEN = "_publish", "_submit", "_then"
#: Pages of the menu that are no actions.
PAGES = ("history", "links", "preview")


class DraftsMixin:
    """A ModelAdmin of a Publishable. What visitors see changes by an action alone, never by a save.

    What they have not seen yet is saved in its row, and else as a draft beside it.
    """

    form = PublishableForm
    #: The actions on a record, each on a page of its own below it, in the order of the menu.
    actions_of_record: tuple[type[Action], ...] = (
        Publish, Submit, Return, ChangeMoment, CancelSchedule, TakeDown, Withdraw, DeleteDraft,
    )  # fmt: skip

    def get_urls(self) -> list:
        return [
            *(
                self.admin_path(f"<path:object_id>/{action.name}/", action.as_view(self), action.name)
                for action in self.actions_of_record
            ),
            *super().get_urls(),
        ]

    def publishing_hints(self, record: Publishable, at: datetime.datetime) -> list[str]:
        """What staff should know before a record in memory becomes public. It hinders nothing."""
        return []

    def adjust_snapshot(self, request: HttpRequest, session: EditSession | None, typed: Snapshot) -> None:
        """What visitors see is changed by actions alone, whatever version the form was filled from."""
        super().adjust_snapshot(request, session, typed)
        if session:
            fields = latest_snapshot(session.versions)["fields"]
            typed["fields"] |= {name: fields[name] for name in PUBLISHING_FIELDS}

    def save_version(self, request: HttpRequest, session: EditSession, data: Snapshot) -> bool:
        """Save a draft, beside the row if visitors have seen that."""
        if session.record.state == Publishable.State.DRAFT:
            return super().save_version(request, session, data)
        versions = session.versions
        latest = versions.latest
        is_same = not differences(session.theirs, data) and latest.data.get("carried") == data.get("carried")
        if is_same and not session.contested:
            return False
        versions.save_draft(data, by=request.user, note=latest.waiting_note)
        return True

    def respond(
        self, request: HttpRequest, session: EditSession | None, record: Publishable, *, is_saved: bool
    ) -> HttpResponse:
        """Go on to the step of the button; else show the form again."""
        if IS_POPUP_VAR in request.POST:
            return super().respond(request, session, record, is_saved=is_saved)
        is_told = self.after_form(request, session, record)
        if page := self._next_page(request):
            return redirect(self.admin_url(page, record))
        if is_saved:
            messages.success(request, gettext("Draft saved. Only staff see it."))
        elif not is_told:
            messages.info(request, gettext("No changes to save."))
        # The form leads back to the list as it was filtered.
        filters = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        return redirect(add_preserved_filters(filters, self.admin_url("change", record)))

    def _next_page(self, request: HttpRequest) -> str:
        if PUBLISH in request.POST:
            # Whoever may not publish it submits it.
            return "publish" if self.has_publish_permission(request) else "submit"
        if SUBMIT in request.POST:
            return "submit"
        pages = {*PAGES, *(action.name for action in self.actions_of_record)}
        then = request.POST.get(THEN, "")
        return then if then in pages else ""

    def session_context(self, request: HttpRequest, session: EditSession | None) -> dict[str, Any]:
        context = super().session_context(request, session) | {
            "keeps_drafts": True,
            "may_publish": self.has_publish_permission(request),
        }
        if session is None:
            return context
        record = session.record
        waiting = waiting_for([record])[str(record.pk)]
        actions = (action(self, request, session.versions) for action in self.actions_of_record)
        return context | {
            "status": status_of(record, waiting, request.at),
            "status_line": StatusLine(record, waiting, request.at, request.user),
            "is_live": record.is_live(request.at),
            "was_never_public": record.state == Publishable.State.DRAFT,
            "shows_preview": self.has_change_permission(request, record)
            and IS_POPUP_VAR not in request.GET
            and not session.conflicts,
            "submission": waiting.submission,
            "actions": [action for action in actions if action.is_permitted and action.is_offered],
            "review_links": ReviewLink.objects.of(record).usable(request.at).count(),
        }
