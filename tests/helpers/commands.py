"""Commands of manage.py on a server's data, without starting Django for each of them.

One process loads Django and waits. Each command runs in a fork of it, and so with the settings, the clock and
the data that the server was started with.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import traceback
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def manage(*arguments: str, environment: dict[str, str], within: int = 240) -> subprocess.CompletedProcess:
    """Run one command in a process of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=within, check=True,
    )  # fmt: skip


class CommandServer:
    """The process that waits for commands. It ends when it is closed, or when the tests end."""

    def __init__(self, environment: dict[str, str]) -> None:
        # Not standard output: a command may write to that.
        self.connection, theirs = Pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.commands", str(theirs.fileno())],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
        )  # fmt: skip
        theirs.close()

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        self.connection.send((arguments, environment))
        status, output, errors = self.connection.recv()
        done = subprocess.CompletedProcess(["manage.py", *arguments], status, output, errors)
        if status:
            # The message of CalledProcessError leaves out why.
            print(errors, file=sys.stderr)  # noqa: T201
        done.check_returncode()
        return done

    def close(self) -> None:
        self.connection.close()
        self.process.wait()


def _serve(connection: Connection) -> None:
    with contextlib.suppress(EOFError):
        while True:
            arguments, environment = connection.recv()
            child = os.fork()
            if not child:
                try:
                    connection.send(_execute(arguments, environment))
                finally:
                    os._exit(0)
            _, status = os.waitpid(child, 0)
            if status:
                connection.send((os.waitstatus_to_exitcode(status), "", "The command was killed."))


def _execute(arguments: list[str], environment: dict[str, str]) -> tuple[int, str, str]:
    """Run a command in this process: its status, its output and its errors."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    os.environ.update(environment)
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        os.dup2(output.fileno(), sys.stdout.fileno())
        os.dup2(errors.fileno(), sys.stderr.fileno())
        status = 0
        try:
            execute_from_command_line(["manage.py", *arguments])
        except SystemExit as exit_:
            if isinstance(exit_.code, str):
                print(exit_.code, file=sys.stderr)  # noqa: T201
            status = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
        except BaseException:  # noqa: BLE001
            traceback.print_exc()
            status = 1
        texts = []
        for stream, file in ((sys.stdout, output), (sys.stderr, errors)):
            stream.flush()
            file.seek(0)
            texts.append(file.read())
    return status, *texts


def main() -> None:
    import django  # noqa: PLC0415
    from django.urls import get_resolver  # noqa: PLC0415

    django.setup()
    # This imports the views, so that no fork has to.
    _ = get_resolver().url_patterns
    _serve(Connection(int(sys.argv[1])))


if __name__ == "__main__":
    main()
