"""Reading the journal: lines as sentences, and the history of a record."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import models

from onestop.areas.clock import local
from onestop.areas.models import PersonalQuerySet
from onestop.journal.models import JournalEntry, RowHistory
from onestop.journal.verbs import sentence_of

__all__ = ["Change", "Line", "history_of", "lines_about", "lines_of", "officer_number", "sentence"]


@dataclass(frozen=True)
class Line:
    """A line of the journal as it is shown; `at` by the country's clocks."""

    at: datetime
    sentence: str
    officer: str
    office: str
    note: str
    entry: JournalEntry


@dataclass(frozen=True)
class Change:
    """What one statement changed in one row: field → (before, after). `officer` is the name, '' when unknown."""

    at: datetime
    officer: str
    op: str
    fields: dict[str, tuple[Any, Any]]


def sentence(entry: JournalEntry, *, subject: str = "", officer: str = "") -> str:
    """The line as a sentence in the active language; `subject` is how the reader names the record.

    `officer`: in place of a name that this reader is not told.
    """
    return (
        str(sentence_of(entry.verb))
        .format(
            officer=officer or _name(entry.officer),
            office=entry.office,
            subject=subject or entry.subject_kind,
            note=entry.note,
        )
        .strip()
    )


def lines_about(subject: models.Model, *, named: str = "", limit: int = 50) -> list[Line]:
    """The newest lines about a record inside the open scope."""
    return [told(entry, named) for entry in entries_about(subject, limit=limit)]


def lines_of(subjects: Mapping[models.Model, str], *, limit: int = 200) -> list[Line]:
    """The newest lines about several records, each with how it is called, in one list."""
    lines = [told(entry, named) for subject, named in subjects.items() for entry in entries_about(subject, limit=limit)]
    return sorted(lines, key=lambda line: str(line.entry.pk), reverse=True)[:limit]


def entries_about(subject: models.Model, *, limit: int) -> list[JournalEntry]:
    """The newest entries, with their officers. Of a record outside the walls (an office, an account) all are shown."""
    if _is_open(subject):
        kind, key = subject._meta.label_lower, str(subject.pk)
        rows = JournalEntry.objects.raw("SELECT * FROM journal_open_lines(%s, %s, %s)", [kind, key, limit])
        entries = list(rows)
        models.prefetch_related_objects(entries, "officer")
        return entries
    return list(JournalEntry.objects.about(subject).select_related("officer")[:limit])


def told(entry: JournalEntry, named: str) -> Line:
    """An entry as it is shown."""
    return Line(local(entry.at), sentence(entry, subject=named), _name(entry.officer), entry.office, entry.note, entry)


def history_of(record: models.Model, *, limit: int = 50) -> list[Change]:
    """What changed in a record, the newest first, inside the open scope. The first image shows every field."""
    if _is_open(record):
        # a programme's pk is its code; its rows are known by the key beside it
        named = "pk" if isinstance(record.pk, UUID) else "key"
        key: UUID = getattr(record, named)
        images = list(
            RowHistory.objects.raw(
                "SELECT * FROM journal_open_history(%s, %s, %s)", [record._meta.db_table, key, limit + 1]
            )
        )
    else:
        images = list(RowHistory.objects.of(record)[: limit + 1])
    names = _names({image.officer_id for image in images})
    return list(_changes(images, names))[:limit]


def _is_open(record: models.Model) -> bool:
    """Whether the record's table stands outside the walls; the database asks itself once more."""
    manager = record._meta.model._default_manager  # of the officer who is signed in, a request has a stand-in
    return not isinstance(manager.all(), PersonalQuerySet)


def _changes(images: list[RowHistory], names: dict[UUID, str]) -> Iterator[Change]:
    for image, before in zip(images, [*images, None][1:], strict=True):
        old = before.row if before else {}
        fields = {
            field: (old.get(field), value)
            for field, value in image.row.items()
            if image.op == "D" or old.get(field) != value
        }
        yield Change(local(image.at), names.get(image.officer_id, "") if image.officer_id else "", image.op, fields)


def _names(keys: set[UUID | None]) -> dict[UUID, str]:
    officers = get_user_model()._default_manager.filter(pk__in=[key for key in keys if key])
    return {officer.pk: _name(officer) for officer in officers}


def _name(officer: Any) -> str:
    return str(getattr(officer, "name", "") or officer)


def officer_number(officer: UUID) -> str:
    """What an officer is called on a paper for the public: always the same, and known to nobody but the office."""
    return hashlib.sha256(f"officer {officer}".encode()).hexdigest()[:6].upper()
