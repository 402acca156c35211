"""What every connection gets, and which servers, databases and roles are refused; tried on real databases."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config.database import base
from config.embedded_postgres import Cluster


def look(url: str) -> None:
    """What a new connection to this URL goes through."""
    with psycopg.connect(url, client_encoding="UTF8") as opened:  # as Django asks for it
        base.DatabaseWrapper(connection.settings_dict).look_at(opened)


@pytest.fixture
def odd_database(test_cluster: Cluster) -> Iterator[Any]:
    """Makes a database as a careless hand would."""
    made: list[str] = []
    server = psycopg.connect(test_cluster.url("postgres", "postgres"), autocommit=True)

    def make(how: str, *, trigrams: bool = False) -> str:
        name = f"odd_{len(made)}_{server.info.backend_pid}"
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 {how}".encode())
        made.append(name)
        if trigrams:
            with psycopg.connect(test_cluster.url(name, "postgres")) as inside:
                inside.execute("CREATE EXTENSION pg_trgm")
        return test_cluster.url(name, "onestop_app")

    yield make
    for name in made:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
    server.close()


@pytest.mark.django_db
def test_a_connection_has_its_limits_and_its_name() -> None:
    asked = {"jit": "off", "TimeZone": "UTC", "statement_timeout": "0", "lock_timeout": "1min"}
    with connection.cursor() as cursor:
        for name, expected in asked.items():
            cursor.execute("SELECT current_setting(%s)", [name])
            assert cursor.fetchone() == (expected,), name
        cursor.execute("SELECT current_setting('application_name')")
        assert cursor.fetchone() == ("onestop command",)


def test_the_web_server_has_short_limits(settings: Any, committed_database: dict[str, str]) -> None:
    settings.STATEMENT_TIMEOUT, settings.LOCK_TIMEOUT, settings.PROCESS = "10s", "5s", "web"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
            " current_setting('application_name')"
        )
        assert cursor.fetchone() == ("10s", "5s", "onestop web")


@pytest.mark.parametrize("process", ["web", "worker"])
@pytest.mark.parametrize("role", ["onestop_owner", "postgres"])
def test_who_passes_the_walls_is_refused_in_web_and_worker(
    settings: Any, test_cluster: Cluster, database_template: str, process: str, role: str
) -> None:
    settings.PROCESS = process
    with pytest.raises(ImproperlyConfigured, match="onestop_app"):
        look(test_cluster.url(database_template, role))
    look(test_cluster.url(database_template, "onestop_app"))


def test_the_owner_may_run_a_maintenance_command(test_cluster: Cluster, database_template: str) -> None:
    look(test_cluster.url(database_template, "onestop_owner"))


def test_another_encoding_is_refused(odd_database: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="SQL_ASCII; it must be UTF8"):
        look(odd_database("ENCODING 'SQL_ASCII' LOCALE 'C'"))


def test_a_locale_in_which_khmer_is_not_found_is_refused(odd_database: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="every search would stay empty"):
        look(odd_database("ENCODING 'UTF8' LOCALE 'C'", trigrams=True))


def test_an_old_server_is_refused(
    monkeypatch: pytest.MonkeyPatch, test_cluster: Cluster, database_template: str
) -> None:
    monkeypatch.setattr(base, "OLDEST", 990000)
    with pytest.raises(ImproperlyConfigured, match="needs 17 or newer"):
        look(test_cluster.url(database_template, "onestop_app"))
