"""Reading the journal: lines as sentences, and the history of a record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import models

from onestop.journal.models import JournalEntry, RowHistory
from onestop.journal.verbs import sentence_of

__all__ = ["Change", "Line", "history_of", "lines_about", "sentence"]


@dataclass(frozen=True)
class Line:
    """A line of the journal as it is shown."""

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


def sentence(entry: JournalEntry, *, subject: str = "") -> str:
    """The line as a sentence in the active language; `subject` is how the reader names the record."""
    return (
        str(sentence_of(entry.verb))
        .format(
            officer=_name(entry.officer),
            office=entry.office,
            subject=subject or entry.subject_kind,
            note=entry.note,
        )
        .strip()
    )


def lines_about(subject: models.Model, *, named: str = "", limit: int = 50) -> list[Line]:
    """The newest lines about a record inside the open scope."""
    entries = JournalEntry.objects.about(subject).select_related("officer")[:limit]
    return [
        Line(entry.at, sentence(entry, subject=named), _name(entry.officer), entry.office, entry.note, entry)
        for entry in entries
    ]


def history_of(record: models.Model, *, limit: int = 50) -> list[Change]:
    """What changed in a record, the newest first, inside the open scope. The first image shows every field."""
    images = list(RowHistory.objects.of(record)[: limit + 1])
    names = _names({image.officer_id for image in images})
    return list(_changes(images, names))[:limit]


def _changes(images: list[RowHistory], names: dict[UUID, str]) -> Iterator[Change]:
    for image, before in zip(images, [*images, None][1:], strict=True):
        old = before.row if before else {}
        fields = {
            field: (old.get(field), value)
            for field, value in image.row.items()
            if image.op == "D" or old.get(field) != value
        }
        yield Change(image.at, names.get(image.officer_id, "") if image.officer_id else "", image.op, fields)


def _names(keys: set[UUID | None]) -> dict[UUID, str]:
    officers = get_user_model()._default_manager.filter(pk__in=[key for key in keys if key])
    return {officer.pk: _name(officer) for officer in officers}


def _name(officer: Any) -> str:
    return str(getattr(officer, "name", "") or officer)
