"""The roles and the databases that roles.sql makes: wide enough for the work, and no wider."""

import os
import subprocess
from pathlib import Path

import psycopg
import pytest

from config.embedded_postgres import KHMER_SURVIVES, ROLES, Cluster, PostgresRefused
from config.tests.clusters import SUPERUSER, ask, connect


def test_the_roles_are_as_wide_as_they_must_be_and_no_wider(running: Cluster) -> None:
    with connect(running) as connection:
        rows = connection.execute(
            "SELECT rolname, rolcanlogin, rolbypassrls, rolcreatedb, rolsuper OR rolcreaterole OR rolreplication"
            " FROM pg_roles WHERE rolname LIKE 'onestop%' ORDER BY 1"
        ).fetchall()
    assert rows == [
        ("onestop_app", True, False, False, False),
        ("onestop_door", False, True, False, False),
        ("onestop_owner", True, True, True, False),
    ]


def test_the_owner_hands_a_function_to_the_door_and_replaces_it_later(running: Cluster, database: str) -> None:
    body = "CREATE OR REPLACE FUNCTION peep() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user::text'"
    with connect(running, database, "onestop_owner") as connection:
        connection.execute(body)
        connection.execute("ALTER FUNCTION peep() OWNER TO onestop_door")
        connection.execute(body)
    assert ask(running, "SELECT peep()", database, "onestop_app") == "onestop_door"


def test_the_application_makes_temporary_tables_and_no_others(running: Cluster, database: str) -> None:
    with connect(running, database, "onestop_app") as connection:
        connection.execute("CREATE TEMPORARY TABLE loaded (line text)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE public.mine (line text)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE onestop_door")


def test_a_role_of_somebody_else_cannot_enter_the_database(running: Cluster, database: str) -> None:
    with connect(running) as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect(running, database, "stranger")
    with connect(running) as connection:
        connection.execute("DROP ROLE stranger")


def test_a_copy_of_a_database_holds_its_rows_and_belongs_to_the_owner(running: Cluster, database: str) -> None:
    with connect(running, database, "onestop_owner") as connection:
        connection.execute("CREATE TABLE t AS SELECT 7 AS n")
    running.create_database("onestop_copy", template=database)
    try:
        assert ask(running, "SELECT n FROM t", "onestop_copy", "onestop_owner") == 7
        owner = "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'onestop_copy'"
        assert ask(running, owner) == "onestop_owner"
        with pytest.raises(PostgresRefused, match="exists already"):
            running.create_database("onestop_copy")
        with connect(running, "onestop_copy", "onestop_app"):
            running.drop_database("onestop_copy")
        assert not running.database_exists("onestop_copy")
    finally:
        running.drop_database("onestop_copy")


def test_the_file_of_roles_runs_again_without_a_change(running: Cluster, database: str) -> None:
    everything = [*running.binary("pg_dumpall"), "--no-role-passwords", "-d", running.url(SUPERUSER, SUPERUSER)]
    dumps = [subprocess.run(everything, capture_output=True, check=True, text=True).stdout]
    for given in (["-v", f"database={database}"], []):
        psql = [*running.binary("psql"), "-X", "-v", "ON_ERROR_STOP=1", *given, "-d", running.url(SUPERUSER, SUPERUSER)]
        subprocess.run([*psql, "-f", str(ROLES)], check=True, capture_output=True)
        dumps.append(subprocess.run(everything, capture_output=True, check=True, text=True).stdout)
    # each dump holds a random key of its own (\\restrict)
    kept = [[line for line in dump.splitlines() if "restrict" not in line] for dump in dumps]
    assert kept[0] == kept[1] == kept[2]
    assert f"CREATE DATABASE {database}" in dumps[0]


@pytest.mark.parametrize("name", ["", "Onestop", "one-stop", "x'; DROP", "a" * 64])
def test_a_name_that_needs_quotes_is_no_name_for_a_database(running: Cluster, name: str) -> None:
    with pytest.raises(ValueError, match="no name for a database"):
        running.create_database(name)


def test_the_owner_restores_a_dump_without_a_superuser(running: Cluster, database: str, tmp_path: Path) -> None:
    with connect(running, database, "onestop_owner") as connection:
        connection.execute("CREATE TABLE t AS SELECT 'ខ្ញុំ' AS word")
    dump = tmp_path / "dump"
    dumped = [*running.binary("pg_dump"), "-Fc", "-f", str(dump), "-d", running.url(database, "onestop_owner")]
    subprocess.run(dumped, check=True)
    assert dump.stat().st_uid == os.geteuid()
    running.create_database("onestop_back")
    try:
        back = running.url("onestop_back", "onestop_owner")
        subprocess.run([*running.binary("pg_restore"), "--exit-on-error", "-d", back, str(dump)], check=True)
        assert ask(running, "SELECT word FROM t", "onestop_back", "onestop_owner") == "ខ្ញុំ"
        assert ask(running, KHMER_SURVIVES, "onestop_back", "onestop_app") is True
    finally:
        running.drop_database("onestop_back")
