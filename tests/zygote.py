"""Commands of manage.py on a server's data, each in a fork of one process that has Django loaded.

A start of manage.py costs a second and a half of computing; a fork of one that waits costs some
milliseconds. The fork sees the settings, the clock and the data that the server was started with.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Zygote:
    """The process that waits, seen from the tests."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.zygote"],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        self.process.stdin.write(json.dumps([arguments, environment]) + "\n")
        self.process.stdin.flush()
        status, out, err = json.loads(self.process.stdout.readline())
        done = subprocess.CompletedProcess(["manage.py", *arguments], status, out, err)
        if status:
            raise subprocess.CalledProcessError(status, done.args, out, err)
        return done

    def close(self) -> None:
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()


def _child(arguments: list[str], environment: dict[str, str], answer: int) -> None:
    os.environ.update(environment)
    out, err = io.StringIO(), io.StringIO()
    status = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            from django.core.management import ManagementUtility  # noqa: PLC0415

            ManagementUtility(["manage.py", *arguments]).execute()
        except SystemExit as end:
            if isinstance(end.code, str):
                err.write(end.code)
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:  # noqa: BLE001
            traceback.print_exc(file=err)
            status = 1
    with os.fdopen(answer, "w") as pipe:
        json.dump([status, out.getvalue(), err.getvalue()], pipe)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iomlaos.settings")
    import django  # noqa: PLC0415

    django.setup()
    from django.urls import get_resolver  # noqa: PLC0415

    _ = get_resolver().url_patterns
    for line in sys.stdin:
        arguments, environment = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            try:
                _child(arguments, environment, writing)
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        print(answer or '[1, "", "died"]', flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
