"""`manage.py serve`: when it brings the database up to date, and how its processes end."""

import datetime
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from django.core.management import CommandError, call_command

from iomlaos.delivery.models import CommandRun
from iomlaos.operations.management.commands import serve
from programmes.models import Programme
from tests.helpers.commands import ROOT
from tests.helpers.servers import STOPS_WITHIN, running_server


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_the_database_is_brought_up_to_a_release_once(db, settings, tmp_path, monkeypatch):
    def updated_at(release: str) -> datetime.datetime:
        monkeypatch.setattr(serve, "find_release", lambda: release)
        serve.update()
        return CommandRun.objects.get(name=serve.UPDATE).finished_at

    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "report.pdf").write_text("An upload beside an empty database.")
    with pytest.raises(CommandError, match="into-empty"):
        updated_at("one")
    (tmp_path / "report.pdf").unlink()
    first = updated_at("one")
    assert Programme.objects.exists()
    assert updated_at("one") == first
    assert updated_at("two") > first


def test_a_release_is_its_code_and_its_fixtures(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "fixtures/pages.yaml").write_text("- a")
    releases = [serve.find_release()]
    for name, text in (("fixtures/pages.yaml", "- b"), ("careers/models.py", ""), ("careers/models.py", "1")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        releases.append(serve.find_release())
    assert len(set(releases)) == 4
    (tmp_path / "notes.md").write_text("x")
    assert serve.find_release() == releases[-1]


def test_a_port_that_is_taken_is_told_before_anything_else(db, settings):
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings.PORT = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"Cannot serve on 127.0.0.1:{settings.PORT}: .* Another port"):
            call_command("serve", "--update")
    assert not CommandRun.objects.exists()


#: Signals arrive all the time while a thread wakes the loop. With a `threading.Event` it ends in a moment.
SIGNALS = """
import os, signal, threading, time
from iomlaos.operations.wakeup import Wakeup
wakeup, portal, ends = Wakeup(), os.getpid(), time.monotonic() + 1
signal.signal(signal.SIGTERM, lambda *_: wakeup.set())
if not os.fork():
    while time.monotonic() < ends - 0.1:
        os.kill(portal, signal.SIGTERM)
        for _ in range(300): pass
    os._exit(0)
def wake():
    while time.monotonic() < ends:
        wakeup.set()
        time.sleep(0.00001)
    wakeup.set()
threading.Thread(target=wake).start()
while time.monotonic() < ends - 0.05:
    wakeup.wait()
    wakeup.clear()
print("awake")
"""


def test_a_signal_at_the_moment_when_a_worker_ends_does_not_stop_the_main_process_for_ever():
    done = subprocess.run(
        [sys.executable, "-c", SIGNALS], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout) == (0, "awake\n"), done.stderr


@pytest.mark.one_database
def test_ctrl_c_which_reaches_every_process_is_left_to_the_main_one(server_folder):
    with running_server(server_folder, WEB_WORKERS="2") as server:
        workers = server.workers()
        for worker in workers:
            os.kill(worker, signal.SIGINT)
        # One that takes it is gone in a tenth of this.
        time.sleep(0.5)
        assert server.workers() == workers
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(STOPS_WITHIN) == 0
        assert not is_open(server.port)


@pytest.mark.one_database
def test_workers_end_with_the_process_that_started_them(server_folder):
    with running_server(server_folder, WEB_WORKERS="2") as server:
        workers = server.workers()
        server.process.kill()
        server.process.wait()
        ends = time.monotonic() + STOPS_WITHIN
        while is_open(server.port) and time.monotonic() < ends:
            time.sleep(0.05)
        assert len(workers) == 2
        assert not is_open(server.port)
        assert not any(os.path.exists(f"/proc/{worker}/exe") for worker in workers)
