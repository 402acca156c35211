"""The file of a backup: a plain tar of the database's dump, the uploaded files and the keys, with a manifest.

    database.dump    pg_dump's custom format, made in one snapshot
    files/…          uploads as they lie on the disk
    keys/…           the installation's secret keys
    manifest.json    last, so that a file cut short has none: what it holds, of which version, each part's SHA-256

Standard library only. Raises `BackupRefused` for everything that can go wrong, with what, where and the way out.
"""

import contextlib
import errno
import fcntl
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

MANIFEST = "manifest.json"
DUMP = "database.dump"
FOLDERS = ("files", "keys")
FORMAT = 1  # of this file's layout; a reader refuses a higher one
LARGEST_MANIFEST = 256 * 1024 * 1024  # bytes


class BackupRefused(Exception):
    """A backup cannot be written, read or restored; the message says what, where, and how to put it right."""


@dataclass(frozen=True)
class ArchivePart:
    """One member of the archive: its name, its size in bytes, its SHA-256 in hexadecimal."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `counts` are the rows of every table, taken in the snapshot of the dump."""

    format: int
    version: str
    country: str
    mode: str
    made_at: str
    postgresql: str
    database_bytes: int
    migrations: list[str]
    counts: dict[str, int]
    parts: list[ArchivePart] = field(default_factory=list)

    def size(self) -> int:
        """Bytes of all parts together."""
        return sum(part.bytes for part in self.parts)


class Writer:
    """Adds parts to a backup that is being written; `manifest` ends it. Made by `writing`."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.parts: list[ArchivePart] = []

    def add(self, name: str, source: IO[bytes]) -> None:
        """Copy an open file from where it stands to its end, under a name."""
        start = source.tell()
        size = source.seek(0, os.SEEK_END) - start
        source.seek(start)
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        reader = _Hashing(source)
        self._tar.addfile(info, reader)
        self.parts.append(ArchivePart(name, size, reader.hexdigest()))

    def manifest(self, manifest: Manifest) -> None:
        """The last member."""
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(text), 0o600
        self._tar.addfile(info, io.BytesIO(text))


class _Hashing:
    """A file being read, and the digest of what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._digest.update(data)
        return data

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


@contextlib.contextmanager
def writing(file: Path) -> Iterator[Writer]:
    """Write FILE.part, readable by its owner only, and rename it to FILE when all of it is on the disk.

    An existing FILE is never overwritten. After any failure nothing is left behind.
    """
    if file.exists():
        raise BackupRefused(f"{file} exists already, and a backup overwrites nothing. Choose another name.")
    part = file.with_name(file.name + ".part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BackupRefused(
            f"Cannot write {part}: {error.strerror}. Name a file in a folder that exists and that you may write to."
        ) from error
    with os.fdopen(descriptor, "r+b") as output:
        try:
            fcntl.flock(output, fcntl.LOCK_EX | fcntl.LOCK_NB)  # what a killed backup left is nobody's
        except BlockingIOError as error:
            raise BackupRefused(f"Another backup is writing {part} at this moment. Choose another name.") from error
        try:
            os.fchmod(descriptor, 0o600)
            output.truncate(0)
            with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            output.flush()
            os.fsync(descriptor)
            part.rename(file)
        except OSError as error:
            raise BackupRefused(_why_not_written(file, error)) from error
        finally:
            part.unlink(missing_ok=True)


def _why_not_written(file: Path, error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return (
            f"The disk of {file.parent.absolute()} is full ({error.strerror}); the backup was not made and nothing of "
            "it is left. Free some space, or name a file on another disk."
        )
    return f"The backup {file} could not be written: {error.strerror or error}. Nothing of it is left."


def read_manifest(file: Path) -> Manifest:
    """What a backup says of itself; its parts are not read. Raises BackupRefused for what is no whole backup."""
    with _reading(file) as tar:
        try:
            member = tar.getmember(MANIFEST)
        except KeyError as error:
            raise BackupRefused(
                f"{file} has no manifest: it is not a backup of OneStop, or it was cut short. Use another backup."
            ) from error
        source = tar.extractfile(member)
        if source is None or member.size > LARGEST_MANIFEST:
            raise BackupRefused(f"The manifest of {file} cannot be read. Use another backup.")
        try:
            found = json.load(source)
            if found["format"] > FORMAT:
                raise BackupRefused(
                    f"{file} was written by a newer OneStop ({found.get('version')}). Install that version first."
                )
            return Manifest(**{**found, "parts": [ArchivePart(**part) for part in found["parts"]]})
        except (ValueError, KeyError, TypeError) as error:
            raise BackupRefused(f"The manifest of {file} cannot be read ({error}). Use another backup.") from error


def verify(file: Path, manifest: Manifest) -> None:
    """Read every part and compare it with the manifest. Raises BackupRefused naming the first that differs."""
    wanted = {part.name: part for part in manifest.parts}
    with _reading(file) as tar:
        for member in tar:
            if member.name == MANIFEST:
                continue
            part = wanted.pop(member.name, None)
            source = tar.extractfile(member) if member.isreg() else None
            if part is None or source is None or not _is_plain(member.name):
                raise BackupRefused(f"{file} holds '{member.name}', which its manifest does not know. Do not use it.")
            if member.size != part.bytes or hashlib.file_digest(source, "sha256").hexdigest() != part.sha256:  # type: ignore[arg-type]
                raise BackupRefused(
                    f"{file} is damaged: its part '{member.name}' is not what was written. Use another backup. "
                    "Nothing was changed."
                )
    if wanted:
        raise BackupRefused(f"{file} is damaged: its part '{min(wanted)}' is missing. Use another backup.")


def extract(file: Path, folder: Path) -> None:
    """Write every part but the manifest below a folder (made, 0700), each readable by its owner only."""
    with _reading(file) as tar:
        for member in tar:
            source = tar.extractfile(member)
            if member.name == MANIFEST or source is None:
                continue
            target = folder / member.name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
                while block := source.read(1 << 20):
                    output.write(block)


def _is_plain(name: str) -> bool:
    """Whether a member's name is one of ours and stays inside the folder it is written to."""
    path = PurePosixPath(name)
    inside = not path.is_absolute() and ".." not in path.parts
    return inside and (name == DUMP or (len(path.parts) > 1 and path.parts[0] in FOLDERS))


@contextlib.contextmanager
def _reading(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar
    except tarfile.TarError as error:
        raise BackupRefused(
            f"{file} is not a whole backup of OneStop ({error}): it is another file, or it was cut short."
        ) from error
    except OSError as error:
        raise BackupRefused(f"{error.filename or file}: {error.strerror or error}. Nothing was changed.") from error
