"""What autosave stores: unsaved form contents, and open forms."""

import datetime
import json
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

#: What was typed, and that it was saved, is known for so long.
KEPT_FOR = datetime.timedelta(days=90)
#: Texts that are kept for one person: the latest.
MOST_KEPT = 100
#: Somebody is at a form while the script in it says so, and without a script for a while after opening it.
SEEN_WITHIN = datetime.timedelta(seconds=60)
OPENED_WITHIN = datetime.timedelta(minutes=10)
SESSIONS_KEPT_FOR = datetime.timedelta(hours=24)


class FormStateBase(models.Model):
    """Something about one opened form: its key is made when the form is drawn."""

    id = models.UUIDField(primary_key=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    model = models.CharField(max_length=80)
    #: Empty where the form adds something.
    object_key = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True
        #: Nobody is given a right to look at it.
        default_permissions = ()


class AutosavedFormQuerySet(models.QuerySet):
    def of(self, person: Any, model: type[models.Model], object_key: str) -> Self:
        """What is offered to one person, the latest first."""
        mine = self.filter(by=person, model=model._meta.label_lower, object_key=object_key, ended_at=None)
        return mine.order_by("-typed_at", "pk")

    def keep(
        self,
        key: uuid.UUID,
        person: Any,
        model: type[models.Model],
        object_key: str,
        words: MultiValueDict,
        at: datetime.datetime,
    ) -> bool:
        """Keep what a form holds. False where that form was saved: nothing of it waits any more."""
        data = json.dumps(list(words.lists()), ensure_ascii=False)
        if self.filter(pk=key, by=person, ended_at=None).update(data=data, typed_at=at):
            return True
        try:
            with transaction.atomic():
                self.create(
                    pk=key,
                    by=person,
                    model=model._meta.label_lower,
                    object_key=object_key,
                    data=data,
                    typed_at=at,
                )
        except IntegrityError:
            # It was saved; or the same form was faster by a moment.
            return bool(self.filter(pk=key, by=person, ended_at=None).update(data=data, typed_at=at))
        waiting = self.filter(by=person, ended_at=None)
        latest = waiting.order_by("-typed_at").values_list("pk", flat=True)[:MOST_KEPT]
        waiting.exclude(pk__in=list(latest)).delete()
        return True

    def end(
        self,
        keys: list[uuid.UUID],
        person: Any,
        model: type[models.Model],
        object_key: str,
        at: datetime.datetime,
    ) -> None:
        """A form was saved. That stays known: words of it may be on their way."""
        label = model._meta.label_lower
        ended = {"by": person, "model": label, "object_key": object_key, "typed_at": at, "ended_at": at}
        self.bulk_create([AutosavedForm(pk=key, **ended) for key in set(keys)], ignore_conflicts=True)
        self.filter(pk__in=keys, by=person).update(data="", ended_at=at)

    def too_old(self, at: datetime.datetime) -> Self:
        return self.filter(typed_at__lt=at - KEPT_FOR)


class AutosavedForm(FormStateBase):
    """What one form held when it was last heard of. Once it was saved, only that it was."""

    data = models.TextField(blank=True)
    typed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = AutosavedFormQuerySet.as_manager()

    class Meta(FormStateBase.Meta):
        verbose_name = _("text that was not saved")
        verbose_name_plural = _("texts that were not saved")
        indexes = [models.Index(fields=["by", "model", "object_key"], name="typedtext_of_person")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @property
    def words(self) -> QueryDict:
        """The form as its browser would have sent it."""
        words = QueryDict(mutable=True)
        for name, values in json.loads(self.data or "[]"):
            words.setlist(name, values)
        return words


class EditingSessionQuerySet(models.QuerySet):
    def mark(
        self,
        key: uuid.UUID,
        person: Any,
        model: type[models.Model],
        object_key: str,
        at: datetime.datetime,
        *,
        beats: bool,
    ) -> None:
        """Somebody is at a form: opened it, or a script in it says that it is still there."""
        if self.filter(pk=key, by=person).update(seen_at=at, beats=beats):
            return
        label = model._meta.label_lower
        row = EditingSession(
            pk=key, by=person, model=label, object_key=object_key, since=at, seen_at=at, beats=beats
        )
        self.bulk_create([row], ignore_conflicts=True)

    def others(
        self, person: Any, model: type[models.Model], object_key: str, at: datetime.datetime
    ) -> list["EditingSession"]:
        """Who else is at a record now, once each, the longest first."""
        rows = self.filter(
            models.Q(beats=True, seen_at__gte=at - SEEN_WITHIN)
            | models.Q(beats=False, seen_at__gte=at - OPENED_WITHIN),
            model=model._meta.label_lower,
            object_key=object_key,
        )
        first: dict[int, EditingSession] = {}
        for row in rows.exclude(by=person).select_related("by").order_by("since", "pk"):
            first.setdefault(row.by_id, row)
        return list(first.values())

    def too_old(self, at: datetime.datetime) -> Self:
        return self.filter(seen_at__lt=at - SESSIONS_KEPT_FOR)


class EditingSession(FormStateBase):
    """That somebody has a record open in a form."""

    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    beats = models.BooleanField(help_text=_("Whether a script in the form says that it is still there."))

    objects = EditingSessionQuerySet.as_manager()

    class Meta(FormStateBase.Meta):
        verbose_name = _("form that is open")
        verbose_name_plural = _("forms that are open")
        indexes = [models.Index(fields=["model", "object_key"], name="presence_at_record")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @property
    def who(self) -> str:
        return self.by.get_full_name() or self.by.get_username()


def clear_sessions_on_logout(sender: Any, user: Any, **kwargs: Any) -> None:
    """Whoever signs out is at no form."""
    if user:
        EditingSession.objects.filter(by=user).delete()
