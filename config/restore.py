"""`./run onestop restore FILE`: bring a backup back, onto the embedded server or into an empty database of one's own.

Nothing of the present installation is touched until the backup has been read whole, compared with its checksums,
loaded, counted and brought to this version's tables. Then it is put into place (config/restoring.py), what was there is
moved aside, and nothing is deleted.
"""

import argparse
import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from config import archive, backup, prepare, restoring, server
from config.archive import BackupRefused, Manifest
from config.embedded_postgres import Cluster
from onestop.areas.versions import VERSION, is_newer

LOADED = "onestop_restoring"  # the database beside the running one
TO_SPARE = 200 * 1024 * 1024  # bytes that must be left when everything is unpacked


def main(arguments: list[str]) -> int:
    """The command; prints what was restored and where the old things are. Raises BackupRefused."""
    parser = argparse.ArgumentParser(prog="./run onestop restore", description="Bring a backup back.")
    parser.add_argument("file", type=Path, help="a file written by ./run onestop backup")
    parser.add_argument("--replace", action="store_true", help="also where persons are registered already")
    parser.add_argument("--as", dest="officer", default="system.console", help="in whose name the journal keeps it")
    options = parser.parse_args(arguments)
    manifest = examine(options.file)
    print(
        f"Whole and unchanged: made {manifest.made_at} by OneStop {manifest.version}, "
        f"{manifest.counts.get('registry_person', 0):,} persons. Restoring …",
        flush=True,
    )
    var, mode = server.var(), prepare.mode()
    if os.environ.get("DATABASE_URL"):
        urls = server.urls()
        with prepare.alone():
            restoring.finish(var)
            aside = into_empty(options.file, manifest, urls, var=var, mode=mode, officer=options.officer)
    else:
        cluster = server.embedded_cluster()
        with cluster.use(), prepare.alone():
            restoring.finish(var, cluster)
            aside = beside(
                options.file, manifest, cluster, server.DEMO_DATABASE, var=var, mode=mode,
                replace=options.replace, officer=options.officer,
            )  # fmt: skip
    print(f"Restored. What was here before is kept, named {aside} (HOWTO.md tells how to remove it).")
    return 0


def examine(file: Path) -> Manifest:
    """The manifest of a backup that is whole and that this version can read. Raises BackupRefused."""
    manifest = archive.read_manifest(file)
    if is_newer(manifest.version):
        raise BackupRefused(
            f"{file} was made by OneStop {manifest.version}, which is newer than this one ({VERSION}). "
            "Install that version and restore there. Nothing was changed."
        )
    archive.verify(file, manifest)
    return manifest


def beside(
    file: Path,
    manifest: Manifest,
    cluster: Cluster,
    database: str,
    *,
    var: Path,
    mode: str,
    replace: bool,
    officer: str,
) -> str:
    """Restore on the embedded server and swap; the name under which the old things are kept. Raises BackupRefused."""
    if cluster.database_exists(database):
        refuse_in_use(cluster.url(database, "onestop_owner"), replace=replace)
    with unpacked(file, manifest, var):
        cluster.drop_database(LOADED)
        cluster.create_database(LOADED)
        try:
            owner, app = cluster.url(LOADED, "onestop_owner"), cluster.url(LOADED, "onestop_app")
            load(var / restoring.FOLDER / archive.DUMP, manifest.counts, owner)
            bring_up_to_date(owner, mode)
            note(app, officer, file)
        except BaseException:
            cluster.drop_database(LOADED)
            raise
        restoring.ready(var, database=database, beside=LOADED)
    return restoring.finish(var, cluster)


def into_empty(file: Path, manifest: Manifest, urls: dict[str, str], *, var: Path, mode: str, officer: str) -> str:
    """Restore into the empty database of a server of one's own. Raises BackupRefused."""
    refuse_occupied(urls["owner"])
    with unpacked(file, manifest, var):
        load(var / restoring.FOLDER / archive.DUMP, manifest.counts, urls["owner"])
        bring_up_to_date(urls["owner"], mode)
        note(urls["app"], officer, file)
        restoring.ready(var)
    return restoring.finish(var)


