"""How drafts, history and copies treat the fields of a model: one declared and checked object a model."""

import dataclasses
from collections.abc import Callable, Mapping
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


def _faults(model: type[models.Model], options: RecordOptions) -> list[tuple[str, str, str]]:
    named = {
        "not_content": options.not_content,
        "merges": tuple(options.merges),
        "merged_together": tuple(name for group in options.merged_together for name in group),
        "read_from_file": options.read_from_file,
        "kept_on_restore": options.kept_on_restore,
        "not_copied": options.not_copied,
    }
    faults = [
        (option, name, "no field of this model")
        for option, names in named.items()
        for name in names
        if not _is_field(model, name, models.Field)
    ]
    faults += [
        ("children", name, "no reverse relation of this model")
        for name in options.children
        if not _is_field(model, name, models.ManyToOneRel)
    ]
    faults += [
        ("carried", name, "no attribute of this model")
        for name in options.carried
        if not hasattr(model, name)
    ]
    return faults


def _is_field(model: type[models.Model], name: str, kind: type) -> bool:
    try:
        return isinstance(model._meta.get_field(name), kind)
    except FieldDoesNotExist:
        return False
