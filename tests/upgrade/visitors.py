"""Visitors who read every page of the sitemap, and an editor who saves, until a file appears."""

import http.client
import re
import ssl
import sys
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from tests.helpers import colleagues
from tests.helpers.forms import fill_form

HOST = "portal.example"
#: The certificate is one of the trial's own.
TLS = ssl._create_unverified_context()
VISITORS = 6


class Visits:
    """What each request came to, and the slowest."""

    def __init__(self, stop: Path) -> None:
        self.stop, self.seen, self.slowest = stop, Counter(), 0.0
        page = self.read("/").decode()
        self.paths = [
            address.split(HOST)[1]
            for address in re.findall("<loc>(.*?)</loc>", self.read("/sitemap.xml").decode())
        ]
        # The names that the former version gave its style sheets.
        self.paths += re.findall(r'/static/[^"]+\.css', page)

    def read(self, path: str) -> bytes:
        connection = http.client.HTTPSConnection(HOST, timeout=30, context=TLS)
        connection.request("GET", path)
        return connection.getresponse().read()

    def go_round(self, start: int) -> None:
        connection = http.client.HTTPSConnection(HOST, timeout=30, context=TLS)
        while not self.stop.exists():
            start, began = start + 1, time.monotonic()
            try:
                connection.request(
                    "GET", self.paths[start % len(self.paths)], headers={"Accept-Encoding": "br"}
                )
                response = connection.getresponse()
                response.read()
                self.seen[response.status] += 1
            except (OSError, http.client.HTTPException) as error:
                self.seen[type(error).__name__] += 1
                connection.close()
            self.slowest = max(self.slowest, time.monotonic() - began)
            time.sleep(0.05)


class Editor(colleagues.Colleague):
    """Signs in through nginx, and saves a draft of the first programme again and again."""

    def __init__(self, stop: Path) -> None:
        self.stop, self.saved, self.seen = stop, "", Counter()
        make, urllib.request.build_opener = (
            urllib.request.build_opener,
            lambda *handlers: make(*handlers, urllib.request.HTTPSHandler(context=TLS)),
        )
        super().__init__(SimpleNamespace(url=f"https://{HOST}"), "editor1")
        urllib.request.build_opener = make

    def work(self) -> None:
        number = 0
        while not self.stop.exists():
            number += 1
            answer = self.ask(colleagues.address_of(1))
            if answer.status == 200:
                form = fill_form(answer) | {"summary_en": f"Summary {number}."}
                statuses = self.save(1, form, "summary_en")
                self.seen[statuses[-1]] += 1
                if statuses[-1] == 302:
                    self.saved = form["summary_en"]
            else:
                self.seen[answer.status] += 1
            time.sleep(0.3)


def main() -> None:
    stop = Path(sys.argv[1])
    visits, editor = Visits(stop), Editor(stop)
    threads = [threading.Thread(target=visits.go_round, args=[7 * start]) for start in range(VISITORS)]
    threads.append(threading.Thread(target=editor.work))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    now = editor.open(1)["summary_en"]
    print(f"Visitors: {dict(visits.seen)}, slowest {visits.slowest:.1f} s. The editor: {dict(editor.seen)}")  # noqa: T201
    print(f"The last summary that was taken: {editor.saved!r}. The form has {now!r}")  # noqa: T201
    faults = [
        outcome for outcome in [*visits.seen, *editor.seen] if isinstance(outcome, int) and outcome >= 400
    ]
    sys.exit(bool(faults) or editor.saved not in now)


if __name__ == "__main__":
    main()
