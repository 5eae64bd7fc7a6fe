"""`record_options`: what `manage.py check` says of a wrong name."""

import dataclasses

from django.apps import apps

from iomlaos.publishing.options import RecordOptions, check_record_options
from programmes.models import Programme


def test_no_model_of_the_portal_names_what_it_does_not_have():
    assert check_record_options(None) == []


def test_a_name_that_the_model_does_not_have_is_an_error_that_names_it(monkeypatch):
    as_it_is = Programme.record_options
    for option, value in (
        ("children", ("figurs",)),
        ("children", ("donors",)),
        ("not_content", ("slugg",)),
        ("merges", {"changelogs": max}),
        ("merged_together", (("title", "bodi"),)),
        ("read_from_file", ("size",)),
        ("kept_on_restore", ("stat",)),
        ("carried", ("deadline_reasons",)),
        ("not_copied", ("slugs",)),
    ):
        monkeypatch.setattr(Programme, "record_options", dataclasses.replace(as_it_is, **{option: value}))
        (error,) = check_record_options([apps.get_app_config("programmes")])
        assert error.is_serious()
        assert f"Programme.record_options.{option}" in error.msg


def test_a_model_adds_to_the_options_of_its_base():
    base = RecordOptions(children=("figures",), merges={"a": max})
    more = base.extend(children=("files",), merges={"b": min}, not_copied=("slug",))
    assert more == RecordOptions(
        children=("figures", "files"), merges={"a": max, "b": min}, not_copied=("slug",)
    )
    assert base.children == ("figures",)
