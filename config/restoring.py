"""Putting a checked restore into place, in steps that can be repeated: a kill between any two of them costs nothing.

While a backup is unpacked and loaded, everything of it is in `var/restoring/` and in a database beside the running one;
nothing of the installation is touched. When all of it is checked, `var/restoring/ready.json` is written: from then on
the restore is finished forwards, by the command itself or, after a kill, by the next start. What was there before is
moved aside, never deleted.
"""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from config import postgres_process
from config.archive import FOLDERS
from config.embedded_postgres import SUPERUSER, Cluster, PostgresRefused

FOLDER = "restoring"
READY = "ready.json"


def ready(var: Path, *, database: str | None = None, beside: str | None = None) -> None:
    """Declare what lies in var/restoring whole and checked. `beside` is the loaded database that becomes `database`."""
    folder = var / FOLDER
    aside = name_aside()
    with (folder / "ready.part").open("w", encoding="utf-8") as file:
        json.dump({"aside": aside, "database": database, "beside": beside}, file)
        file.flush()
        os.fsync(file.fileno())
    (folder / "ready.part").rename(folder / READY)
    postgres_process.sync(folder)


def finish(var: Path, cluster: Cluster | None = None) -> str:
    """Finish a restore that was declared ready; '' when there is none, else the name of what was moved aside."""
    folder = var / FOLDER
    try:
        plan = json.loads((folder / READY).read_text("utf-8"))
    except FileNotFoundError:
        return ""
    aside = str(plan["aside"])
    if plan["beside"] and cluster is not None:
        swap(cluster, plan["database"], plan["beside"], f"{plan['database']}_{aside}")
    for name in FOLDERS:
        new, present, old = folder / name, var / name, var / f"{name}.{aside}"
        if new.exists():
            if present.exists():
                present.rename(old)
            new.rename(present)
    postgres_process.sync(var)
    shutil.rmtree(folder)
    return aside


def name_aside() -> str:
    """The ending of what is moved aside at this moment."""
    return f"before_{datetime.now(UTC):%Y%m%d_%H%M%S}"


def refuse_in_use(cluster: Cluster, database: str) -> None:
    """Raises PostgresRefused while somebody uses this database; changes nothing."""
    with psycopg.connect(cluster.url(SUPERUSER, SUPERUSER)) as connection:
        rename(connection, database, f"{database}_{name_aside()}")  # waits some seconds for who is just leaving
        connection.rollback()


def rename(connection: psycopg.Connection, database: str, name: str) -> None:
    """Give a database another name. Raises PostgresRefused while somebody uses it."""
    try:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(database), sql.Identifier(name))
        )
    except psycopg.errors.ObjectInUse as error:
        raise PostgresRefused(
            f"The database {database} is in use. End the demonstration that runs on it (Ctrl-C) and try again."
        ) from error


def swap(cluster: Cluster, database: str, beside: str, aside: str) -> None:
    """Let the database beside take the name, and the old one another name, in one transaction; once only.

    Raises PostgresRefused, with nothing changed, while somebody uses one of them.
    """
    if not cluster.database_exists(beside):
        return
    with psycopg.connect(cluster.url(SUPERUSER, SUPERUSER)) as connection:
        if cluster.database_exists(database):
            rename(connection, database, aside)
        rename(connection, beside, database)


def sweep(var: Path) -> None:
    """Remove what a restore left that was killed before it was ready."""
    if (var / FOLDER).exists() and not (var / FOLDER / READY).exists():
        shutil.rmtree(var / FOLDER)
