"""`./run onestop upgrade-dump`: a small dump of the state that is released now, for tests/upgrade to migrate for ever.

Made on a temporary server: all tables and reference data of this version, of the gazetteer one province only, twenty
invented households. Beside the dump stand, as JSON, the rows of every table and what one cross-table answers.
Run it once for each released version, when nothing of it changes any more, and commit both files.
"""

import argparse
import json
import lzma
import os
import tempfile
from pathlib import Path

import psycopg

from config import backup, prepare, server
from config.archive import BackupRefused
from config.embedded_postgres import temporary_cluster
from onestop.areas.versions import VERSION

FOLDER = server.ROOT / "tests" / "upgrade" / "dumps"
LARGEST = 400_000  # bytes
CROSSTABLE = ["crosstable", "--unit", "1701", "--on", "2014-06-11", "--format", "json"]
DATABASE = "released"
ENDING = ".dump.xz"
# Of the gazetteer only the province of the pilot; no row history of reference data
CUT = [
    "DELETE FROM areas_administrativeunit WHERE left(code, 2) <> '17'",
    "ALTER TABLE journal_rowhistory DISABLE TRIGGER USER",
    "DELETE FROM journal_rowhistory WHERE table_name NOT LIKE 'registry%' AND table_name NOT LIKE 'enrolments%'",
    "ALTER TABLE journal_rowhistory ENABLE TRIGGER USER",
]


def main(arguments: list[str]) -> int:
    """Write VERSION.dump.xz and VERSION.json; an existing dump is never overwritten."""
    parser = argparse.ArgumentParser(prog="./run onestop upgrade-dump", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the two files go")
    folder = parser.parse_args(arguments).folder
    dump = folder / f"{VERSION}{ENDING}"
    if dump.exists():
        raise BackupRefused(f"{dump} exists. The dump of a released version never changes; raise the version first.")
    os.environ.pop("DATABASE_URL", None)
    folder.mkdir(parents=True, exist_ok=True)
    with temporary_cluster() as cluster:
        cluster.create_database(DATABASE)
        owner, app = cluster.url(DATABASE, "onestop_owner"), cluster.url(DATABASE, "onestop_app")
        prepare.run_steps(owner, app, mode="demo")
        fill(app)
        with psycopg.connect(owner) as connection:
            for statement in CUT:
                connection.execute(statement)
        answer = json.loads(prepare.django(CROSSTABLE, app, process="command", mode="demo"))
        with backup.snapshot(owner) as (connection, name):
            counts = backup.counts(connection)
            with tempfile.TemporaryFile() as plain:
                backup.pg_dump(owner, snapshot=name, to=plain, compressed=False)
                plain.seek(0)
                packed = lzma.compress(plain.read(), preset=9)
    if len(packed) > LARGEST:
        raise BackupRefused(f"The dump would have {len(packed):,} bytes; at most {LARGEST:,} are kept in the project.")
    dump.write_bytes(packed)
    told = {"version": VERSION, "command": CROSSTABLE, "counts": counts, "answer": answer}
    told_in(dump).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{dump}: {len(packed):,} bytes, {counts['registry_person']} invented persons")
    return 0


def told_in(dump: Path) -> Path:
    """The file that tells of a dump."""
    return dump.with_name(dump.name.removesuffix(ENDING) + ".json")


def fill(app: str) -> None:
    """The twenty households, in a process of its own with the application's role."""
    done = prepare.module(["config.upgrade_people"], app, mode="demo")
    if done.returncode:
        raise BackupRefused(f"The households of the dump could not be loaded:\n{done.stderr.strip()}")
