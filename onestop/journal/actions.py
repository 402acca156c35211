"""Writing the journal: one line for one action, in the action's own transaction."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID

from django.db import connection, models

from onestop.areas.clock import now
from onestop.areas.scope import BROKEN, Scope, current
from onestop.journal.models import JournalEntry

__all__ = ["blank_note", "note_digest", "record", "record_rows"]

# As `_entry` and `note_digest` make them, in the database; a random UUID is as good a salt as `secrets` gives
_RECORD_ROWS = """
INSERT INTO journal_journalentry (id, at, verb, officer_id, roles, office, sector, compartment, subject_kind,
                                  subject_id, unit_code, unit_code_then, note, note_salt, note_digest)
SELECT onestop_uuidv7(), %s, %s, %s, %s, %s, %s, %s, %s, r.key, r.unit, r.unit, r.note, r.salt,
       CASE WHEN r.note = '' THEN '' ELSE encode(sha256(convert_to(r.salt || E'\\x1f' || r.note, 'UTF8')), 'hex') END
FROM (SELECT key, unit, note, CASE WHEN note = '' THEN '' ELSE replace(gen_random_uuid()::text, '-', '') END AS salt
      FROM unnest(%s::text[], %s::text[], %s::text[]) AS given (key, unit, note) OFFSET 0) AS r
"""


class Actor(Protocol):
    """An officer, as far as this room knows one."""

    @property
    def pk(self) -> UUID: ...


class WrongActor(ValueError):
    """A line was to be written in another officer's name than that of the open scope."""


def record(
    verb: str,
    *,
    by: Actor,
    subject: models.Model | None = None,
    subject_kind: str = "",
    subject_id: object = None,
    unit_code: str = "",
    note: str = "",
    sector: str | None = None,
    compartment: str | None = None,
) -> JournalEntry:
    """Write one line. Raises ScopeMissing, and WrongActor when `by` is not the officer of the scope.

    `subject` gives kind, key and unit by itself; without one, `subject_kind`, `subject_id` and `unit_code` say them.
    The line stands in the unit of its subject, or else where the officer's scope begins. No personal data in `note`
    that a reader of the line may not see: it is text for people. What the line is about may belong to a sector or a
    compartment, by default those of the subject: then only officers inside see the line.
    """
    entry = _entry(verb, by, subject, subject_kind, subject_id, unit_code, note)
    entry.sector = getattr(subject, "sector", "") if sector is None else sector
    entry.compartment = getattr(subject, "compartment", "") if compartment is None else compartment
    entry.save(force_insert=True)
    return entry


def record_rows(
    verb: str,
    *,
    by: Actor,
    subject_kind: str,
    rows: Iterable[tuple[object, str, str]],
    sector: str = "",
    compartment: str = "",
) -> int:
    """The same verb for thousands of subjects of one kind, each (key, unit, note), in one statement.

    For actions that write by INSERT … SELECT and have no objects at hand. Returns how many. Raises as `record`.
    """
    scope = _scope_of(by)
    columns = [list(column) for column in zip(*((str(key), unit, note) for key, unit, note in rows), strict=True)]
    if not columns:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD_ROWS,
            [now(), verb, by.pk, " ".join(scope.roles), scope.office_code, sector, compartment, subject_kind, *columns],
        )
    return len(columns[0])


def _scope_of(by: Actor) -> Scope:
    """The open scope. Raises WrongActor when it is not that of `by`."""
    scope = current()
    if scope.officer_id != by.pk:
        raise WrongActor(f"The open scope is that of officer {scope.officer_id}; no line is written as {by.pk}.")
    return scope


def _entry(
    verb: str,
    by: Actor,
    subject: models.Model | None,
    subject_kind: str,
    subject_id: object,
    unit_code: str,
    note: str,
) -> JournalEntry:
    scope = _scope_of(by)
    if subject is not None:
        subject_kind, subject_id = subject._meta.label_lower, subject.pk
        unit_code = unit_code or getattr(subject, "unit_code", "")
    unit_code = unit_code or (scope.ranges[0][0] if scope.ranges else "")
    salt = secrets.token_hex(16) if note else ""
    roles = (*scope.roles, BROKEN) if scope.is_broken_at(unit_code) else scope.roles
    return JournalEntry(
        verb=verb,
        officer_id=by.pk,
        roles=" ".join(roles),
        office=scope.office_code,
        subject_kind=subject_kind,
        subject_id="" if subject_id is None else str(subject_id),
        unit_code=unit_code,
        unit_code_then=unit_code,
        note=note,
        note_salt=salt,
        note_digest=note_digest(note, salt),
    )


def note_digest(note: str, salt: str) -> str:
    """What the chain keeps of a note; '' for none. Salted, so that a blanked short note cannot be guessed from it."""
    return hashlib.sha256(f"{salt}\x1f{note}".encode()).hexdigest() if note else ""


def blank_note(entry: JournalEntry) -> bool:
    """Empty a note whose time has run out; the line and the proof of it stay. True when there was one to empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_blank_note(%s)", [entry.pk])
        row: Sequence[bool] = cursor.fetchone() or (False,)
    return bool(row[0])
