"""How drafts, history and copies treat the fields of a model: one declared and checked object a model."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, Self

from django.apps import apps
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models

#: Base, theirs and mine become one value.
Merge = Callable[[Any, Any, Any], Any]


@dataclasses.dataclass(frozen=True)
class RecordOptions:
    """Declared on a model as `record_options`. All names are checked by `manage.py check`.

    A model adds to the options of its base class with `extend`.
    """

    #: Reverse relations to the rows that are drafted, restored and deleted with the record.
    children: tuple[str, ...] = ()
    #: Fields that the model fills itself: no draft and no history holds them.
    not_content: tuple[str, ...] = ()
    #: Fields that merge without a conflict, with the function that merges them.
    merges: Mapping[str, Merge] = dataclasses.field(default_factory=dict)
    #: Groups of fields that are merged together, beside those that one check constraint compares.
    merged_together: tuple[tuple[str, ...], ...] = ()
    #: Fields that are read from an uploaded file. No diff names them.
    read_from_file: tuple[str, ...] = ()
    #: Fields that keep their present value when an old version is restored.
    kept_on_restore: tuple[str, ...] = ()
    #: Attributes beside the fields that a draft carries to `save`.
    carried: tuple[str, ...] = ()
    #: Fields that a copy leaves empty. A translated field is named without its language.
    not_copied: tuple[str, ...] = ()

    def extend(self, **more: Any) -> Self:
        """These options and more: tuples are appended, mappings are joined."""
        joined: dict[str, Any] = {
            name: getattr(self, name) | value
            if isinstance(value, Mapping)
            else (*getattr(self, name), *value)
            for name, value in more.items()
        }
        return dataclasses.replace(self, **joined)


def options_of(model: type[models.Model]) -> RecordOptions:
    return getattr(model, "record_options", RecordOptions())


@checks.register(checks.Tags.models)
def check_record_options(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Report names in `record_options` that the model does not have."""
    configs = apps.get_app_configs() if app_configs is None else app_configs
    return [
        checks.Error(f"{model.__name__}.record_options.{option} names “{name}”, which is {fault}.", obj=model)
        for config in configs
        for model in config.get_models()
        for option, name, fault in _faults(model, options_of(model))
    ]


def _faults(model: type[models.Model], options: RecordOptions) -> Iterator[tuple[str, str, str]]:
    for option, value in vars(options).items():
        kind = {"children": "reverse relation", "carried": "attribute"}.get(option, "field")
        for name in chain.from_iterable(value) if option == "merged_together" else value:
            if not _has(model, name, kind):
                yield option, name, f"no {kind} of this model"


def _has(model: type[models.Model], name: str, kind: str) -> bool:
    if kind == "attribute":
        return hasattr(model, name)
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return isinstance(field, models.Field if kind == "field" else models.ManyToOneRel)
