"""The chain of seals, on committed lines: it holds whoever seals, late, at once or killed, and shows each change."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation
from procrastinate.contrib.django import app

from onestop.areas.clock import now
from onestop.journal import jobs, once
from onestop.journal.audit import Fault, verify
from onestop.journal.models import Idempotency, JournalEntry, Seal
from onestop.journal.seal import FIRST, seal_lines
from onestop.staff.models import Officer
from onestop.staff.scope import system_scope
from onestop.staff.tests.tampering import UNGUARDED, as_superuser, write_lines

Forge = Callable[[str], None]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def faults() -> list[Fault]:
    with system_scope("system.console"):
        return list(verify(batch=4))


@pytest.fixture
def forge(committed_database: dict[str, str]) -> Forge:
    """Change the tables as somebody who owns the server could."""

    def run(sql: str) -> None:
        with as_superuser(committed_database) as connection:
            connection.execute(UNGUARDED)
            connection.execute(sql)

    write_lines()
    assert seal_lines() == 6
    assert faults() == []
    return run


def test_sealing_again_seals_only_what_is_new(forge: Forge) -> None:
    assert seal_lines() == 0
    write_lines(2)
    assert seal_lines() == 2
    assert faults() == []
    assert list(Seal.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 9))


def line_digest(previous: str, entry: JournalEntry) -> str:
    """The digest of a link, written down apart from the database's."""
    said = [
        str(entry.pk),
        entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        entry.verb,
        str(entry.officer_id),
        entry.roles,
        entry.office,
        entry.subject_kind,
        entry.subject_id,
        entry.unit_code_then,
        entry.note_digest,
    ]
    return hashlib.sha256("\x1f".join([previous, *said]).encode()).hexdigest()


def test_the_database_and_python_compute_the_same_digest(forge: Forge) -> None:
    first = Seal.objects.get(seq=1)
    with system_scope("system.console"):
        entry = JournalEntry.objects.get(pk=first.entry_id)
        assert line_digest(FIRST, entry) == first.digest


def test_a_line_may_follow_its_subject_and_lose_its_note(forge: Forge) -> None:
    forge("UPDATE journal_journalentry SET unit_code = '171201', note = '', note_salt = ''")
    assert faults() == []


@pytest.mark.parametrize(
    ("sql", "seq", "what"),
    [
        ("UPDATE journal_journalentry e SET verb = 'journal.read' FROM journal_seal s"
         " WHERE s.seq = 1 AND e.id = s.entry_id", 1, "changed"),
        ("UPDATE journal_journalentry e SET note = 'two' FROM journal_seal s"
         " WHERE s.seq = 1 AND e.id = s.entry_id", 1, "note was changed"),
        ("DELETE FROM journal_journalentry e USING journal_seal s WHERE s.seq = 4 AND e.id = s.entry_id", 4, "removed"),
        ("DELETE FROM journal_seal WHERE seq = 3", 3, "missing"),
        ("UPDATE journal_seal SET digest = repeat('1', 64) WHERE seq = 5", 6, "hold on to"),
        ("UPDATE journal_seal a SET entry_id = gen_random_uuid() WHERE a.seq = 2", 2, "removed"),
    ],
)  # fmt: skip
def test_tampering_shows_where_it_was_done(forge: Forge, sql: str, seq: int, what: str) -> None:
    forge(sql)
    found = faults()
    assert found[0].seq == seq
    assert what in found[0].what
    assert "backup" in found[0].do


def test_the_trigger_refuses_the_owner_too(committed_database: dict[str, str]) -> None:
    write_lines()
    for sql in (
        "UPDATE journal_journalentry SET verb = 'journal.printed'",
        "UPDATE journal_journalentry SET note = 'nothing happened'",
        "DELETE FROM journal_journalentry",
        "TRUNCATE journal_journalentry",
    ):
        with psycopg.connect(committed_database["owner"]) as owner, pytest.raises(psycopg.Error, match="only added"):
            owner.execute(sql)


def test_the_command_seals_and_says_whether_the_chain_holds(forge: Forge) -> None:
    out = StringIO()
    write_lines(1)
    with system_scope("system.console"):
        call_command("seal", "--verify", stdout=out)
        assert out.getvalue() == "Sealed: 1\nThe chain holds.\n"
        forge(
            "UPDATE journal_journalentry SET office = 'X' WHERE id = (SELECT entry_id FROM journal_seal WHERE seq = 2)"
        )
        with pytest.raises(CommandError, match="link 2: its line .* was changed"):
            call_command("seal", "--verify", stdout=out)


