"""`./run onestop backup FILE`: the whole database, the uploaded files and the keys in one file.

The counts of the manifest and the dump are of one snapshot, taken while the office works on. Files are written once
and never deleted: those copied after the dump are at least those it names, and so the database comes first.
The line in the journal is written before the dump and is therefore in it: nobody copies every person unseen.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from config import archive, postgres_binaries, prepare, server
from config.archive import BackupRefused, Manifest
from onestop.areas.versions import VERSION

TABLES = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


def main(arguments: list[str]) -> int:
    """The command; prints what was written. Raises BackupRefused."""
    parser = argparse.ArgumentParser(
        prog="./run onestop backup", description="Copy the whole database, files and keys into one new file."
    )
    parser.add_argument("file", type=Path, help="a file that does not exist yet")
    parser.add_argument("--as", dest="officer", default="system.console", help="in whose name the journal keeps it")
    options = parser.parse_args(arguments)
    with prepare.office(prepared=False) as urls:
        prepare.journal(urls["app"], options.officer, f"backup {options.file.name}")
        manifest = write(options.file, owner=urls["owner"], var=server.var(), mode=prepare.mode())
        remember(options.file, manifest, server.var())
    print(
        f"{options.file.absolute()}: {options.file.stat().st_size:,} bytes;"
        f" {manifest.counts.get('registry_person', 0):,} persons "
        f"and {len(manifest.parts) - 1:,} files. It holds personal data and keys: keep it locked away, and encrypted "
        "where others can reach it."
    )
    return 0


def write(file: Path, *, owner: str, var: Path, mode: str) -> Manifest:
    """Write a backup of the database behind the owner's URL and of var's files and keys. Raises BackupRefused."""
    with archive.writing(file) as writer, snapshot(owner) as (connection, name):
        with tempfile.TemporaryFile(dir=file.parent) as dump:  # has no name: a killed backup leaves none of it
            pg_dump(owner, snapshot=name, to=dump)
            dump.seek(0)
            writer.add(archive.DUMP, dump)
        for path, inside in uploads_and_keys(var):
            with path.open("rb") as source:
                writer.add(inside, source)
        manifest = describe(connection, mode=mode, parts=writer.parts)
        writer.manifest(manifest)
    return manifest


def remember(file: Path, manifest: Manifest, var: Path) -> None:
    """Leave a note for `./run onestop doctor`, which asks how old the last backup is."""
    note = {"at": manifest.made_at, "file": str(file.absolute()), "bytes": file.stat().st_size}
    beside = var / f".last-backup.{os.getpid()}"
    beside.write_text(json.dumps(note), "utf-8")
    beside.replace(var / "last-backup.json")


def uploads_and_keys(var: Path) -> Iterator[tuple[Path, str]]:
    """Each file to keep, and its name inside the backup. A secret key named elsewhere is kept as keys/secret."""
    for folder in archive.FOLDERS:
        for path in sorted((var / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path, path.relative_to(var).as_posix()
    named = os.environ.get("ONESTOP_SECRET_KEY_FILE")
    if named and Path(named).is_file() and not (var / "keys" / "secret").exists():
        yield Path(named), "keys/secret"


@contextlib.contextmanager
def snapshot(owner: str) -> Iterator[tuple[psycopg.Connection, str]]:
    """A read-only transaction and the name under which pg_dump joins its snapshot."""
    try:
        connection = psycopg.connect(owner)
    except psycopg.OperationalError as error:
        raise BackupRefused(f"The database cannot be reached as its owner: {error}".rstrip()) from error
    with connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        yield connection, str(row and row[0])


def describe(connection: psycopg.Connection, *, mode: str, parts: list[archive.ArchivePart]) -> Manifest:
    """The manifest, with every table counted."""
    found = connection.execute("SELECT country, made_by_version FROM areas_installation").fetchone()
    if found is None:
        raise BackupRefused("This database is not prepared yet; there is nothing to back up.")
    migrations = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    row = connection.execute(
        "SELECT current_setting('server_version'), pg_database_size(current_database())"
    ).fetchone() or ("", 0)
    return Manifest(
        format=archive.FORMAT,
        version=VERSION,
        country=found[0],
        mode=mode,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        postgresql=row[0],
        database_bytes=row[1],
        migrations=[name for (name,) in migrations],
        counts=counts(connection),
        parts=parts,
    )


def counts(connection: psycopg.Connection) -> dict[str, int]:
    """The rows of every table of the schema, as this connection sees them."""
    found = {}
    for (table,) in connection.execute(TABLES).fetchall():
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        found[table] = row[0] if row else 0
    return found


def pg_dump(owner: str, *, snapshot: str, to: IO[bytes], compressed: bool = True) -> None:
    """Dump into an open file. Raises BackupRefused with what pg_dump said, OSError for a full disk."""
    done = client(
        "pg_dump", owner, "--format=custom", f"--compress={6 if compressed else 0}", f"--snapshot={snapshot}", stdout=to
    )
    if done.returncode:
        said = done.stderr.strip()
        if "No space left" in said or "File too large" in said:
            raise OSError(28, "No space left on device")
        raise BackupRefused(f"pg_dump could not copy the database; nothing was written:\n{said}")


def client(
    program: str, url: str, *arguments: str, stdout: IO[bytes] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a PostgreSQL program on a database; the password travels in the environment, where `ps` does not show it."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    password = parts.pop("password", None)
    environment = postgres_binaries.environment() | ({"PGPASSWORD": password} if password else {})
    return subprocess.run(
        [str(postgres_binaries.binaries() / program), "-d", psycopg.conninfo.make_conninfo(**parts), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
