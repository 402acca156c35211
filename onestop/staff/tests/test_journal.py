"""Lines of the journal: written in one's own name, only added, told as sentences, following their subject.

These tests stand here and not in `journal`, since a line needs an officer and a scope.
"""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from onestop.areas.scope import ScopeMissing
from onestop.journal.actions import WrongActor, blank_note, note_digest, record
from onestop.journal.models import JournalEntry
from onestop.journal.queries import lines_about, sentence
from onestop.journal.verbs import EXPORTED, READ
from onestop.staff.models import Office, Officer
from onestop.staff.scope import scope

pytestmark = pytest.mark.django_db


def officer(username: str) -> Officer:
    found: Officer = Officer.objects.get(username=username)
    return found


def run(sql: str, *params: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_a_line_says_who_did_what_to_which_record_and_where() -> None:
    district = officer("district")
    with scope(district):
        entry = record(READ, by=district, subject_kind="registry.household", subject_id="x", unit_code="17010101")
        stored = JournalEntry.objects.get(pk=entry.pk)
    assert (stored.verb, stored.officer_id, stored.roles) == (READ, district.pk, "district_assistant")
    assert (stored.office, stored.unit_code, stored.unit_code_then) == ("ANGKOR_CHUM", "17010101", "17010101")


def test_a_line_without_a_place_stands_where_the_officer_s_scope_begins() -> None:
    district = officer("district")
    with scope(district):
        assert record(EXPORTED, by=district).unit_code == "1701"


def test_without_a_scope_no_line_is_written() -> None:
    with pytest.raises(ScopeMissing):
        record(READ, by=officer("district"))


def test_no_line_is_written_in_another_s_name() -> None:
    with scope(officer("district")), pytest.raises(WrongActor):
        record(READ, by=officer("finance"))


def test_the_database_too_refuses_a_line_in_another_s_name() -> None:
    with scope(officer("district")), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        JournalEntry.objects.create(verb=READ, officer=officer("finance"), unit_code="1701")


def test_who_sees_figures_only_writes_lines_but_reads_none() -> None:
    province = officer("province")
    with scope(province):
        record(EXPORTED, by=province, unit_code="17")
        assert JournalEntry.objects.count() == 0


def test_lines_of_another_area_are_not_seen() -> None:
    commune, district = officer("commune"), officer("district")
    with scope(district):
        record(READ, by=district, subject_kind="registry.person", subject_id="b", unit_code="170102")
        record(READ, by=district, subject_kind="registry.person", subject_id="a", unit_code="170101")
    with scope(commune):
        assert list(JournalEntry.objects.values_list("subject_id", flat=True)) == ["a"]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal_journalentry SET verb = 'journal.printed'",
        "DELETE FROM journal_journalentry",
        "TRUNCATE journal_journalentry",
        "UPDATE journal_rowhistory SET op = 'D'",
        "INSERT INTO journal_rowhistory (table_name, row_id, op, at, transaction, unit_code, row)"
        " VALUES ('t', gen_random_uuid(), 'I', now(), 1, '1701', '{}')",
        "DELETE FROM journal_rowhistory",
        "INSERT INTO journal_seal (seq, entry_id, digest, previous_digest, at)"
        " VALUES (1, gen_random_uuid(), '', '', now())",
        "DELETE FROM journal_seal",
    ],
)
def test_the_application_can_neither_change_lines_nor_write_history_or_seals(sql: str) -> None:
    district = officer("district")
    with scope(district):
        record(READ, by=district)
        with pytest.raises(DatabaseError, match="permission denied"):
            run(sql)


def test_every_column_but_the_named_ones_is_guarded_against_change() -> None:
    """A column added later must be decided upon: the triggers name the guarded ones."""
    follows = {"unit_code", "sector", "compartment"}  # what a line is about may move, or be closed
    free = {"journal_journalentry": {*follows, "note", "note_salt"}, "journal_rowhistory": follows}
    with connection.cursor() as cursor:
        for table, allowed in free.items():
            cursor.execute(
                "SELECT a.attname, a.attnum = ANY (t.tgattr::int2[]) FROM pg_attribute a JOIN pg_trigger t"
                " ON t.tgrelid = a.attrelid AND t.tgname = 'only_added'"
                f" WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped"
            )
            assert {name for name, guarded in cursor.fetchall() if not guarded} == allowed


def test_a_note_is_blanked_and_its_digest_stays() -> None:
    district = officer("district")
    with scope(district):
        entry = record(EXPORTED, by=district, note="Sok Dara asked for it")
        assert entry.note_digest == note_digest("Sok Dara asked for it", entry.note_salt)
        assert blank_note(entry)
        entry.refresh_from_db()
        assert (entry.note, entry.note_salt) == ("", "")
        assert entry.note_digest
        assert not blank_note(entry)


def test_a_note_of_another_area_cannot_be_blanked() -> None:
    commune, district = officer("commune"), officer("district")
    with scope(district):
        entry = record(EXPORTED, by=district, unit_code="170102", note="kept")
    with scope(commune):
        assert not blank_note(entry)
    with scope(district):
        entry.refresh_from_db()
        assert entry.note == "kept"


@pytest.mark.parametrize(("language", "expected"), [("en", "Chea Maly opened the household."), ("km", "ជា ម៉ាលី")])
def test_a_line_is_a_sentence_in_the_reader_s_language(language: str, expected: str) -> None:
    district, place = officer("district"), Office.objects.get(code="ANGKOR_CHUM")
    with scope(district), translation.override(language):
        record(READ, by=district, subject=place)
        (line,) = lines_about(place, named="the household")
    assert expected in line.sentence
    assert "the household" in line.sentence


def test_a_verb_of_a_room_that_is_gone_is_still_told() -> None:
    entry = JournalEntry(verb="gone.done", officer=officer("district"), subject_kind="gone.thing", note="two")
    with translation.override("en"):
        assert sentence(entry) == "Chea Maly: gone.done gone.thing two"
