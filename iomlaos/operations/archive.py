"""The archive of a backup: a tar file with a checksum of each file in it, and of this list at its end."""

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from iomlaos.operations import OperationError

MANIFEST = "manifest.json"
CHECKSUM = "manifest.json.sha256"
#: Raised when an archive is written in another way.
FORMAT = 1


@dataclass
class Manifest:
    """What an archive holds."""

    #: "sqlite" or "postgresql".
    database: str
    made_at: str
    #: The applied migrations, as "app.name".
    migrations: list[str]
    #: The SHA-256 of each file, by its name in the archive.
    files: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


class HashingReader:
    """Reads a file and hashes what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.hash.update(block)
        return block


def write(path: Path, manifest: Manifest, files: dict[str, Path]) -> None:
    """Write files into a new archive, and their checksums into the manifest."""
    with path.open("xb") as output:
        with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, source in files.items():
                with source.open("rb") as opened:
                    status, reader = os.fstat(opened.fileno()), HashingReader(opened)
                    archive.addfile(_member(name, status.st_size, status.st_mtime), reader)
                    manifest.files[name] = reader.hash.hexdigest()
            text = json.dumps(asdict(manifest), indent=1).encode()
            for name, content in ((MANIFEST, text), (CHECKSUM, hashlib.sha256(text).hexdigest().encode())):
                archive.addfile(_member(name, len(content), 0), io.BytesIO(content))
        output.flush()
        os.fsync(output.fileno())


def _member(name: str, size: int, modified: float) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, int(modified), 0o600
    return member


def verify(path: Path) -> Manifest:
    """Read a whole archive and compare each file with its checksum. Raises OperationError."""
    lists, found = {}, {}
    try:
        for name, content in _members(path):
            if name in (MANIFEST, CHECKSUM):
                lists[name] = content.read()
            else:
                found[name] = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
        if hashlib.sha256(lists[MANIFEST]).hexdigest() != lists[CHECKSUM].decode():
            raise ValueError(f"its {MANIFEST} is not as it was saved.")
        manifest = Manifest(**json.loads(lists[MANIFEST]))
    except FileNotFoundError:
        raise OperationError(f"There is no file {path}.") from None
    except KeyError as error:
        raise OperationError(f"{path} is not a whole backup: it has no {error}.") from None
    except (tarfile.TarError, OSError, EOFError, ValueError, TypeError) as error:
        raise OperationError(f"{path} is not a whole backup: {error}") from None
    if manifest.format != FORMAT:
        raise OperationError(f"{path} was made by another version of the portal.")
    names = sorted(manifest.files.keys() | found)
    if wrong := [name for name in names if manifest.files.get(name) != found.get(name)]:
        raise OperationError(f"{path} is damaged: {wrong[0]} is not as it was saved ({len(wrong)} in all).")
    return manifest


def extract(path: Path, manifest: Manifest, targets: dict[str, Path]) -> None:
    """Write files of an archive to new places, by their names. Each is whole on disk or missing."""
    for name, content in _members(path):
        if target := targets.get(name):
            target.parent.mkdir(parents=True, exist_ok=True)
            unfinished = target.with_name(f"{target.name}.unfinished")
            with unfinished.open("wb") as output:
                reader = HashingReader(content)
                shutil.copyfileobj(reader, output)
                output.flush()
                os.fsync(output.fileno())
            if reader.hash.hexdigest() != manifest.files[name]:
                unfinished.unlink()
                raise OperationError(f"{path} changed while it was read.")
            unfinished.replace(target)


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The name and content of each file. Raises ValueError for a name that leads elsewhere."""
    with tarfile.open(path, "r:") as archive:
        seen = set()
        for member in archive:
            name = PurePosixPath(member.name)
            content = archive.extractfile(member) if member.isreg() else None
            if content is None or name.is_absolute() or ".." in name.parts or member.name in seen:
                raise ValueError(f"“{member.name}” does not belong in it.")
            seen.add(member.name)
            yield member.name, content
