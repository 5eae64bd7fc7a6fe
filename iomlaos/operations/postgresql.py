"""PostgreSQL's own programs: pg_dump, pg_restore and psql, of the server's version or a later one."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from django.db import connection

from iomlaos.operations import OperationError

#: Where Debian and Red Hat put them, before the one that the shell finds: on Debian that is a wrapper.
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
#: Everything that the portal made there, and nothing that an extension brought.
EMPTY_THE_SCHEMA = """
SET lock_timeout = '10s';
DO $$ DECLARE found regclass; routine regprocedure; BEGIN
    FOR found IN SELECT oid FROM pg_class
        WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e') LOOP
        EXECUTE format('DROP TABLE %s CASCADE', found);
    END LOOP;
    FOR routine IN SELECT oid FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') LOOP
        EXECUTE format('DROP ROUTINE %s', routine);
    END LOOP;
END $$;
"""
WITHOUT_OWNERS = ("--no-owner", "--no-privileges", "--no-comments")


class PostgreSQLDatabase:
    member = "database.dump"

    def dump(self, target: Path) -> None:
        # All tables as they are at one moment; writers do not wait.
        self._run("pg_dump", "--format=custom", *WITHOUT_OWNERS, f"--file={target}")

    def refuse_if_open(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            [others] = cursor.fetchone()
        if others:
            raise OperationError(
                f"{others} other programs use the database. Stop the portal and its timers first."
            )

    def place_for(self, folder: Path) -> Path:
        return folder / self.member

    def load(self, source: Path) -> None:
        """In one transaction, with all that stood there before: also tables of a later version."""
        empty, script = source.with_name("empty.sql"), source.with_name("restore.sql")
        empty.write_text(EMPTY_THE_SCHEMA)
        self._run("pg_restore", *WITHOUT_OWNERS, f"--file={script}", str(source), connects=False)
        connection.close()
        self._run(
            "psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--single-transaction",
            "--set=ON_ERROR_STOP=1", f"--file={empty}", f"--file={script}",
        )  # fmt: skip

    def _run(self, name: str, *arguments: str, connects: bool = True) -> None:
        parameters = connection.get_connection_params()
        # The limits of pages are none for a whole database.
        for given in ("cursor_factory", "options"):
            parameters.pop(given, None)
        password = parameters.pop("password", None)
        program = find_program(name, connection.pg_version // 10_000)  # type: ignore[attr-defined]
        if connects:
            arguments = (f"--dbname={make_dsn(**parameters)}", *arguments)
        done = subprocess.run(
            [program, *arguments],
            env=os.environ | ({"PGPASSWORD": password} if password else {}),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise OperationError(f"{name} failed: {done.stderr.strip()[-1000:]}")


def make_dsn(**parameters: str) -> str:
    # A site on SQLite does without it.
    from psycopg2.extensions import make_dsn  # noqa: PLC0415

    return make_dsn(**parameters)


def find_program(name: str, major: int) -> str:
    """The program of the server's version, or else of the next later one."""
    found = [str(path) for folder in FOLDERS for path in Path("/").glob(f"{folder[1:]}/{name}")]
    if on_path := shutil.which(name):
        found.append(on_path)
    versions = {version: path for path in reversed(found) if (version := _major_version(path))}
    if suitable := sorted(version for version in versions if version >= major):
        return versions[suitable[0]]
    there = ", ".join(map(str, sorted(versions))) or "none"
    raise OperationError(
        f"{name} of PostgreSQL {major} is needed, as the server is, or a later one. There is: {there}. "
        f"On Debian: apt install postgresql-client-{major}"
    )


def _major_version(program: str) -> int:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    number = re.search(r" (\d+)", said)
    return int(number[1]) if number else 0