def test_a_line_committed_late_is_sealed_after_the_later_ones(committed_database: dict[str, str]) -> None:
    """A long transaction wrote its line first and commits last: the chain takes it when it can be seen."""
    with psycopg.connect(committed_database["owner"]) as late:
        late.execute(
            "INSERT INTO journal_journalentry (id, at, verb, officer_id, roles, office, subject_kind, subject_id,"
            " unit_code, unit_code_then, note, note_salt, note_digest) SELECT onestop_uuidv7(), now() -"
            " interval '3 hours', 'journal.ran', id, '', '', '', '', '1701', '1701', '', '', ''"
            " FROM staff_officer LIMIT 1"
        )
        write_lines(3)
        assert seal_lines() == 3
    assert seal_lines() == 1
    with system_scope("system.console"):
        first_written = JournalEntry.objects.order_by("at").first()
    assert first_written is not None
    assert Seal.objects.get(seq=4).entry_id == first_written.pk
    assert faults() == []


def test_two_sealers_at_once_wait_for_one_another_and_seal_each_line_once(committed_database: dict[str, str]) -> None:
    sealed: list[int] = []

    def seal() -> None:
        with psycopg.connect(committed_database["app"]) as connection:
            for _round in range(10):
                row = connection.execute("SELECT journal_seal_lines()").fetchone()
                connection.commit()
                sealed.append(row[0] if row else -1)

    threads = [threading.Thread(target=seal) for _sealer in range(3)]
    for thread in threads:
        thread.start()
    for _round in range(8):
        write_lines(5)
    for thread in threads:
        thread.join()
    sealed.append(seal_lines())
    assert sum(sealed) == 40
    assert Seal.objects.count() == 40
    assert faults() == []


def test_a_sealer_killed_in_the_middle_leaves_nothing_half_done(committed_database: dict[str, str]) -> None:
    write_lines(6)
    with psycopg.connect(committed_database["app"]) as killed:
        killed.execute("SELECT journal_seal_lines()")  # sealed, and not committed
        with as_superuser(committed_database) as superuser:
            superuser.execute("SELECT pg_terminate_backend(%s)", [killed.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            killed.commit()
    assert Seal.objects.count() == 0
    assert seal_lines() == 6
    assert faults() == []


def test_the_minute_s_job_seals(forge: Forge, settings: object, tmp_path: Path) -> None:
    settings.VAR = tmp_path  # type: ignore[attr-defined]
    write_lines(2)
    assert jobs.seal_lines(0) == 2
    periodic = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert periodic["journal.seal"] == "* * * * *"
    assert "journal.forget_forms" in periodic


@pytest.mark.slow
def test_the_real_worker_seals_by_itself_as_the_application_role(
    committed_database: dict[str, str], tmp_path: Path
) -> None:
    """The worker of the demonstration, as it is started there: within a minute's tick the lines are in the chain."""
    write_lines(4)
    environment = {
        **os.environ,
        "ONESTOP_MODE": "test",
        "ONESTOP_VAR": str(tmp_path),
        "DATABASE_URL": committed_database["app"],
        "ONESTOP_PROCESS": "worker",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-m", "config.manage", "procrastinate", "--skip-checks", "worker", "--concurrency", "1"]
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(command, cwd=project.ROOT, env=environment, stdout=log, stderr=log)
        try:
            until = time.monotonic() + 100
            while Seal.objects.count() < 4 and time.monotonic() < until and worker.poll() is None:
                time.sleep(0.5)
            with psycopg.connect(committed_database["owner"]) as owner:
                roles = owner.execute(
                    "SELECT DISTINCT usename::text FROM pg_stat_activity WHERE application_name = 'onestop worker'"
                ).fetchall()
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(30)
    assert Seal.objects.count() == 4, (tmp_path / "worker.log").read_text("utf-8")[-2000:]
    assert roles == [("onestop_app",)]
    assert faults() == []


@pytest.mark.django_db
def test_forms_sent_more_than_a_week_ago_are_forgotten() -> None:
    officer = Officer.objects.get(username="district")
    for days in (0, 6, 8, 100):
        Idempotency.objects.create(
            key=f"00000000-0000-4000-8000-{days:012d}", officer=officer, path="/x/", at=now() - timedelta(days=days)
        )
    assert once.forget() == 2
    assert sorted(str(row.key)[-3:] for row in Idempotency.objects.all()) == ["000", "006"]
