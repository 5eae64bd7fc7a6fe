"""Reading fixtures/: Django's own YAML format, each mistake named by file, line, record and field."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from iomlaos.publishing.dates import PartialDateField


class SeedError(Exception):
    """What is wrong in a fixture and where, in words for the person who wrote it."""


@dataclass
class SeedRecord:
    """One record of a fixture: its values as Python has them, its references as keys."""

    file: str
    line: int
    model: type[models.Model]
    key: str
    values: dict[str, Any] = field(default_factory=dict)
    references: dict[str, list[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, {self.model._meta.verbose_name} “{self.key}”"

    @property
    def identity(self) -> tuple[str, str]:
        return self.model._meta.label_lower, self.key

    def targets(self) -> Iterator[tuple[str, str]]:
        """The identities of the records that it refers to."""
        for name, keys in self.references.items():
            label = self.model._meta.get_field(name).related_model._meta.label_lower
            yield from ((label, key) for key in keys)


def key_field(model: type[models.Model]) -> str:
    """The field by which fixtures name a record."""
    return "slug" if hasattr(model, "natural_key") else "pk"


class StringDateLoader(yaml.SafeLoader):
    """YAML, but dates stay text: so a date that does not exist can be named with its field."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen: list = []
        for name, _value in node.value:
            if name.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"“{name.value}” is given twice in one record", problem_mark=name.start_mark
                )
            seen.append(name.value)
        return super().construct_mapping(node, deep=deep)


def read(folder: Path) -> list[SeedRecord]:
    """All records of a folder's fixtures. Asks the database nothing."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise SeedError(f"There is no .yaml file in {folder}.")
    records: dict[tuple[str, str], SeedRecord] = {}
    for file in files:
        for line, content in _read_records(file):
            record = _parse_record(file.name, line, content)
            if first := records.get(record.identity):
                raise SeedError(f"{record}: it is given already in {first.file}, line {first.line}.")
            records[record.identity] = record
    return list(records.values())


def _read_records(file: Path) -> Iterator[tuple[int, Any]]:
    """Each record as it is written, with its line."""
    try:
        loader = StringDateLoader(file.read_text(encoding="utf-8"))
        document = loader.get_single_node()
        if document is None:
            return
        if not isinstance(document, yaml.SequenceNode):
            raise SeedError(f"{file.name}: this is not a list of records, each beginning with “- model:”.")
        for node in document.value:
            yield node.start_mark.line + 1, loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
        raise SeedError(f"{file.name}{line}: YAML cannot read this: {problem}.") from None
    except (OSError, ValueError) as error:
        raise SeedError(f"{file.name}: this cannot be read: {error}.") from None


def _parse_record(file: str, line: int, content: Any) -> SeedRecord:
    where = f"{file}, line {line}"
    if not isinstance(content, dict) or not isinstance(content.get("fields"), dict):
        raise SeedError(f"{where}: a record needs “model:” and “fields:” with something under it.")
    if stray := set(content) - {"model", "pk", "fields"}:
        raise SeedError(f"{where}: “{stray.pop()}” does not belong here. Does it stand too far left?")
    try:
        model = apps.get_model(content.get("model"))
    except (LookupError, ValueError, AttributeError):
        known = [model._meta.label_lower for model in apps.get_models()]
        advice = _did_you_mean(content.get("model"), known)
        raise SeedError(f"{where}: there is no model “{content.get('model')}”.{advice}") from None
    record = SeedRecord(file, line, model, str(content.get("pk") or content["fields"].get("slug") or "?"))
    for name, value in content["fields"].items():
        try:
            _set_value(record, name, value)
        except ValidationError as error:
            raise SeedError(f"{record}, {name}: {' '.join(error.messages)}") from None
    _set_key(record, content.get("pk"))
    return record


def _set_value(record: SeedRecord, name: str, value: Any) -> None:
    """Set one field. An empty one is left out: the model's default is taken."""
    column = _get_field(record.model, name)
    if value is None:
        return
    if column.many_to_many:
        if not isinstance(value, list):
            raise ValidationError("This is a list of keys: [[its-key], [another]].")
        record.references[name] = [_parse_reference(column, item) for item in value]
    elif column.remote_field:
        record.references[name] = [_parse_reference(column, value)]
    else:
        record.values[name] = _parse_value(column, value)


def _get_field(model: type[models.Model], name: Any) -> models.Field:
    fields = model._meta.get_fields()
    names = [field.name for field in fields if not (field.auto_created or field.primary_key)]
    # A translated field is written once a language; its bare name would mean the language of the moment.
    bare = {name.removesuffix("_en") for name in names if name.endswith("_en")}
    if name in bare:
        raise ValidationError(f"Write {name}_en for English, {name}_lo for Lao.")
    if name not in names:
        advice = _did_you_mean(name, [known for known in names if known not in bare])
        raise ValidationError(f"There is no such field.{advice}")
    return model._meta.get_field(name)


def _parse_value(column: models.Field, value: Any) -> Any:
    if isinstance(value, list | dict):
        raise ValidationError("It takes one value, not a list.")
    if isinstance(column, models.FileField):
        raise ValidationError("A fixture holds no files. Take this out, and upload the file in the admin.")
    if isinstance(column, models.CharField | models.TextField) and not isinstance(column, PartialDateField):
        if not isinstance(value, str):
            raise ValidationError(f"YAML reads this as {value!r}, not as text. Put it in quotes.")
        if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value):
            raise ValidationError("It holds a character that no database stores. Write the text anew.")
        return value.strip()
    if isinstance(column, models.IntegerField) and not (type(value) is int or isinstance(value, str)):
        raise ValidationError("Write a whole number.")
    value = column.to_python(value)
    if isinstance(value, datetime.datetime) and timezone.is_naive(value):
        raise ValidationError("Write the moment with its hour and zone: 2021-01-10T00:00:00+07:00.")
    return value.astimezone(datetime.UTC) if isinstance(value, datetime.datetime) else value


def _parse_reference(column: models.Field, value: Any) -> str:
    target = column.related_model
    if key_field(target) == "pk":
        return str(target._meta.pk.to_python(value))
    if not isinstance(value, list) or len(value) != 1:
        raise ValidationError(f"Name the {target._meta.verbose_name} by its key: [its-key].")
    return str(value[0])


def _set_key(record: SeedRecord, pk: Any) -> None:
    if key_field(record.model) == "slug":
        if pk is not None:
            raise SeedError(f"{record}: take “pk” out; its key is the slug.")
        if not record.values.get("slug"):
            raise SeedError(f"{record}, slug: This is missing, and it is the key of the record.")
        record.key = record.values["slug"]
        return
    column = record.model._meta.pk
    if pk is None:
        raise SeedError(f"{record}, pk: This is missing. Without it each load would double the record.")
    try:
        record.values[column.name] = column.to_python(pk)
    except ValidationError as error:
        raise SeedError(f"{record}, pk: {' '.join(error.messages)}") from None
    record.key = str(record.values[column.name])


def _did_you_mean(name: Any, known: list[str]) -> str:
    close = get_close_matches(str(name), known, n=1)
    return f" Did you mean {close[0]}?" if close else ""
