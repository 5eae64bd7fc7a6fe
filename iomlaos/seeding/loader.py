"""Load the fixtures into the database, and update what staff have not changed since."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.utils.translation import gettext as _

from iomlaos.publishing.merge import constraint_groups
from iomlaos.publishing.models import Revision
from iomlaos.publishing.serialization import locked, owner_of, serialize
from iomlaos.seeding.comparison import (
    as_text,
    default_hash,
    describe_difference,
    field_hashes,
    row_at,
    stored_texts,
)
from iomlaos.seeding.models import SeededRecord
from iomlaos.seeding.parser import SeedError, SeedRecord
from iomlaos.translations.models import Translation
from iomlaos.translations.states import Pair


class SeedLoader:
    """One run over the records of the fixtures."""

    def __init__(self, records: list[SeedRecord]) -> None:
        self.records = {record.identity: record for record in records}
        self.seeded = {(seeded.model, seeded.key): seeded for seeded in SeededRecord.objects.all()}
        #: How many records were created, updated, and left, in a field at least, as staff have them.
        self.created = self.updated = self.kept = 0
        self.messages: list[str] = []
        #: The English and Lao texts of the fixtures that rows hold.
        self.translations: list[Pair] = []

    def run(self) -> None:
        """Create the new records and update the others, each after those that it refers to."""
        targets = {record.identity: list(record.targets()) for record in self.records.values()}
        try:
            order = list(TopologicalSorter(targets).static_order())
        except CycleError as error:
            record = next(self.records[identity] for identity in self.records if identity in error.args[1])
            raise SeedError(f"{record}: it refers to itself, directly or through others.") from None
        for record in (self.records[identity] for identity in order if identity in self.records):
            if record.identity in self.seeded:
                self.update(record)
            else:
                self.create(record)
        Translation.objects.add_unreviewed(self.translations)

    def differences(self) -> Iterator[str]:
        """A line for each record or field that is not as the fixtures have it."""
        for record in self.records.values():
            row = self.row_of(record.model, record.key)
            if record.identity not in self.seeded:
                yield f"{record}: not yet loaded."
            elif row is None:
                yield f"{record}: deleted by staff."
            else:
                stored = stored_texts(row)
                for name, value in self.differing_values(record, row).items():
                    text = as_text(record.model._meta.get_field(name), value)
                    yield f"{record}, {name}: {describe_difference(text, stored[name])}"

    def row_of(self, model: type[models.Model], key: str) -> models.Model | None:
        """The row that was loaded, whatever key staff gave it since; None where they deleted it."""
        seeded = self.seeded.get((model._meta.label_lower, key))
        return seeded and model._base_manager.filter(pk=seeded.object_key).first()

    def values_of(self, record: SeedRecord) -> tuple[dict[str, Any], list[tuple[models.Field, str]]]:
        """The values of a row, and the references that are left out: staff deleted what they name."""
        values, missing = dict(record.values), []
        for name, keys in record.references.items():
            field = record.model._meta.get_field(name)
            model, rows = field.related_model, []
            for key in keys:
                identity = (model._meta.label_lower, key)
                if row := self.row_of(model, key) or row_at(model, key):
                    rows.append(row)
                elif identity in self.records or identity in self.seeded:
                    missing.append((field, key))
                else:
                    raise SeedError(f"{record}, {name}: there is no {model._meta.verbose_name} “{key}”.")
            if rows or field.many_to_many:
                values[name] = rows if field.many_to_many else rows[0]
        return values, missing

    def differing_values(self, record: SeedRecord, row: models.Model) -> dict[str, Any]:
        """The values that a row does not have."""
        stored = stored_texts(row)
        return {
            name: value
            for name, value in self.values_of(record)[0].items()
            if name in stored and as_text(record.model._meta.get_field(name), value) != stored[name]
        }

    def create(self, record: SeedRecord) -> None:
        """Create a row, unless staff made it already or deleted what it needs."""
        row, hashes = row_at(record.model, record.key), {}
        if row is not None:
            self.messages.append(f"{record}: it was there already, and stays as it is.")
            self.kept += 1
        else:
            values, missing = self.values_of(record)
            for field, key in missing:
                if not field.many_to_many and not field.null:
                    self.messages.append(f"{record}: not loaded, for its {field.name} “{key}” was deleted.")
                    return
                self.messages.append(f"{record}: loaded without {field.name} “{key}”, which was deleted.")
            row = record.model()
            write(record, row, values)
            hashes = field_hashes(row)
            self.created += 1
        self.seeded[record.identity] = SeededRecord.objects.create(
            model=record.model._meta.label_lower, key=record.key, object_key=row.pk, hashes=hashes
        )
        self.note_translations(record)

    def update(self, record: SeedRecord) -> None:
        """Update the fields that still hold what the seed last wrote, as a revision of the record."""
        row, values, is_kept = self.changes(record)
        if values and (owner := locked(type(owner_of(row)), owner_of(row).pk)):
            versions = Revision.objects.versions(owner)
            # Staff may have saved it while the lock was awaited.
            row, values, is_kept = self.changes(record)
            if values and not self.save_changes(record, row, values):
                is_kept = True
            elif values:
                owner = versions.record
                owner.refresh_from_db()
                note = _("Updated from the fixtures.")
                versions.add_state(serialize(owner), by=None, note=note)
                self.updated += 1
        self.kept += is_kept
        self.note_translations(record)

    def note_translations(self, record: SeedRecord) -> None:
        """Note each Lao text of the fixture that stands beside the fixture's English text."""
        lao = [name for name in record.values if name.endswith("_lo")]
        row = self.row_of(record.model, record.key) if lao else None
        if row is None:
            return
        differing = self.differing_values(record, row)
        for name in lao:
            english = f"{name.removesuffix('_lo')}_en"
            if english in record.values and differing.keys().isdisjoint({english, name}):
                self.translations.append((getattr(row, english), getattr(row, name)))

    def save_changes(self, record: SeedRecord, row: models.Model, values: dict[str, Any]) -> bool:
        """Save a row; False where its new values do not go together with what staff have made of it."""
        seeded = self.seeded[record.identity]
        is_changed = field_hashes(row) != seeded.hashes
        try:
            write(record, row, values)
        except SeedError as error:
            if not is_changed:
                raise
            self.messages.append(f"{error} It was not updated.")
            return False
        hashes = field_hashes(row)
        seeded.hashes |= {name: hashes[name] for name in values}
        seeded.save(update_fields=["hashes"])
        return True

    def changes(self, record: SeedRecord) -> tuple[models.Model | None, dict[str, Any], bool]:
        """The row, the values to write, and whether staff's stand in the place of others.

        Fields that one constraint compares are updated together, or not at all.
        """
        row = self.row_of(record.model, record.key)
        if row is None:
            return None, {}, True
        differing, written = self.differing_values(record, row), self.seeded[record.identity].hashes
        changed = {
            name
            for name, value in field_hashes(row).items()
            if value != (written.get(name) or (written and default_hash(record.model, name)))
        }
        groups = constraint_groups(record.model)
        values = {name: value for name, value in differing.items() if not groups.get(name, {name}) & changed}
        # A Lao text belongs to the English text of the fixture, and stays out where staff have another.
        kept = differing.keys() - values.keys()
        values = {
            name: value
            for name, value in values.items()
            if not name.endswith("_lo") or f"{name.removesuffix('_lo')}_en" not in kept
        }
        return row, values, len(values) < len(differing)


