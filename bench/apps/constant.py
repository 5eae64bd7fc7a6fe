"""The least that a server of Python can do: every request gets the same response, made before.

RESPONSE names a folder with its `body` and its `headers.json`.
"""

import json
import os
from pathlib import Path

RESPONSE = Path(os.environ["RESPONSE"])
BODY = (RESPONSE / "body").read_bytes()
HEADERS = [(name, value) for name, value in json.loads((RESPONSE / "headers.json").read_text())]


def application(environ, start_response):
    start_response("200 OK", HEADERS)
    return [BODY]
