"""The portal asked in a process of its own: with other settings than the tests', or without a database."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from tests.helpers.commands import ROOT

GET_PAGES = """
import json, sys, django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
for address, headers in json.loads(sys.argv[1]):
    response = client.get(address, headers=headers)
    print("ANSWER", json.dumps([response.status_code, dict(response.headers),
        [cookie.OutputString() for cookie in response.cookies.values()], response.content.decode()]))
"""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    cookies: list[str]
    text: str


def run_python(code: str, *arguments: str, **environment: str | None) -> subprocess.CompletedProcess:
    """Python in the project's folder. A variable that is None is absent from its environment."""
    merged = {**os.environ, "DATABASE_URL": None, **environment}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={name: value for name, value in merged.items() if value is not None},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def get_pages(
    *addresses: str, headers: dict[str, str] | None = None, **environment: str | None
) -> list[Answer]:
    """What the portal answers to each address when it is started with these variables."""
    done = run_python(
        GET_PAGES, json.dumps([[address, headers or {}] for address in addresses]), **environment
    )
    lines = [line[len("ANSWER ") :] for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
    assert len(lines) == len(addresses), done.stderr
    return [Answer(*json.loads(line)) for line in lines]
