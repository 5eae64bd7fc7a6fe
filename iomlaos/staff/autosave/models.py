"""What autosave stores: unsaved form contents, and open forms."""

import datetime
import json
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.db import IntegrityError, models, transaction
from django.dispatch import receiver
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

#: Unsaved text, and that a form was saved, is known for so long.
KEPT_FOR = datetime.timedelta(days=90)
#: Unsaved texts of one user: the latest.
MOST_KEPT = 100
#: A form is open while its script says so.
SEEN_WITHIN = datetime.timedelta(seconds=60)
SESSIONS_KEPT_FOR = datetime.timedelta(hours=24)


class FormStateBase(models.Model):
    """The state of one opened form, under the key that it got when it was drawn."""

    is_content = False

    id = models.UUIDField(primary_key=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    model = models.CharField(max_length=80)
    #: Empty where the form adds something.
    object_key = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True
        #: Nobody is given a right to look at it.
        default_permissions = ()

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class AutosavedFormQuerySet(models.QuerySet):
    def waiting(self, user: Any, model: type[models.Model]) -> Self:
        """What a user typed and did not save."""
        return self.filter(by=user, model=model._meta.label_lower, ended_at=None)

    def expired(self, at: datetime.datetime) -> Self:
        return self.filter(typed_at__lt=at - KEPT_FOR)


class AutosavedForm(FormStateBase):
    """The contents of one form. Once it was saved, only that it was: contents may still be on their way."""

    data = models.TextField(blank=True)
    typed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = AutosavedFormQuerySet.as_manager()

    class Meta(FormStateBase.Meta):
        verbose_name = _("text that was not saved")
        verbose_name_plural = _("texts that were not saved")
        indexes = [models.Index(fields=["by", "model", "object_key"], name="typedtext_of_person")]

    @property
    def words(self) -> QueryDict:
        """The contents as the browser would have submitted them."""
        words = QueryDict(mutable=True)
        for name, values in json.loads(self.data or "[]"):
            words.setlist(name, values)
        return words

    def keep(self, words: MultiValueDict, at: datetime.datetime) -> bool:
        """Store the contents. False where the form was saved: then nothing of it waits any more."""
        self.data, self.typed_at = json.dumps(list(words.lists()), ensure_ascii=False), at
        waiting = AutosavedForm.objects.filter(by=self.by, ended_at=None)
        if self._update(waiting):
            return True
        try:
            with transaction.atomic():
                self.save(force_insert=True)
        except IntegrityError:
            # It was saved; or another request of the same form was faster.
            return self._update(waiting)
        latest = waiting.order_by("-typed_at").values_list("pk", flat=True)[:MOST_KEPT]
        waiting.exclude(pk__in=list(latest)).delete()
        return True

    def _update(self, waiting: AutosavedFormQuerySet) -> bool:
        return bool(waiting.filter(pk=self.pk).update(data=self.data, typed_at=self.typed_at))

    def end(self, at: datetime.datetime) -> None:
        """Record that the form was saved."""
        self.typed_at = self.ended_at = at
        AutosavedForm.objects.bulk_create([self], ignore_conflicts=True)
        AutosavedForm.objects.filter(pk=self.pk, by=self.by).update(data="", ended_at=at)


class EditingSessionQuerySet(models.QuerySet):
    def others(
        self, user: Any, model: type[models.Model], object_key: str, at: datetime.datetime
    ) -> list["EditingSession"]:
        """Who else has a record open, once each, the longest first."""
        rows = self.filter(
            seen_at__gte=at - SEEN_WITHIN, model=model._meta.label_lower, object_key=object_key
        )
        first: dict[int, EditingSession] = {}
        for row in rows.exclude(by=user).select_related("by").order_by("since", "pk"):
            first.setdefault(row.by_id, row)
        return list(first.values())

    def expired(self, at: datetime.datetime) -> Self:
        return self.filter(seen_at__lt=at - SESSIONS_KEPT_FOR)


class EditingSession(FormStateBase):
    """That somebody has a record open in a form."""

    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    objects = EditingSessionQuerySet.as_manager()

    class Meta(FormStateBase.Meta):
        verbose_name = _("form that is open")
        verbose_name_plural = _("forms that are open")
        indexes = [models.Index(fields=["model", "object_key"], name="presence_at_record")]

    @property
    def who(self) -> str:
        return self.by.get_full_name() or self.by.get_username()

    def mark(self, at: datetime.datetime) -> None:
        """Record that the form of a record is open."""
        sessions = EditingSession.objects
        if self.object_key and not sessions.filter(pk=self.pk, by=self.by).update(seen_at=at):
            self.since, self.seen_at = at, at
            sessions.bulk_create([self], ignore_conflicts=True)


@receiver(user_logged_out, dispatch_uid="editing sessions")
def clear_sessions_on_logout(sender: Any, user: Any, **kwargs: Any) -> None:
    """Remove the editing sessions of a user on logout."""
    if user:
        EditingSession.objects.filter(by=user).delete()
