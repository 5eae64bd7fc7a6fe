"""How drafts, history and copies treat the fields of a model: one declared and checked object a model."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, Self

from django.apps import apps
from django.core import checks
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
    message = "{}.record_options.{} names “{}”, which this model does not have."
    return [
        checks.Error(message.format(model.__name__, option, name), obj=model)
        for config in configs
        for model in config.get_models()
        for option, name in _unknown_names(model)
    ]


def _unknown_names(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    """Options and their names of what is no field, or no reverse relation or attribute, of the model."""
    fields = {field.name for field in model._meta.get_fields() if isinstance(field, models.Field)}
    children = {relation.name for relation in model._meta.related_objects if relation.one_to_many}
    known = {"children": children, "carried": {*dir(model)}}
    for option, value in vars(options_of(model)).items():
        names = chain.from_iterable(value) if option == "merged_together" else value
        yield from ((option, name) for name in names if name not in known.get(option, fields))
