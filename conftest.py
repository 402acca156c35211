"""The database of the tests: a temporary cluster, a template migrated by the owner, and tests as the application role.

The template is made once per state of the project (its fingerprint is in its name) and cloned for every run, so that a
second run starts in under a second. Every test runs inside a transaction that is rolled back; a test that must commit
asks for `committed_database` and gets a clone of its own.
"""

import fcntl
import hashlib
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import prepare
from config.embedded_postgres import Cluster
from tests.connection import point_django_at

pytest_plugins = ["tests.officers", "tests.pilot_database", "tests.journeys.browser"]


def cluster() -> Cluster:
    """The cluster of the tests: no fsync, kept between runs under the temporary folder."""
    var = Path(os.environ["ONESTOP_VAR"])
    return Cluster(var / "postgres", durable=False, log=var / "log" / "postgres.log")


@pytest.fixture(scope="session")
def test_cluster() -> Iterator[Cluster]:
    """The running cluster; stopped when the last test run that uses it ends."""
    running = cluster()
    with running.use():
        yield running


def template(running: Cluster) -> str:
    """The name of the prepared template database, made now if this state of the project has none."""
    fingerprint = prepare.fingerprint()
    name = "template_" + hashlib.sha256(fingerprint.encode() + Path(__file__).read_bytes()).hexdigest()[:12]
    if running.database_exists(name):
        if prepare.prepared(running.url(name, "onestop_owner")) == fingerprint:
            return name
        running.drop_database(name)  # its making was interrupted
    print(f"\nPreparing the template database {name} …", file=sys.stderr, flush=True)
    running.create_database(name)
    owner, app = running.url(name, "onestop_owner"), running.url(name, "onestop_app")
    prepare.run_steps(owner, app, mode="test")
    with psycopg.connect(running.url(name, "postgres")) as connection:
        # the tests count lines of their own, not those of the preparation; the journal itself refuses to forget
        connection.execute("SET session_replication_role = replica")
        connection.execute("TRUNCATE journal_journalentry, journal_seal, journal_rowhistory CASCADE")
    prepare.remember(owner, fingerprint)
    return name


@pytest.fixture(scope="session")
def database_template(test_cluster: Cluster) -> str:
    """The template's name; of two runs that begin together one makes it and the other waits."""
    with (Path(os.environ["ONESTOP_VAR"]) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return template(test_cluster)


@pytest.fixture(scope="session")
def django_db_setup(
    test_cluster: Cluster, database_template: str, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    """A clone of the template for this run, opened as the application role."""
    name = f"test_{os.getpid()}"
    test_cluster.create_database(name, template=database_template)
    point_django_at(test_cluster.url(name, "onestop_app"))
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        from django.db import connections  # noqa: PLC0415

        connections.close_all()
    test_cluster.drop_database(name)


@pytest.fixture
def committed_database(
    request: pytest.FixtureRequest, test_cluster: Cluster, database_template: str
) -> Iterator[dict[str, str]]:
    """A database of this test's own, in which it may commit; gives the URLs of both roles: {'app', 'owner'}."""
    from django.db import connections  # noqa: PLC0415

    request.getfixturevalue("django_db_setup")
    blocker = request.getfixturevalue("django_db_blocker")
    before = dict(connections["default"].settings_dict)
    name = f"own_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**8}"
    test_cluster.create_database(name, template=database_template)
    urls = {"app": test_cluster.url(name, "onestop_app"), "owner": test_cluster.url(name, "onestop_owner")}
    with blocker.unblock():
        point_django_at(urls["app"])
        try:
            yield urls
        finally:
            connections["default"].close()
            connections["default"].settings_dict.update(before)
            test_cluster.drop_database(name)


@pytest.fixture
def owner(db: None) -> Iterator[psycopg.Connection]:
    """The owner's own connection to the test database: outside the walls, sees only what is committed."""
    from django.db import connection  # noqa: PLC0415

    running = cluster()
    with psycopg.connect(running.url(str(connection.settings_dict["NAME"]), "onestop_owner")) as opened:
        yield opened


@pytest.fixture
def shared() -> Path:
    """The folder of shared data beside the project; the test says why it skips where there is none."""
    folder = Path(__file__).resolve().parent.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("needs the folder of shared data beside the project (../shared), which is not here")
    return folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The time of the tests by room, so that a slow room is seen."""
    seconds: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                parts = Path(report.nodeid.split("::")[0]).parts
                room = "/".join(parts[:2]) if parts[0] in {"onestop", "tests"} else parts[0]
                seconds[room] += report.duration
    terminalreporter.write_line(
        "Seconds by room: "
        + " · ".join(f"{room} {spent:.1f}" for room, spent in sorted(seconds.items(), key=lambda item: -item[1]))
    )
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.write_line(f"SKIPPED {report.nodeid}: {reason}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Under CI nothing may skip for want of a browser or of Node: the skip becomes a failure where it is raised."""
    if os.environ.get("CI") == "true":
        os.environ["ONESTOP_NO_SKIP"] = "1"
