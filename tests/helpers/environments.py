"""The settings as another environment would make them, without a process of its own."""

import os
import runpy
from typing import Any
from unittest import mock

from tests.helpers.commands import ROOT


def settings_from(**environment: str | None) -> dict[str, Any]:
    """Every setting. A variable that is None is absent; where the start is refused, SystemExit is raised."""
    given = {name: value for name, value in environment.items() if value is not None}
    with mock.patch.dict(os.environ, given):
        for name in environment.keys() - given.keys():
            os.environ.pop(name, None)
        found = runpy.run_path(str(ROOT / "iomlaos" / "settings.py"))
    return {name: value for name, value in found.items() if name.isupper()}


def use(settings, **environment: str | None) -> None:
    """Change the settings of a test (the fixture) where these variables make another one."""
    usual = settings_from()
    for name, value in settings_from(**environment).items():
        if value != usual[name]:
            setattr(settings, name, value)