@contextlib.contextmanager
def unpacked(file: Path, manifest: Manifest, var: Path) -> Iterator[None]:
    """The parts in var/restoring; after a failure that folder is gone and nothing else was touched."""
    var.mkdir(parents=True, exist_ok=True)
    restoring.sweep(var)
    needed = manifest.size() + manifest.database_bytes + TO_SPARE
    free = shutil.disk_usage(var).free
    if free < needed:
        raise BackupRefused(
            f"The disk of {var} is too full: {free // 2**20:,} MB are free, this backup needs {needed // 2**20:,} MB. "
            "Free some space, or set ONESTOP_VAR to a folder on another disk. Nothing was changed."
        )
    folder = var / restoring.FOLDER
    try:
        folder.mkdir(mode=0o700)
        archive.extract(file, folder)
        yield
    except OSError as error:
        raise BackupRefused(
            f"The backup could not be unpacked to {folder}: {error.strerror or error}. Nothing was changed."
        ) from error
    finally:
        restoring.sweep(var)


def load(dump: Path, counts: dict[str, int], owner: str) -> None:
    """Load the dump into an empty database, all or nothing, and count every table. Raises BackupRefused.

    The rights that roles.sql gives the application on every new table are taken away for the while: the dump brings
    each table's own, narrower ones, which would only be added to them, and the default itself at its end.
    """
    default_rights(owner, "REVOKE", "FROM")
    done = backup.client("pg_restore", owner, "--exit-on-error", "--single-transaction", str(dump))
    if done.returncode:
        default_rights(owner, "GRANT", "TO")
        raise BackupRefused(
            "pg_restore could not load the database; the present one was not touched. (Where it says 'unsupported "
            "version', the backup comes from a newer PostgreSQL: set PGBIN to the programs of that one.)\n"
            f"{done.stderr.strip()}"
        )
    with psycopg.connect(owner) as connection:
        found = backup.counts(connection)
        different = [name for name, count in counts.items() if found.get(name) != count]
        if different:
            name = different[0]
            raise BackupRefused(
                f"After loading, {name} has {found.get(name)} rows, the backup says {counts[name]}. "
                "It is not used; the present database was not touched."
            )
        connection.execute("ANALYZE")


def default_rights(owner: str, verb: str, preposition: str) -> None:
    """Take back, or give again, what roles.sql lets the application do with a new table or sequence."""
    with psycopg.connect(owner) as connection:
        for rights, kind in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
            connection.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public {} {} ON {} {} onestop_app").format(
                    *(sql.SQL(part) for part in (verb, rights, kind, preposition))
                )
            )


def bring_up_to_date(owner: str, mode: str) -> None:
    """Refuse a database that is not ours, and bring an older one to the tables of this version."""
    try:
        for step in prepare.STEPS[:2]:
            prepare.django(step, owner, process="owner", mode=mode)
    except prepare.NotPrepared as refused:
        raise BackupRefused(f"This backup cannot be used here. {refused}") from refused


def note(app: str, officer: str, file: Path) -> None:
    """The restore's line in the journal of the restored database."""
    try:
        prepare.journal(app, officer, f"restore {file.name}")
    except prepare.NotPrepared as refused:
        raise BackupRefused(f"This backup cannot be used here. {refused}") from refused


def refuse_in_use(owner: str, *, replace: bool) -> None:
    """Refuse while somebody works in the present database, and where people stand in it unless `replace`."""
    with psycopg.connect(owner) as connection:
        others = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
        if others and others[0]:
            raise BackupRefused(
                f"The present database is in use ({others[0]} connections). End the demonstration or the command that "
                "uses it (Ctrl-C), then restore again. Nothing was changed."
            )
        persons = rows(connection, "registry_person")
    if persons and not replace:
        raise BackupRefused(
            f"The present database holds {persons:,} persons. To put the backup in its place, say --replace: the "
            "present database, files and keys are then moved aside, not deleted. Nothing was changed."
        )


def refuse_occupied(owner: str) -> None:
    """Refuse a database of one's own that is not empty."""
    try:
        with psycopg.connect(owner) as connection:
            found = connection.execute(backup.TABLES).fetchall()
            name = connection.info.dbname
            persons = rows(connection, "registry_person") if found else 0
    except psycopg.OperationalError as error:
        raise BackupRefused(f"The database cannot be reached as its owner: {error}".rstrip()) from error
    if found:
        raise BackupRefused(
            f"The database {name} is not empty: {len(found)} tables, {persons:,} persons. A backup is only restored "
            f"into an empty one. Make one (psql -v database={name}_restored -f config/roles.sql postgres), let both "
            "URLs name it, and restore again. Nothing was changed."
        )


def rows(connection: psycopg.Connection, table: str) -> int:
    """The rows of a table, 0 where there is no such table."""
    there = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
    if not (there and there[0]):
        return 0
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return row[0] if row else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
