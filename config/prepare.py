"""From an empty server to a database the office can start with: tables, facts, areas, officers, programmes.

Runs as the schema's owner in processes of their own, so that the web and the worker never hold the owner's connection.
What was prepared last is remembered in the database itself; an unchanged project starts without asking again.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from config import processes, restoring, server
from onestop.journal import keys
from onestop.staff.accounts_secrets import make_key

# In their order of need; each does nothing when there is nothing to do. The first refuses a database that is not ours.
STEPS = [
    ["check", "--tag", "database", "--database", "default"],
    ["migrate", "--verbosity", "0", "--skip-checks"],
    ["facts", "load"],
    ["areas", "load"],
    ["officers", "load"],
    ["programmes", "load"],
]
AS_APPLICATION = {"programmes"}
# What the steps read: a change in any of these files prepares anew
SOURCES = ["onestop/*/migrations/*.py", "countries/**/*.yaml", "onestop/**/facts.py", "requirements.lock"]
PREPARED = "prepared"  # touched when it is done: a demonstration that runs looks at it
REFUSAL = re.compile(r"^\S+: \(\w+\.E\d+\) (.+)$", re.MULTILINE)


class NotPrepared(Exception):
    """A step of the preparation failed; the message says which, and what it printed."""


def main(arguments: list[str]) -> int:
    """`./run onestop prepare`: every step on the server of one's own; after installing and after each upgrade."""
    if arguments:
        print("./run onestop prepare takes no arguments: it prepares the database of DATABASE_URL.", file=sys.stderr)
        return 2
    if not os.environ.get("DATABASE_URL"):
        print(
            "DATABASE_URL is not set, so there is no server of your own to prepare (HOWTO.md). The demonstration"
            " prepares its own database: ./run demo",
            file=sys.stderr,
        )
        return 1
    urls = server.urls()
    with alone():
        restoring.finish(server.var())
        run_steps(urls["owner"], urls["app"], mode=mode())
        journal_key()
        make_key(server.var() / "keys" / "accounts")
    print("The database is prepared.")
    return 0


@contextlib.contextmanager
def office(*, prepared: bool = True, owner: bool = True) -> Iterator[dict[str, str]]:
    """The database's URLs, {'app': …, 'owner': …}: the server named in the environment, or the embedded one.

    A restore that was interrupted while it put things into place is finished first. The embedded server runs as long
    as this is open, its database made and, unless told otherwise, prepared. On a server of one's own the owner's URL
    is only asked for where it is needed.
    """
    if os.environ.get("DATABASE_URL"):
        if not (owner or mode() == "demo"):
            yield {"app": os.environ["DATABASE_URL"]}
            return
        urls = server.urls()
        restoring.finish(server.var())
        if prepared and mode() == "demo":
            ensure(urls)
        yield urls
        return
    cluster = server.embedded_cluster()
    with cluster.use():
        with alone():
            restoring.finish(server.var(), cluster)
            if not cluster.database_exists(server.DEMO_DATABASE):
                cluster.create_database(server.DEMO_DATABASE)
        urls = server.urls(cluster)
        if prepared:
            ensure(urls)
        yield urls


def mode() -> str:
    """The mode a child process gets: what the environment says, else as in config/settings.py."""
    return os.environ.get("ONESTOP_MODE") or ("production" if os.environ.get("DATABASE_URL") else "demo")


def ensure(urls: dict[str, str]) -> bool:
    """Prepare the demonstration's database if this state of the project has not; True when something was done."""
    journal_key()
    wanted = fingerprint()
    before = prepared(urls["owner"])
    if before == wanted:
        return False
    with alone():
        if prepared(urls["owner"]) == wanted:  # another start did it while we waited
            return False
        print("Preparing the database:", file=sys.stderr, flush=True)
        run_steps(urls["owner"], urls["app"], mode="demo", tell=bool(before))
        remember(urls["owner"], wanted)
        (server.var() / PREPARED).touch()
    return True


def stamp() -> int:
    """When a demonstration of this folder was last prepared, in nanoseconds; 0 before the first time."""
    path = server.var() / PREPARED
    return path.stat().st_mtime_ns if path.exists() else 0


@contextlib.contextmanager
def alone(work: str = "prepare") -> Iterator[None]:
    """One preparation, or other work of this name, at a time here; the kernel frees the lock of a killed one."""
    server.var().mkdir(parents=True, exist_ok=True)
    with (server.var() / f"{work}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_steps(owner: str, app: str, *, mode: str, tell: bool = False) -> None:
    """Run every step against one database, telling which one runs. Raises NotPrepared.

    With `tell` also what became of the facts and programmes: whoever has just added one sees that it was taken up.
    """
    for step in STEPS:
        if step[0] != "check":
            print(f"  {step[0]} {step[1] if not step[1].startswith('-') else ''} …", file=sys.stderr, flush=True)
        as_owner = step[0] not in AS_APPLICATION
        said = django(step, owner if as_owner else app, process="owner" if as_owner else "command", mode=mode)
        if tell and step[0] in {"facts", "programmes"}:
            print(textwrap.indent(said, "    "), end="", file=sys.stderr, flush=True)


def django(command: list[str], url: str, *, process: str, mode: str) -> str:
    """A management command in a process of its own; what it printed. Raises NotPrepared with its refusal."""
    done = module(["config.manage", *command], url, process=process, mode=mode)
    if done.returncode:
        said = "\n".join(REFUSAL.findall(done.stderr)) or f"{done.stdout}{done.stderr}".strip()
        raise NotPrepared(f"The database is not ready; '{command[0]}' stopped:\n{said}")
    return done.stdout


def module(arguments: list[str], url: str, *, process: str = "command", mode: str) -> subprocess.CompletedProcess[str]:
    """A module of ours in a process of its own, to its end or ours; what it prints is kept."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        env=server.child_environment(url, process, mode=mode),
        cwd=server.ROOT,
        capture_output=True,
        text=True,
        preexec_fn=processes.with_us(),
    )


def journal(app: str, officer: str, note: str) -> None:
    """A line of the journal for what is done outside Django: in the officer's name, with the application's role."""
    done = module(["config.journal_line", officer, note], app, mode=mode())
    if done.returncode:
        raise NotPrepared(f"The journal did not take the line '{note}', so it is not done:\n{done.stderr.strip()}")


def journal_key() -> None:
    """Make the key that signs the journal's days, if there is none; it goes along in every backup."""
    try:
        keys.make_if_missing(server.var() / "keys")
    except (keys.KeyRefused, OSError) as refused:
        raise NotPrepared(str(refused)) from refused


def fingerprint() -> str:
    """A digest of everything the preparation reads."""
    digest = hashlib.sha256()
    country = os.environ.get("ONESTOP_COUNTRY", "")
    folders = [(server.ROOT, pattern) for pattern in SOURCES]
    if os.sep in country:  # a pack outside the project
        folders.append((Path(country), "**/*.yaml"))
    for folder, pattern in folders:
        for path in sorted(folder.glob(pattern)):
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    digest.update(country.encode())
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
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(connection.info.dbname), sql.Literal(fingerprint)
            )
        )
