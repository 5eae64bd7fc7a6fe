"""The part of a ModelAdmin that keeps Lao in step with English."""

from typing import Any

from django.contrib import messages
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext

from iomlaos.publishing import serialization
from iomlaos.publishing.diff import join_labels
from iomlaos.publishing.merge import EMPTY, Path, Snapshot
from iomlaos.translations.models import Translation
from iomlaos.translations.script import is_questionable
from iomlaos.translations.states import State, Verdict, pairs_in, state_of

#: What a form says of its Lao texts, beside them.
VERDICT = "_lao"


class TranslationReviewMixin:
    """Records what each save makes of the Lao texts, also of a draft: a pair says nothing of a record."""

    def after_form(self, request: HttpRequest, session: Any, record: models.Model) -> bool:
        before, public = (session.filled, session.state.data) if session else (self.start_of(request), EMPTY)
        after = session.versions.latest.data if session else serialization.serialize(record)
        verdict = request.POST.get(VERDICT, "")
        is_recorded = Translation.objects.record_save(
            before, after, by=request.user, at=request.at, verdict=verdict, public=public
        )
        if outdated := newly_outdated(before, after):
            message = gettext("Outdated in Lao now: %(fields)s.")
            messages.warning(request, message % {"fields": join_labels(type(record), outdated)})
        if not (is_recorded and verdict == Verdict.REVIEWED):
            return super().after_form(request, session, record)
        messages.success(request, gettext("The Lao texts are marked as reviewed."))
        return True

    def start_of(self, request: HttpRequest) -> Snapshot:
        """What the form of a new record was filled in with."""
        return EMPTY

    def session_context(self, request: HttpRequest, session: Any) -> dict[str, Any]:
        context = super().session_context(request, session)
        if session and any(lao for _english, lao in pairs_in(session.filled).values()):
            chosen = request.POST.get(VERDICT, "")
            context["lao_verdicts"] = [(value, label, value == chosen) for value, label in Verdict.choices]
        return context


def newly_outdated(before: Snapshot, after: Snapshot) -> list[Path]:
    was, now = pairs_in(before), pairs_in(after)
    if was == now:
        return []
    known = Translation.objects.known([*was.values(), *now.values()])
    return [
        path
        for path, pair in now.items()
        if state_of(pair, known) == State.OUTDATED != state_of(was.get(path, ("", "")), known)
    ]


def questionable_texts(
    model: type[models.Model], before: Snapshot, after: Snapshot
) -> list[tuple[Path, str]]:
    """The Lao texts that changed and hold no Lao, with the question for staff."""
    was = pairs_in(before)
    question = gettext(
        "%(field)s: there is no Lao in it. Is it meant so, or was it pasted from an old Lao font?"
    )
    return [
        (path, question % {"field": join_labels(model, [path])})
        for path, (_english, lao) in pairs_in(after).items()
        if lao != was.get(path, ("", ""))[1] and is_questionable(lao)
    ]
