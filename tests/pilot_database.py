"""The pilot in a database, for tests that need real villages: search, cross-tables, pages with many people.

    def test_something(pilot_database: Pilot) -> None:
        with scope(officer):
            person = pilot_database.person("17010106-0001-1")

The database is loaded once for a state of the project (its fingerprint is in its name) and kept beside the template, so
that the half minute is paid once. Every test works in it inside a transaction that is rolled back.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
import pytest
from ruamel.yaml import YAML

from config import prepare, server
from config.embedded_postgres import Cluster
from tests.connection import point_django_at

ROOT = server.ROOT
DAY = date(2014, 6, 11)
PILOT = [sys.executable, "-m", "config.manage", "pilot"]
# What decides which people there are and how they are stored, beside what the template is made of
SOURCES = ["pilot/*.py", "onestop/areas/*.py", "onestop/registry/**/*.py", "onestop/enrolments/*.py"]
# … but for what only reads
READING = {"facts.py", "factories.py", "forms.py", "queries.py", "read_family.py", "relations.py", "views.py"}


@dataclass(frozen=True)
class Pilot:
    """The pilot as it is made by default: seed 1, on DAY, without a list of villages."""

    day: date
    address: str

    def household(self, key: str):  # type: ignore[no-untyped-def]  # noqa: ANN201  (models are imported later)
        """The household of a key such as 17010106-0001 (village, running number), inside an open scope."""
        from onestop.areas.text import normalise  # noqa: PLC0415  (after the settings)
        from onestop.registry.models import Household  # noqa: PLC0415

        village, number = key.split("-")[:2]
        address = self.address.format(house=int(number), group=1 + int(number) // 12)
        return Household.objects.get(unit_code=village, address=normalise(address))

    def person(self, key: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
        """The person of a key such as 17010106-0001-1; numbers were given in the order of the household's members."""
        from onestop.registry.models import Person  # noqa: PLC0415

        members = Person.objects.filter(memberships__household=self.household(key)).order_by("number")
        return members[int(key.split("-")[2]) - 1]


def fingerprint() -> str:
    """A digest of everything the pilot's database is made of."""
    digest = hashlib.sha256(prepare.fingerprint().encode())
    for pattern in SOURCES:
        for path in sorted(server.ROOT.glob(pattern)):
            if "tests" not in path.parts and path.name not in READING:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def make_demo(owner_url: str) -> None:
    """Let a database of the tests be one that the demonstration made: only such a one takes the pilot."""
    with psycopg.connect(owner_url) as owner:
        owner.execute("UPDATE areas_installation SET demo = true, demo_on = %s", [DAY])


def pilot_environment(app_url: str) -> dict[str, str]:
    """The environment of a process that loads the pilot."""
    return {
        **os.environ,
        "ONESTOP_MODE": "demo",
        "DATABASE_URL": app_url,
        "ONESTOP_PROCESS": "command",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "LC_ALL": "C.UTF-8",
    }


def run_pilot(app_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`pilot` in a process of its own."""
    return subprocess.run(
        [*PILOT, *arguments],
        env=pilot_environment(app_url),
        cwd=server.ROOT,
        capture_output=True,
        text=True,
    )


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """One test run at a time makes the database."""
    with (Path(os.environ["ONESTOP_VAR"]) / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def pilot_url(test_cluster: Cluster, database_template: str) -> str:
    """The application's URL of the loaded database, made now if this state of the project has none."""
    wanted = fingerprint()
    name = f"pilot_{wanted[:12]}"
    owner, app = test_cluster.url(name, "onestop_owner"), test_cluster.url(name, "onestop_app")
    with _alone("pilot"):
        if test_cluster.database_exists(name):
            if prepare.prepared(owner) == wanted:
                return app
            test_cluster.drop_database(name)  # its making was interrupted
        print(f"\nLoading the pilot into {name} …", file=sys.stderr, flush=True)
        _drop_older(test_cluster)
        test_cluster.create_database(name, template=database_template)
        make_demo(owner)
        done = run_pilot(app)
        if done.returncode:
            pytest.fail(f"The pilot could not be loaded:\n{done.stdout}{done.stderr}")
        prepare.remember(owner, wanted)
    return app


def _drop_older(running: Cluster) -> None:
    """Forget the databases of earlier states: each takes some hundred megabytes."""
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        rows = connection.execute(
            r"SELECT datname FROM pg_database d WHERE datname LIKE 'pilot\_%'"
            " AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)"
        ).fetchall()
    for (name,) in rows:
        running.drop_database(name)


@pytest.fixture
def pilot_database(pilot_url: str, request: pytest.FixtureRequest) -> Iterator[Pilot]:
    """Django's connection leads to the pilot, on the pilot's day; what the test changes is rolled back."""
    from django.db import connections, transaction  # noqa: PLC0415

    from onestop.areas import clock  # noqa: PLC0415

    request.getfixturevalue("django_db_setup")
    figures = YAML(typ="safe").load(server.ROOT / "countries" / "khm" / "pilot.yaml")
    before = dict(connections["default"].settings_dict)
    with request.getfixturevalue("django_db_blocker").unblock(), clock.fixed(DAY):
        point_django_at(pilot_url)
        try:
            with transaction.atomic():
                yield Pilot(DAY, figures["texts"]["address"])
                transaction.set_rollback(True)
        finally:
            connections["default"].close()
            connections["default"].settings_dict.update(before)
