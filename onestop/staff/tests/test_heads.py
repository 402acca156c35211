"""The signed heads of days, and the audit: each way of tampering is found, and told with what to do."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from onestop.journal.actions import record
from onestop.journal.audit import Fault, audit
from onestop.journal.heads import Head, end_of, export, keys_folder, last_ended, read_file, sign_days
from onestop.journal.keys import KeyRefused, SigningKey, make_if_missing, public_keys, signing_key
from onestop.journal.models import DayHead, JournalEntry, Seal
from onestop.journal.seal import seal_lines
from onestop.journal.verbs import READ
from onestop.staff.models import Officer
from onestop.staff.scope import scope, system_scope
from onestop.staff.tests.tampering import REWRITE_TAIL, UNGUARDED, as_superuser, write_lines
from tests.connection import point_django_at


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@dataclass
class Journal:
    """Three signed days: links 1–6, 7–10, none; and links 11–12 of today."""

    run: Callable[[str], None]
    kept: Path  # what another office keeps

    def faults(self, *, kept: bool = False) -> list[Fault]:
        with system_scope("system.console"):
            return audit(read_file(self.kept) if kept else None, batch=5).faults


@pytest.fixture
def journal(committed_database: dict[str, str], settings: object, tmp_path: Path) -> Journal:
    settings.VAR = tmp_path / "var"  # type: ignore[attr-defined]

    def run(sql: str) -> None:
        with as_superuser(committed_database) as connection:
            connection.execute(UNGUARDED)
            connection.execute(sql)

    for many, days in ((6, 3), (4, 2), (2, 0)):
        write_lines(many)
        seal_lines()
        if days:  # as if they had been sealed on the day before that
            run(f"UPDATE journal_seal SET at = at - interval '{days} days' WHERE at > now() - interval '1 hour'")
    assert len(sign_days()) == 3
    made = Journal(run, tmp_path / "heads-of-the-district.txt")
    assert export(made.kept) == 3
    assert made.faults(kept=True) == []
    return made


def texts(found: list[Fault]) -> str:
    return "\n".join(map(str, found))


def test_each_day_that_is_over_is_signed_once_also_those_without_a_line(journal: Journal) -> None:
    heads = [Head.of(row) for row in DayHead.objects.all()]
    assert [(head.last_seq, head.count) for head in heads] == [(6, 6), (10, 4), (10, 0)]
    assert [head.day for head in heads] == [last_ended() - timedelta(days=past) for past in (2, 1, 0)]
    (key,) = public_keys(keys_folder()).values()
    assert all(key.signed(head.said, head.signature) for head in heads)
    assert sign_days() == []


def test_the_key_is_readable_by_its_owner_only_and_never_made_twice(journal: Journal) -> None:
    path = keys_folder() / "journal.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert make_if_missing(keys_folder()).public.name == signing_key(keys_folder()).public.name
    assert path.read_bytes() == before


def test_a_lost_key_is_told_and_not_replaced_in_silence(journal: Journal) -> None:
    (keys_folder() / "journal.key").unlink()
    journal.run("DELETE FROM journal_dayhead WHERE day = (SELECT max(day) FROM journal_dayhead)")
    with pytest.raises(KeyRefused, match="backup"):
        sign_days()


def test_a_changed_line_is_found(journal: Journal) -> None:
    journal.run(
        "UPDATE journal_journalentry SET verb = 'journal.ran'"
        " WHERE id = (SELECT entry_id FROM journal_seal WHERE seq = 3)"
    )
    (fault,) = journal.faults()
    assert fault.seq == 3
    assert "was changed" in fault.what


def test_a_removed_line_is_found(journal: Journal) -> None:
    journal.run("DELETE FROM journal_journalentry WHERE id = (SELECT entry_id FROM journal_seal WHERE seq = 8)")
    (fault,) = journal.faults()
    assert fault.seq == 8
    assert "was removed" in fault.what


def test_a_removed_line_with_its_link_is_found(journal: Journal) -> None:
    journal.run(
        "DELETE FROM journal_journalentry WHERE id = (SELECT entry_id FROM journal_seal WHERE seq = 8);"
        "DELETE FROM journal_seal WHERE seq = 8"
    )
    assert [fault.seq for fault in journal.faults()] == [8, 9]


def test_a_swapped_pair_is_found_and_called_so(journal: Journal) -> None:
    two, five = (Seal.objects.get(seq=seq).entry_id for seq in (2, 5))
    for seq, entry in ((2, "00000000-0000-4000-8000-000000000000"), (5, two), (2, five)):
        journal.run(f"UPDATE journal_seal SET entry_id = '{entry}' WHERE seq = {seq}")
    found = journal.faults()
    assert [fault.seq for fault in found] == [2, 5]
    assert "swapped with that of link 5" in found[0].what
    assert "swapped with that of link 2" in found[1].what


def test_lines_put_in_past_the_office_are_found(journal: Journal) -> None:
    journal.run(
        "INSERT INTO journal_journalentry (id, at, verb, officer_id, roles, office, subject_kind, subject_id,"
        " unit_code, unit_code_then, note, note_salt, note_digest) SELECT onestop_uuidv7(), now() - interval '9 days',"
        " 'journal.ran', id, '', '', '', '', '1701', '1701', '', '', '' FROM staff_officer LIMIT 1"
    )
    seal_lines()
    (fault,) = journal.faults()
    assert fault.seq is None
    assert "have no seal" in fault.what
    assert "put in by hand" in fault.do


def rewrite(journal: Journal, seq: int) -> None:
    """Change a line and make every link from there on anew."""
    journal.run(
        "UPDATE journal_journalentry SET office = 'ELSEWHERE'"
        f" WHERE id = (SELECT entry_id FROM journal_seal WHERE seq = {seq})"
    )
    journal.run(REWRITE_TAIL.replace("FROM_SEQ", str(seq)))


def test_a_rewritten_tail_holds_in_itself_and_is_found_by_the_signed_heads(journal: Journal) -> None:
    rewrite(journal, 8)
    found = journal.faults()
    assert [fault.seq for fault in found] == [10, 10]
    assert "links 7 to 10 were rewritten" in found[0].what


def test_a_tail_cut_off_is_found_by_the_signed_heads(journal: Journal) -> None:
    journal.run("DELETE FROM journal_seal WHERE seq > 9")
    assert "the chain ends at link 9" in texts(journal.faults())


def test_a_forged_head_is_found(journal: Journal) -> None:
    rewrite(journal, 8)
    journal.run(
        "UPDATE journal_dayhead SET digest = (SELECT digest FROM journal_seal WHERE seq = 10) WHERE last_seq = 10"
    )
    found = journal.faults()
    assert len(found) == 2
    assert all("is forged" in fault.what for fault in found)


def test_a_head_signed_with_a_key_of_the_forger_s_own_is_found(journal: Journal, tmp_path: Path) -> None:
    rewrite(journal, 8)
    forger = make_if_missing(tmp_path / "forger")
    resign(journal, forger)
    assert "no key of this office signed it" in texts(journal.faults())
    # and one who can put a key beside ours as well
    (keys_folder() / f"journal-{forger.public.name}.pub").write_text(forger.public.text)
    assert "signed with another key" in texts(journal.faults())


def resign(journal: Journal, key: SigningKey) -> None:
    """Sign the last two heads anew over the chain as it now is."""
    for row in DayHead.objects.filter(last_seq=10):
        digest = Seal.objects.get(seq=10).digest
        head = Head(row.day, 10, digest, row.count, key.public.name)
        journal.run(
            f"UPDATE journal_dayhead SET digest = '{digest}', key = '{key.public.name}',"
            f" signature = '{key.sign(head.said)}' WHERE day = '{row.day}'"
        )


def test_whoever_holds_the_server_and_its_key_is_found_by_the_other_office(journal: Journal) -> None:
    rewrite(journal, 8)
    resign(journal, signing_key(keys_folder()))
    assert journal.faults() == []
    found = journal.faults(kept=True)
    assert [fault.seq for fault in found] == [10, 10]
    assert "not the one the other office keeps" in found[0].what


def test_a_missing_day_is_found(journal: Journal) -> None:
    day = last_ended() - timedelta(days=1)
    journal.run(f"DELETE FROM journal_dayhead WHERE day = '{day}'")
    assert f"heads of 1 days are missing: {day}" in texts(journal.faults())
    assert f"a head of {day} that is not here" in texts(journal.faults(kept=True))


def test_all_heads_removed_and_signed_anew_over_a_rewritten_chain_is_found_by_the_other_office(
    journal: Journal,
) -> None:
    rewrite(journal, 2)
    journal.run("DELETE FROM journal_dayhead")
    assert len(sign_days()) == 3
    assert journal.faults() == []
    assert len(journal.faults(kept=True)) == 3


def test_a_day_signed_before_it_ended_is_found(journal: Journal) -> None:
    key = signing_key(keys_folder())
    seal = Seal.objects.latest("seq")
    head = Head(last_ended() + timedelta(days=1), seal.seq, seal.digest, 2, key.public.name)
    DayHead.objects.create(
        day=head.day, last_seq=seal.seq, digest=seal.digest, count=2, key=head.key, signature=key.sign(head.said)
    )
    assert "before that day had ended" in texts(journal.faults())


def test_a_day_ends_at_the_country_s_midnight() -> None:
    assert end_of(last_ended()).isoformat().endswith("T00:00:00+07:00")


def test_what_is_no_file_of_heads_is_refused_with_its_line(journal: Journal, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(journal.kept.read_text("ascii") + "2026-11-22 ten\n", "ascii")
    with pytest.raises(KeyRefused, match=r"line 7: this is no head"):
        read_file(wrong)


def test_the_command_ends_with_one_line_or_with_each_fault(journal: Journal) -> None:
    out = StringIO()
    call_command("verify_audit", "--heads", str(journal.kept), stdout=out)
    assert out.getvalue() == (
        "The journal holds: 12 lines, 3 signed days.\nThe 3 heads of the other office say the same.\n"
    )
    rewrite(journal, 8)
    with pytest.raises(CommandError, match="links 7 to 10 were rewritten") as refused:
        call_command("verify_audit", stdout=out)
    assert "Restore the last backup" in str(refused.value)
    with system_scope("system.console"):
        notes = list(JournalEntry.objects.filter(verb="journal.ran").order_by("id").values_list("note", flat=True))
    assert notes == ["verify-audit: 0", "verify-audit: 2"]


def test_the_heads_command_writes_what_another_office_keeps(journal: Journal, tmp_path: Path) -> None:
    out, file = StringIO(), tmp_path / "out" / "heads.txt"
    call_command("heads", "--to", str(file), stdout=out)
    assert "3 heads" in out.getvalue()
    assert file.read_text("ascii") == journal.kept.read_text("ascii")
    call_command("heads", stdout=out)
    assert f"public key {signing_key(keys_folder()).public.text}" in out.getvalue()


def test_lines_of_a_compartment_are_checked_too_by_the_owner_who_sees_them(
    journal: Journal, committed_database: dict[str, str]
) -> None:
    """The application sees no line of a compartment its officer is not in, and would take it for one removed."""
    health = Officer.objects.get(username="health")
    with scope(health):
        record(READ, by=health, unit_code="170101", compartment="health")
    assert seal_lines() == 1
    assert "was removed" in texts(journal.faults())
    point_django_at(committed_database["owner"])
    try:
        assert journal.faults(kept=True) == []
    finally:
        point_django_at(committed_database["app"])
    assert '"verify_audit"}' in (settings.ROOT / "config" / "command.py").read_text("utf-8")  # runs as the owner
