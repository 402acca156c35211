"""The chain of seals, on committed lines: it holds, and it shows each way of tampering with it."""

from collections.abc import Callable
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from procrastinate.contrib.django import app

from onestop.journal import tasks
from onestop.journal.actions import record, record_many
from onestop.journal.models import JournalEntry, Seal
from onestop.journal.seal import FIRST, Fault, line_digest, seal_lines, verify
from onestop.journal.verbs import EXPORTED, READ
from onestop.staff.models import Office, Officer
from onestop.staff.scope import scope, system_scope

# The trigger refuses the owner as well; who wants to forge takes it off first
UNGUARDED = "SET session_replication_role = replica"


def write_lines(many: int = 6) -> None:
    district = Officer.objects.get(username="district")
    with scope(district):
        record(EXPORTED, by=district, unit_code="170101", note="twelve households")
        record_many(READ, by=district, subjects=list(Office.objects.all()[: many - 1]))


def faults() -> list[Fault]:
    with system_scope("system.console"):
        return list(verify(batch=4))


@pytest.fixture
def forge(committed_database: dict[str, str]) -> Callable[[str], None]:
    """Change the tables as somebody who owns the server could."""

    def run(sql: str) -> None:
        url = committed_database["owner"].replace("onestop_owner", "postgres", 1)
        with psycopg.connect(url) as connection:
            connection.execute(UNGUARDED)
            connection.execute(sql)

    write_lines()
    assert seal_lines() == 6
    assert faults() == []
    return run


def test_sealing_again_seals_only_what_is_new(forge: Callable[[str], None]) -> None:
    assert seal_lines() == 0
    write_lines(2)
    assert seal_lines() == 2
    assert faults() == []
    assert list(Seal.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 9))


def test_the_database_and_python_compute_the_same_digest(forge: Callable[[str], None]) -> None:
    first = Seal.objects.get(seq=1)
    with system_scope("system.console"):
        entry = JournalEntry.objects.get(pk=first.entry_id)
        assert line_digest(FIRST, entry) == first.digest


def test_a_line_may_follow_its_subject_and_lose_its_note(forge: Callable[[str], None]) -> None:
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
        ("UPDATE journal_seal SET digest = repeat('1', 64) WHERE seq = 5", 5, "changed"),
        ("UPDATE journal_seal a SET entry_id = gen_random_uuid() WHERE a.seq = 2", 2, "removed"),
    ],
)  # fmt: skip
def test_tampering_shows_where_it_was_done(forge: Callable[[str], None], sql: str, seq: int, what: str) -> None:
    forge(sql)
    found = faults()
    assert found[0].seq == seq
    assert what in found[0].what


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


def test_the_command_seals_and_says_whether_the_chain_holds(forge: Callable[[str], None]) -> None:
    out = StringIO()
    write_lines(1)
    with system_scope("system.console"):
        call_command("seal", "--verify", stdout=out)
        assert out.getvalue() == "Sealed: 1\nThe chain holds.\n"
        forge(
            "UPDATE journal_journalentry SET office = 'X' WHERE id = (SELECT entry_id FROM journal_seal WHERE seq = 2)"
        )
        with pytest.raises(CommandError, match="link 2: its line was changed"):
            call_command("seal", "--verify", stdout=out)


def test_the_minute_s_job_seals(forge: Callable[[str], None]) -> None:
    write_lines(2)
    assert tasks.seal_lines(0) == 2
    assert "journal.seal" in {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
