"""A small office with people, files and keys, for the tests that copy it and bring it back."""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from config import server
from config.embedded_postgres import Cluster
from onestop.areas import clock
from onestop.registry.factories import HouseholdFactory, NewPersonFactory
from onestop.registry.models import Household
from onestop.staff.models import Officer
from onestop.staff.scope import scope

DAY = date(2014, 6, 11)
HOUSEHOLDS = 5


@dataclass(frozen=True)
class Office:
    """Where a small office's database and folder are; made by the fixture `office`."""

    urls: dict[str, str]
    var: Path
    household: str

    @property
    def owner(self) -> str:
        return self.urls["owner"]

    @property
    def database(self) -> str:
        return str(conninfo_to_dict(self.owner)["dbname"])


def fill(urls: dict[str, str], var: Path) -> Office:
    """Register a few households, put down an upload and the keys."""
    officer = Officer.objects.get(username="district")
    with clock.fixed(DAY), scope(officer):
        homes: list[Household] = [
            HouseholdFactory(by=officer, members=[NewPersonFactory(head=True), NewPersonFactory(child=True)])
            for _number in range(HOUSEHOLDS)
        ]
    contents = {"files/2014/06/photo.jpg": os.urandom(70_000), "files/ឯកសារ.pdf": b"%PDF-", "keys/secret": b"s3cret\n"}
    for name, content in contents.items():
        (var / name).parent.mkdir(parents=True, exist_ok=True)
        (var / name).write_bytes(content)
    return Office(urls, var, str(homes[0].pk))


def run_alone(arguments: list[str], var: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """A part of OneStop in a process of its own, with these settings and none of the test's; its key is var/secret."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ONESTOP_", "DJANGO_"))},
        "ONESTOP_VAR": str(var),
        "ONESTOP_SECRET_KEY_FILE": str(var / "secret"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LC_ALL": "C",
        **settings,
    }
    return subprocess.run(
        [sys.executable, *arguments], cwd=server.ROOT, env=environment, capture_output=True, text=True, timeout=120
    )


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder's `files` and `keys`, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in ("files", "keys")
        for path in sorted((folder / name).rglob("*"))
        if path.is_file()
    }


def ask(url: str, sql: str, *values: object) -> list[tuple[object, ...]]:
    """All rows of a query in a connection of its own."""
    with psycopg.connect(url) as connection:
        return connection.execute(sql, values).fetchall()


def owner_of(cluster: Cluster, database: str) -> str:
    return cluster.url(database, "onestop_owner")


def app_of(cluster: Cluster, database: str) -> str:
    return cluster.url(database, "onestop_app")


def databases(cluster: Cluster, beginning: str) -> list[str]:
    """The names of the cluster's databases that begin so."""
    asked = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1"
    return [str(name) for (name,) in ask(cluster.url("postgres", "postgres"), asked, beginning)]
