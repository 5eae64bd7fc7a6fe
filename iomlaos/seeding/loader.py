"""The seed: what fixtures/ holds, loaded once, and never forced on staff again.

The ledger (SeededRecord) knows each record that was ever loaded. A record in the ledger is not touched
again: what staff changed stays, and what they deleted does not come back.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction

from iomlaos.media.richtext import RichTextField
from iomlaos.publishing.models import Publishable, SlugRedirect
from iomlaos.seeding.models import SeededRecord
from iomlaos.seeding.parser import SeedError, SeedRecord

#: Any number that no other advisory lock of this database has.
LOCK = 856_2002
SHOWN = 60


def load(records: list[SeedRecord]) -> tuple[int, list[str]]:
    """Store the records that were never loaded: how many, and what there is to say of others.

    All or nothing. Raises FixtureMistake for a record that cannot be stored.
    """
    with transaction.atomic():
        _wait_for_others()
        return SeedLoader(records).run()


def differences(records: list[SeedRecord]) -> Iterator[str]:
    """A line for each record or field that is not as the fixtures have it."""
    ledger = _ledger()
    for record in records:
        row = row_now(record.model, record.key)
        if record.identity not in ledger:
            yield f"{record}: not yet loaded."
        elif row is None:
            yield f"{record}: deleted by staff, or its key was changed."
        else:
            yield from (f"{record}, {line}" for line in _differing_fields(record, row))


def row_at(model: type[models.Model], key: str) -> models.Model | None:
    """The row that has this key."""
    if not hasattr(model, "natural_key"):
        return model._default_manager.filter(pk=key).first()
    try:
        return model._default_manager.get_by_natural_key(key)
    except model.DoesNotExist:
        return None


def row_now(model: type[models.Model], key: str) -> models.Model | None:
    """The row that has this key, or had it before staff gave it another address."""
    row = row_at(model, key)
    if row is None and issubclass(model, Publishable):
        former = SlugRedirect.objects.filter(model=model._meta.label_lower, slug=key).first()
        row = model._default_manager.filter(pk=former.object_id).first() if former else None
    return row


def _ledger() -> set[tuple[str, str]]:
    return set(SeededRecord.objects.values_list("model", "key"))


def _wait_for_others() -> None:
    """One seed at a time. On SQLite the transaction itself, begun IMMEDIATE, is the lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5min'; SET LOCAL statement_timeout = '5min'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


class SeedLoader:
    """One run over the records, each stored after those that it refers to."""

    def __init__(self, records: list[SeedRecord]) -> None:
        self.ledger = _ledger()
        self.new = {record.identity: record for record in records if record.identity not in self.ledger}
        self.rows: dict[tuple[str, str], models.Model | None] = {}
        self.loaded: list[SeedRecord] = []
        self.under_way: list[SeedRecord] = []
        self.said: list[str] = []

    def run(self) -> tuple[int, list[str]]:
        for record in self.new.values():
            self.row_of(record)
        for record in self.loaded:
            self.relate(record)
        SeededRecord.objects.bulk_create(
            SeededRecord(model=model, key=key) for (model, key), row in self.rows.items() if row is not None
        )
        return len(self.loaded), self.said

    def row_of(self, record: SeedRecord) -> models.Model | None:
        """The row of a new record, stored now if it was not yet; None where it has to be left out."""
        if record.identity not in self.rows:
            if record in self.under_way:
                raise SeedError(f"{record}: it refers to itself, directly or through others.")
            self.under_way.append(record)
            self.rows[record.identity] = self.found(record) or self.stored(record)
            self.under_way.pop()
        return self.rows[record.identity]

    def found(self, record: SeedRecord) -> models.Model | None:
        row = row_at(record.model, record.key)
        if row is not None:
            self.said.append(f"{record}: it was there already, and stays as it is.")
        return row

    def stored(self, record: SeedRecord) -> models.Model | None:
        values = dict(record.values)
        for name, key in record.references.items():
            values[name] = self.target(record, name, key)
            if values[name] is None and not record.model._meta.get_field(name).null:
                self.said.append(f"{record}: not loaded, for its {name} “{key}” was deleted.")
                return None
            if values[name] is None:
                self.said.append(f"{record}: loaded without its {name} “{key}”, which was deleted.")
        row = record.model(**values)
        try:
            row.full_clean()
            row.save(force_insert=True)
        except ValidationError as error:
            raise SeedError(f"{record}, {_in_words(error)}") from None
        except (DatabaseError, ValueError) as error:
            raise SeedError(f"{record}: the database refuses it: {error}") from error
        self.loaded.append(record)
        return row

    def relate(self, record: SeedRecord) -> None:
        """Many-to-many references, once every row stands."""
        for name, keys in record.many.items():
            targets = {key: self.target(record, name, key) for key in keys}
            for key in (key for key, target in targets.items() if target is None):
                self.said.append(f"{record}: loaded without “{key}” in its {name}, which was deleted.")
            getattr(self.rows[record.identity], name).set(filter(None, targets.values()))

    def target(self, record: SeedRecord, name: str, key: str) -> models.Model | None:
        """The row that a reference means; None where staff have deleted it."""
        model = record.target(name)
        identity = (model._meta.label_lower, key)
        if identity in self.new:
            return self.row_of(self.new[identity])
        row = row_now(model, key)
        if row is None and identity not in self.ledger:
            raise SeedError(f"{record}, {name}: there is no {model._meta.verbose_name} “{key}”.")
        return row


def _in_words(error: ValidationError) -> str:
    """Each field with what is wrong with it, a translated field by its English column alone."""
    problems = error.message_dict
    return "; ".join(
        " ".join(messages) if name == "__all__" else f"{name}: {' '.join(messages)}"
        for name, messages in problems.items()
        if f"{name}_en" not in problems
    )


def _differing_fields(record: SeedRecord, row: models.Model) -> Iterator[str]:
    for name, value in record.values.items():
        column = record.model._meta.get_field(name)
        ours, theirs = _comparable(column, value), _comparable(column, getattr(row, name))
        if ours != theirs:
            yield _difference(name, ours, theirs)
    for name, key in record.references.items():
        target = getattr(row, name)
        if target is None or target != row_now(record.target(name), key):
            yield _difference(name, key, target and _key_of(target))
    for name, keys in record.many.items():
        targets = list(getattr(row, name).all())
        if {row_now(record.target(name), key) for key in keys} != set(targets):
            yield _difference(name, ", ".join(keys), ", ".join(sorted(map(_key_of, targets))))


def _comparable(column: models.Field, value: Any) -> Any:
    """Without what a form or the editor changes of itself: line ends, space between two tags."""
    if isinstance(column, RichTextField) and value:
        return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", column.sanitize(value)))
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    return "" if value is None else value


def _difference(name: str, ours: Any, theirs: Any) -> str:
    """Both values, short, and from where two long texts begin to differ."""
    alike = len(os.path.commonprefix([str(ours), str(theirs)]))
    return f"{name}: the fixture has {_short(ours, alike)}, the database {_short(theirs, alike)}."


def _short(value: Any, alike: int) -> str:
    if value in ("", None):
        return "nothing"
    text = str(value)
    start = max(0, alike - SHOWN // 3) if len(text) > SHOWN else 0
    part = text[start : start + SHOWN]
    return f"“{'…' if start else ''}{part}{'…' if start + SHOWN < len(text) else ''}”"


def _key_of(row: models.Model) -> str:
    return row.natural_key()[0] if hasattr(row, "natural_key") else str(row.pk)
