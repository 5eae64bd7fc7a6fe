"""The units of deploy/systemd, read by systemd itself."""

import os
import shutil
import subprocess

import pytest

from tests.helpers.commands import ROOT

UNITS = ROOT / "deploy/systemd"


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing: apt install systemd"
)
def test_systemd_reads_every_unit_without_a_remark(tmp_path):
    etc, lib = tmp_path / "etc/systemd/system", tmp_path / "usr/lib/systemd"
    shutil.copytree(UNITS, etc)
    shutil.copytree("/usr/lib/systemd/system", lib / "system", symlinks=True, ignore_dangling_symlinks=True)
    for program in ("bin/sh", "opt/portal/releases/x/.venv/bin/python"):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).write_text("")
        (tmp_path / program).chmod(0o755)
    (tmp_path / "opt/portal/current").mkdir()
    os.symlink("usr/lib", tmp_path / "lib")
    names = [path.name.replace("@.", "@x.") for path in UNITS.iterdir() if path.is_file()]
    done = subprocess.run(
        ["systemd-analyze", "verify", f"--root={tmp_path}", *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in done.stderr.splitlines() if "portal" in line] == []
    assert done.returncode == 0


def test_every_service_is_hardened_in_one_place():
    shared = (UNITS / "portal-.service.d/common.conf").read_text()
    assert "ProtectSystem=strict" in shared
    services = [path for path in UNITS.glob("*.service") if path.is_file()]
    # systemd reads the drop-in for names that begin with "portal-".
    assert len(services) == 5
    assert all(path.name.startswith("portal-") for path in services)
    assert not [path.name for path in services if "Protect" in path.read_text()]
