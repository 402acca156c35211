"""The doctor finds each illness, really given to a database or a folder, and says what to do about it."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import translation

from onestop.areas.clock import now
from onestop.areas.models import Installation
from onestop.desk import health, health_office
from onestop.desk.health import Finding, examined, worst
from onestop.desk.health_office import LOOKS, disk_finding
from onestop.journal.actions import record
from onestop.journal.heads import keys_folder, sign_days
from onestop.journal.keys import make_if_missing
from onestop.journal.seal import seal_lines
from onestop.journal.verbs import READ
from onestop.letters import paper
from onestop.registry.models import DoubleSweep
from onestop.registry.sweeping import sweep
from onestop.staff.models import Officer
from onestop.staff.scope import scope
from tests.connection import point_django_at
from tests.journeys.browser import Site, signed_in

Run = Callable[[str], None]
GIGABYTE = 1024**3


@pytest.fixture(autouse=True)
def english(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.VAR = tmp_path
    with translation.override("en"):
        yield


@pytest.fixture
def surgeon(committed_database: dict[str, str]) -> Run:
    """Make a healthy database ill, as a superuser with the triggers off."""

    def run(sql: str) -> None:
        url = committed_database["owner"].replace("onestop_owner", "postgres", 1)
        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(sql)

    return run


def found(code: str, look: health.Look) -> Finding:
    (finding,) = [one for one in examined([look]) if one.code == code]
    return finding


@pytest.mark.django_db
def test_a_healthy_database_is_in_order() -> None:
    looks = [health.database, health.walls, health.roles, health.history, health.migrations, health.clocks]
    assert [one for one in examined(looks) if one.state != "ok" or one.do] == []
    assert len(examined(looks)) == 10


ILL = [
    ("ALTER TABLE registry_person NO FORCE ROW LEVEL SECURITY", health.walls, "walls", "registry_person"),
    ("ALTER TABLE registry_household DISABLE ROW LEVEL SECURITY", health.walls, "walls", "registry_household"),
    ("ALTER TABLE journal_rowhistory NO FORCE ROW LEVEL SECURITY", health.walls, "walls", "journal_rowhistory"),
    ("CREATE POLICY open ON registry_person USING (true)", health.walls, "walls", "registry_person.open"),
    ("DROP POLICY scope ON registry_personrow", health.walls, "walls", "registry_personrow"),
    ("CREATE FUNCTION peep() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM registry_person'",
     health.walls, "doors", "peep"),
    ("GRANT EXECUTE ON FUNCTION journal_seal_lines() TO public", health.walls, "doors", "journal_seal_lines"),
    ("ALTER TABLE registry_person DISABLE TRIGGER history_update", health.history, "history",
     "registry_person.history_update"),
    ("DROP TRIGGER only_added ON journal_seal", health.history, "history", "journal_seal.only_added"),
    ("GRANT INSERT ON journal_rowhistory TO onestop_app", health.roles, "roles", "may change journal_rowhistory"),
    ("GRANT UPDATE ON journal_dayhead TO onestop_app", health.roles, "roles", "may change journal_dayhead"),
    ("ALTER TABLE staff_office OWNER TO onestop_app", health.roles, "roles", "onestop_app owns 1 tables"),
    ("GRANT CREATE ON SCHEMA public TO onestop_app", health.roles, "roles", "may make tables"),
    ("DELETE FROM django_migrations WHERE app = 'journal' AND name = '0002_day_heads'", health.migrations, "migrations",
     "journal.0002_day_heads"),
    ("UPDATE areas_installation SET country = 'lun'", health.migrations, "installation", "of the country lun"),
    ("INSERT INTO journal_seal SELECT 1, gen_random_uuid(), '', '', now() + interval '3 hours'", health.clocks, "clock",
     "still to come"),
    ("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')", health_office.jobs,
     "worker", "no sign of life"),
    ("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'x', 'doing')",
     health_office.jobs, "queue", "1 stand still"),
    ("INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at) VALUES ('default', 'x', now() - interval"
     " '1 hour')", health_office.jobs, "queue", "1 wait"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "look", "code", "words"), ILL)
def test_an_illness_of_the_database_is_found_with_what_to_do(
    surgeon: Run, sql: str, look: health.Look, code: str, words: str
) -> None:
    surgeon(sql)
    finding = found(code, look)
    assert finding.state == "fail"
    assert words in finding.found
    assert len(finding.do) > 8


@pytest.mark.parametrize(
    ("change", "back", "words"),
    [
        ("ALTER ROLE onestop_app BYPASSRLS", "ALTER ROLE onestop_app NOBYPASSRLS", "onestop_app passes the walls"),
        ("ALTER ROLE onestop_app CREATEDB", "ALTER ROLE onestop_app NOCREATEDB", "may make databases"),
        ("GRANT onestop_door TO onestop_app", "REVOKE onestop_door FROM onestop_app", "belongs to another role"),
        ("ALTER ROLE onestop_door LOGIN", "ALTER ROLE onestop_door NOLOGIN", "nobody may sign in as it"),
        ("ALTER ROLE onestop_owner SUPERUSER", "ALTER ROLE onestop_owner NOSUPERUSER", "be no superuser"),
    ],
)
def test_a_role_that_may_too_much_is_found(surgeon: Run, change: str, back: str, words: str) -> None:
    surgeon(change)
    try:
        finding = found("roles", health.roles)
    finally:
        surgeon(back)
    assert finding.state == "fail"
    assert words in finding.found


@contextmanager
def another_database(cluster: Any, made: str) -> Iterator[None]:
    """Django led to an empty database of another locale."""
    name = f"ill_{os.getpid()}"
    with psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(f"CREATE DATABASE {name} OWNER onestop_owner TEMPLATE template0 ENCODING 'UTF8' {made}")
        point_django_at(cluster.url(name, "onestop_app"))
        try:
            yield
        finally:
            from django.db import connection  # noqa: PLC0415  (closed before the fixture leads back)

            connection.close()
            superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_database_of_another_locale_is_found(committed_database: dict[str, str], test_cluster: Any) -> None:
    with another_database(test_cluster, "LOCALE_PROVIDER libc LOCALE 'C'"):
        with psycopg.connect(test_cluster.url(f"ill_{os.getpid()}", "onestop_owner")) as owner:
            owner.execute("CREATE EXTENSION pg_trgm")
        findings = examined([health.database])
    point_django_at(committed_database["app"])
    assert worst(findings) == "fail"
    assert "Khmer letters are no letters" in findings[0].found


def test_a_database_of_another_locale_in_which_khmer_works_is_found_too(
    committed_database: dict[str, str], test_cluster: Any
) -> None:
    with another_database(test_cluster, "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C' LOCALE 'C.UTF-8'"):
        with psycopg.connect(test_cluster.url(f"ill_{os.getpid()}", "onestop_owner")) as owner:
            owner.execute("CREATE EXTENSION pg_trgm")
        finding = found("locale", health.database)
    point_django_at(committed_database["app"])
    assert (finding.state, finding.found) == ("fail", "builtin C UTF8")


def test_a_clock_that_went_away_is_found(committed_database: dict[str, str]) -> None:
    (finding,) = health.clocks(lambda: now() + timedelta(minutes=10))
    assert finding.state == "fail"
    assert "600 seconds apart" in finding.found


def test_a_look_that_breaks_is_a_finding() -> None:
    def broken() -> Iterator[Finding]:
        raise OSError(28, "No space left on device")
        yield

    (finding,) = examined([broken])
    assert finding.state == "fail"
    assert "No space left" in finding.found


def write_line() -> None:
    district = Officer.objects.get(username="district")
    with scope(district):
        record(READ, by=district)


def test_lines_without_a_seal_are_found(surgeon: Run) -> None:
    write_line()
    assert found("seals", health_office.journal).state == "ok"
    surgeon("UPDATE journal_journalentry SET at = at - interval '10 minutes'")
    finding = found("seals", health_office.journal)
    assert finding.state == "fail"
    assert "1 lines wait" in finding.found
    seal_lines()
    assert found("seals", health_office.journal).state == "ok"


def test_a_day_that_was_not_signed_and_a_lost_key_are_found(surgeon: Run) -> None:
    assert (found("heads", health_office.journal).state, found("key", health_office.journal).state) == ("ok", "warn")
    write_line()
    seal_lines()
    surgeon("UPDATE journal_seal SET at = at - interval '2 days'")
    assert found("heads", health_office.journal).state == "fail"
    sign_days()
    assert (found("heads", health_office.journal).state, found("key", health_office.journal).state) == ("ok", "ok")
    (keys_folder() / "journal.key").unlink()
    assert found("key", health_office.journal).state == "fail"
    for public in keys_folder().glob("*.pub"):
        public.unlink()
    make_if_missing(keys_folder())
    assert "which is not here" in found("key", health_office.journal).found


def test_a_day_signed_by_a_clock_that_was_ahead_is_found(surgeon: Run) -> None:
    """Until that day has come no other is signed, and all would look well."""
    write_line()
    seal_lines()
    surgeon("UPDATE journal_seal SET at = at - interval '2 days'")
    sign_days()
    surgeon("UPDATE journal_dayhead SET day = day + 30")
    assert found("heads", health_office.journal).state == "fail"


def test_jobs_that_failed_are_found_and_a_worker_that_lives_is_well(surgeon: Run) -> None:
    surgeon("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert found("worker", health_office.jobs).state == found("queue", health_office.jobs).state == "ok"
    surgeon(
        "WITH job AS (INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
        " VALUES ('default', 'journal.seal', 'failed') RETURNING id)"
        " INSERT INTO procrastinate_events (job_id, type) SELECT id, 'failed' FROM job"
    )
    finding = found("failed", health_office.jobs)
    assert (finding.state, finding.found) == ("warn", "journal.seal × 1")


@pytest.mark.django_db
def test_doubles_that_nobody_looked_for_lately_are_found() -> None:
    Installation.objects.update(created_at=now())
    assert found("doubles", health_office.doubles).state == "ok", "a new installation has not looked yet"
    Installation.objects.update(created_at=now() - timedelta(days=3))
    finding = found("doubles", health_office.doubles)
    assert finding.state == "warn" and "./run onestop registry doubles" in finding.do
    sweep()
    assert found("doubles", health_office.doubles).state == "ok"
    DoubleSweep.objects.update(begun_at=now() - timedelta(days=3))
    assert found("doubles", health_office.doubles).state == "warn"


def test_a_full_disk_is_found() -> None:
    assert disk_finding(free=GIGABYTE // 4, total=100 * GIGABYTE).state == "fail"
    assert disk_finding(free=GIGABYTE, total=10 * GIGABYTE).state == "warn"
    assert disk_finding(free=4 * GIGABYTE, total=100 * GIGABYTE).state == "warn"
    assert disk_finding(free=40 * GIGABYTE, total=100 * GIGABYTE).state == "ok"
    assert found("disk", health_office.disk).found.endswith("GB are free")


@pytest.mark.parametrize(("days", "state"), [(0, "ok"), (3, "warn"), (8, "fail")])
def test_an_old_backup_is_found(tmp_path: Path, days: int, state: str) -> None:
    note = {"at": (now() - timedelta(days=days)).isoformat(), "file": "/srv/backup/x", "bytes": 1}
    (tmp_path / "last-backup.json").write_text(json.dumps(note), "utf-8")
    assert found("backup", health_office.backup).state == state


def test_no_backup_at_all_fails_in_production_only(settings: Any) -> None:
    assert found("backup", health_office.backup).state == "warn"
    settings.MODE = "production"
    assert found("backup", health_office.backup).state == "fail"


def test_styles_and_fonts_that_are_missing_are_found(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    assert found("assets", health_office.served).state == "fail"
    assert found("fonts", health_office.served).state == "ok"
    monkeypatch.setattr(paper, "files", lambda package: tmp_path)  # the package is there, its fonts are not
    paper.font_folders.cache_clear()
    try:
        assert found("fonts", health_office.served).state == "fail"
    finally:
        paper.font_folders.cache_clear()


def test_keys_that_others_may_read_are_found(tmp_path: Path) -> None:
    make_if_missing(keys_folder())
    assert found("keys", health_office.secrets).state == "ok"
    (keys_folder() / "journal.key").chmod(stat.S_IRUSR | stat.S_IRGRP)
    finding = found("keys", health_office.secrets)
    assert (finding.state, finding.found) == ("fail", "others may read: journal.key")


@pytest.mark.django_db
def test_settings_that_must_not_be_in_production_are_found(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found("settings", health_office.secrets).state == "ok"
    settings.MODE, settings.DEBUG, settings.HTTPS, settings.SECRET_KEY = "production", True, False, "short"
    settings.ALLOWED_HOSTS, settings.PROCESS, settings.SECURE_SSL_REDIRECT = ["*"], "web", False
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://onestop_owner@/x")
    finding = found("settings", health_office.secrets)
    assert finding.state == "fail"
    for words in ("ONESTOP_DEBUG", "HTTPS is off", "ONESTOP_HOSTS", "too short", "DATABASE_OWNER_URL", "security.W008"):
        assert words in finding.found


def test_the_command_tells_each_line_and_ends_with_1(surgeon: Run) -> None:
    out = StringIO()
    surgeon("ALTER TABLE registry_person NO FORCE ROW LEVEL SECURITY")
    with pytest.raises(CommandError, match="must be mended"):
        call_command("doctor", stdout=out)
    assert "fail  Walls on personal tables: Open: registry_person\n      → Take the site offline now." in out.getvalue()
    assert "ok    Database server: PostgreSQL" in out.getvalue()
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["state"] == "fail"
    assert {one["code"] for one in told["findings"]} >= {"walls", "roles", "seals", "worker", "disk", "backup", "clock"}


def test_a_database_that_does_not_answer_is_a_finding_not_a_traceback(tmp_path: Path) -> None:
    environment = {
        **os.environ, "ONESTOP_MODE": "test", "DATABASE_URL": "postgresql://onestop_app@/nowhere?host=/nowhere",
        "ONESTOP_VAR": str(tmp_path), "LC_ALL": "C",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "config.manage", "doctor"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "fail  The look “database” could not be made" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.django_db
def test_the_page_is_for_those_who_look_after_the_machine(client: Client) -> None:
    client.force_login(Officer.objects.get(username="district"))
    assert client.get("/health/").status_code == 403
    client.force_login(Officer.objects.get(username="it"))
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert "onestop doctor" in answer.content.decode()
    assert len(LOOKS) == 13


@pytest.mark.browser
def test_the_page_is_sound(surgeon: Run, site: Site) -> None:
    surgeon("ALTER TABLE registry_person NO FORCE ROW LEVEL SECURITY")
    site.assert_sound("/health/", cookies=signed_in(Officer.objects.get(username="it")))


def sign_a_day(surgeon: Run) -> None:
    write_line()
    seal_lines()
    surgeon("UPDATE journal_seal SET at = at - interval '2 days'")
    assert len(sign_days()) == 2


def test_a_signed_day_is_printed_and_taken_along_by_who_reads_the_journal(surgeon: Run, client: Client) -> None:
    client.force_login(Officer.objects.get(username="district"))
    assert client.get("/journal/days/").status_code == 403
    client.force_login(Officer.objects.get(username="it"))
    assert client.post("/journal/days/paper/").status_code == 404
    sign_a_day(surgeon)
    assert "1" in client.get("/journal/days/").content.decode()
    answer = client.post("/journal/days/paper/")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    kept = client.post("/journal/days/file/").content.decode()
    assert len([line for line in kept.splitlines() if not line.startswith("#")]) == 2


@pytest.mark.browser
def test_the_page_of_signed_days_is_sound(surgeon: Run, site: Site) -> None:
    sign_a_day(surgeon)
    site.assert_sound("/journal/days/", cookies=signed_in(Officer.objects.get(username="it")))