def load(records: list[SeedRecord]) -> SeedLoader:
    """Load the records, all or none. Raises SeedError."""
    with transaction.atomic():
        # One seed at a time. On SQLite the transaction itself, begun IMMEDIATE, is the lock.
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5min'; SET LOCAL statement_timeout = '5min'")
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('iomlaos.seeding'))")
        loader = SeedLoader(records)
        loader.run()
        return loader


def write(record: SeedRecord, row: models.Model, values: dict[str, Any]) -> None:
    """Check and save a row with new values. Raises SeedError."""
    many = {field.name for field in record.model._meta.many_to_many}
    for name in values.keys() - many:
        setattr(row, name, values[name])
    try:
        row.full_clean()
    except ValidationError as error:
        # Forms alone ask for the reason of a new deadline. Without one, the page says that none was given.
        if any(fault.code != "reason" for faults in error.error_dict.values() for fault in faults):
            raise SeedError(f"{record}, {_join_errors(error)}") from None
    try:
        with transaction.atomic():
            row.save()
            for name in values.keys() & many:
                getattr(row, name).set(values[name])
    except (DatabaseError, ValueError) as error:
        raise SeedError(f"{record}: the database refuses it: {error}") from error


def _join_errors(error: ValidationError) -> str:
    """Each field with what is wrong with it, a translated field by its English column alone."""
    faults = error.message_dict
    lines = (f"{name}: {' '.join(faults[name])}" for name in faults if f"{name}_en" not in faults)
    return "; ".join(line.removeprefix(f"{NON_FIELD_ERRORS}: ") for line in lines)
