"""The mirror: what it holds, for which moments, and what a new one leaves alone."""

import datetime
from collections.abc import Iterator

import pytest
import time_machine
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from iomlaos.delivery.errors import unavailable
from iomlaos.home.mirror import Mirror, SiteChangedError, SiteIsDownError
from programmes.models import Programme
from tests.helpers.drafts import schedule_change
from tests.helpers.factories import make_programme, make_vacancy

NOW = datetime.datetime(2040, 6, 13, 3, 0, tzinfo=datetime.UTC)
HOUR = 3600


@pytest.fixture
def mirror(seeded, tmp_path) -> Iterator[Mirror]:
    # Else a request would close the connection, in the transaction of the test.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Mirror(tmp_path / "mirror", get_wsgi_application(), lambda: "word-1")
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def write(mirror: Mirror, at: datetime.datetime = NOW) -> dict:
    with time_machine.travel(at, tick=False):
        return mirror.write(at.timestamp())


def text(mirror: Mirror, path: str, seconds: float = 0) -> str:
    page = mirror.reader.find(path, NOW.timestamp() + seconds)
    return page.body.decode() if page else ""


def test_it_holds_every_page_of_the_sitemap_with_what_they_show(mirror, client):
    old = make_vacancy(closes_at=NOW - datetime.timedelta(days=400))
    for _ in range(12):
        make_vacancy(closes_at=NOW - datetime.timedelta(days=300))
    write(mirror)
    assert old.title in text(mirror, old.get_absolute_url())
    assert mirror.folder.stat().st_mode & 0o777 == 0o700
    site = mirror.folder / "current" / "site"
    for line in client.get("/sitemap.xml").content.decode().split("<loc>")[1:]:
        path = line.partition("</loc>")[0].removeprefix("http://testserver")
        with time_machine.travel(NOW, tick=False):
            assert text(mirror, path) == client.get(path).content.decode(), path
        assert (site / path.lstrip("/") / "index.html.br").exists()
    assert not (site / "admin").exists()


def test_what_did_not_change_is_the_same_file(mirror):
    write(mirror)
    file = mirror.folder / "current" / "site" / "contact" / "index.html"
    before, programme = file.stat().st_ino, Programme.objects.first()
    assert write(mirror)["written"] == 0
    Programme.objects.filter(pk=programme.pk).update(title_en="Another title")
    assert write(mirror)["written"] > 0
    assert file.stat().st_ino == before
    assert "Another title" in text(mirror, programme.get_absolute_url())


def test_a_notice_is_closed_in_it_from_its_deadline_on(mirror):
    vacancy = make_vacancy(closes_at=NOW + datetime.timedelta(seconds=50))
    write(mirror)
    path = vacancy.get_absolute_url()
    assert "tag-closing" in text(mirror, path, 49)
    assert '<span class="tag">Closed</span>' in text(mirror, path, 50)
    assert "It closed on" not in text(mirror, "/careers/", 49)
    assert "It closed on" in text(mirror, "/careers/", 50)


def test_it_knows_no_page_beyond_the_second_change(mirror):
    make_vacancy(closes_at=NOW + datetime.timedelta(hours=1, seconds=30))
    write(mirror)
    # The minutes left change twice.
    assert text(mirror, "/careers/", 29)
    assert text(mirror, "/careers/", 89)
    assert not text(mirror, "/careers/", 91)


def test_what_is_scheduled_is_not_rendered_ahead_nor_published(mirror):
    programme = make_programme(title_en="As it is")
    with time_machine.travel(NOW, tick=False):
        schedule_change(programme, NOW + datetime.timedelta(hours=1), title_en="As it will be")
    write(mirror)
    path = programme.get_absolute_url()
    assert "As it is" in text(mirror, path, HOUR - 1)
    assert not text(mirror, path, HOUR)
    assert not [file for file in mirror.folder.rglob("*.html") if "As it will be" in file.read_text()]
    programme.refresh_from_db()
    assert programme.title_en == "As it is"


def test_it_stays_as_it_was_while_the_site_is_down(mirror):
    write(mirror)
    before = (mirror.folder / "current").resolve()

    def down(environ, start_response):
        response = unavailable()
        start_response("503 Service Unavailable", [*response.items()])
        return response

    mirror.application = down
    with pytest.raises(SiteIsDownError):
        write(mirror)
    assert (mirror.folder / "current").resolve() == before
    assert text(mirror, "/")


def test_an_edit_while_it_is_written_leaves_it_as_it_was(mirror):
    write(mirror)
    before = (mirror.folder / "current").resolve()
    versions = iter(["word-1", "word-2"])
    mirror.read_version = lambda: next(versions)
    with pytest.raises(SiteChangedError):
        write(mirror)
    assert (mirror.folder / "current").resolve() == before


def test_it_is_current_until_the_content_or_the_clock_changes(mirror):
    make_vacancy(closes_at=NOW + datetime.timedelta(seconds=50))
    assert not mirror.is_current(NOW.timestamp())
    write(mirror)
    assert mirror.is_current(NOW.timestamp())
    assert not mirror.is_current(NOW.timestamp() + 50)
    mirror.read_version = lambda: "word-2"
    assert not mirror.is_current(NOW.timestamp())
