"""Write every page of a portal with notices of every kind and state into a folder, for checkers of HTML.

    .venv/bin/python -m bench.every_page FOLDER

It starts a portal of its own with the content of `fixtures/`, adds the notices, and follows all links.
docs/testing.md says what to do with the pages.
"""

import argparse
import tempfile
from pathlib import Path

import tests.environment  # noqa: F401 (before the settings are read)
from tests.helpers.crawl import CrawledPage, walk
from tests.helpers.servers import running_server

#: Pages to which no link leads, too.
STARTS = [
    "/", "/nothing-is-here/", "/?q=%00", "/careers/alerts/", "/careers/vacancies/withdrawn/",
    "/careers/procurement/withdrawn-tender/", "/careers/vacancies/internal/", "/careers/check/?q=Driver",
    "/careers/check/?q=Driver,+withdrawn", "/careers/check/?q=Nobody+knows+this", "/careers/?closing=3",
]  # fmt: skip

FILL = "from tests.helpers.every_notice import make_every_notice; make_every_notice()"


def write(folder: Path, page: CrawledPage) -> None:
    name = "".join(letter if letter.isalnum() or letter in "-." else "_" for letter in page.address)
    (folder / f"{name}.html").write_bytes(page.body)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.every_page", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="every-page-") as data,
        # So that there is a form for alerts. Nothing is sent.
        running_server(Path(data), EMAIL_URL="smtp://127.0.0.1:9") as server,
    ):
        filled = server.manage("shell", "--verbosity", "0", "-c", FILL)
        if filled.returncode:
            raise SystemExit(filled.stderr)
        pages = [page for page in walk(server, *STARTS).values() if page.is_page]
    for page in pages:
        write(folder, page)
    print(f"{len(pages)} pages, of {len({page.status for page in pages})} statuses")  # noqa: T201


if __name__ == "__main__":
    main()
