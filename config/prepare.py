"""From an empty server to a database the office can start with: tables, facts, areas, officers, programmes.

Runs as the schema's owner in a process of its own, so that the web and the worker never hold the owner's connection.
What was prepared last is remembered in the database itself; an unchanged project starts without asking again.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg

from config import embedded_postgres, server

# In their order of need; each does nothing when there is nothing to do
STEPS = [
    ["migrate", "--verbosity", "0"],
    ["facts", "load"],
    ["areas", "load"],
    ["officers", "load"],
    ["programmes", "load"],
]
AS_APPLICATION = {"programmes"}
# What the steps read: a change in any of these files prepares anew
SOURCES = ["onestop/*/migrations/*.py", "countries/**/*.yaml", "onestop/**/facts.py", "requirements.lock"]


class NotPrepared(Exception):
    """A step of the preparation failed; the message says which, and what it printed."""


def ensure(cluster: embedded_postgres.Cluster) -> bool:
    """Make and prepare the demonstration's database if needed; True when something was done."""
    if not cluster.database_exists(server.DEMO_DATABASE):
        cluster.create_database(server.DEMO_DATABASE)
    urls = server.urls(cluster)
    wanted = fingerprint()
    if prepared(urls["owner"]) == wanted:
        return False
    run_steps(urls["owner"], urls["app"], mode="demo")
    remember(urls["owner"], wanted)
    return True


def run_steps(owner: str, app: str, *, mode: str) -> None:
    """Run every step against one database, telling which one runs."""
    for step in STEPS:
        print(f"  {' '.join(step[:2])} …", file=sys.stderr, flush=True)
        as_owner = step[0] not in AS_APPLICATION
        environment = {
            **os.environ,
            "ONESTOP_MODE": mode,
            "DATABASE_URL": owner if as_owner else app,
            "ONESTOP_PROCESS": "owner" if as_owner else "command",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        done = subprocess.run(
            [sys.executable, "-m", "django", *step], env=environment, cwd=server.ROOT, capture_output=True, text=True
        )
        if done.returncode:
            raise NotPrepared(f"Preparing the database stopped at '{' '.join(step)}':\n{done.stdout}{done.stderr}")


def fingerprint() -> str:
    """A digest of everything the preparation reads."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(server.ROOT.glob(pattern)):
            digest.update(str(path.relative_to(server.ROOT)).encode())
            digest.update(Path(path).read_bytes())
    digest.update(os.environ.get("ONESTOP_COUNTRY", "").encode())
    return digest.hexdigest()


def prepared(owner: str) -> str:
    """The fingerprint of the last preparation, '' before the first."""
    with psycopg.connect(owner) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return (row and row[0]) or ""


def remember(owner: str, fingerprint: str) -> None:
    """Keep the fingerprint as the database's comment: it goes with the database, and a restored copy has none."""
    with psycopg.connect(owner) as connection:
        name = connection.info.dbname
        connection.execute(
            psycopg.sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                psycopg.sql.Identifier(name), psycopg.sql.Literal(fingerprint)
            )
        )


def ensure_real(urls: dict[str, str]) -> bool:
    """The same for a demonstration on a server of one's own: the database exists already, and must be ours or empty."""
    wanted = fingerprint()
    if prepared(urls["owner"]) == wanted:
        return False
    run_steps(urls["owner"], urls["app"], mode="demo")
    remember(urls["owner"], wanted)
    return True
