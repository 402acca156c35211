"""A stale save is refused, with who changed what meanwhile; never written over the other's work.

person = locked(Person.objects.visible_to(by), pk, version=form_version)     # raises StaleRecord
save_changes(person, phone=phone)                                             # counts the version up
"""

from typing import Any, TypeVar

from django.db import models

from onestop.areas.models import Edited
from onestop.journal.queries import Change, history_of

__all__ = ["StaleRecord", "locked", "save_changes"]

Record = TypeVar("Record", bound=Edited)


class StaleRecord(Exception):
    """The record was changed after the form was opened. `changes`: what and by whom since then, the newest first."""

    def __init__(self, record: Edited, seen: int, changes: list[Change]) -> None:
        self.record, self.seen, self.changes = record, seen, changes
        self.by = next((change.officer for change in changes if change.officer), "")
        super().__init__(
            f"{record._meta.label} was saved {record.version - seen} times since version {seen} was opened."
        )


def locked(queryset: "models.QuerySet[Record]", pk: object, *, version: int) -> Record:
    """The record, locked until the transaction ends. Raises DoesNotExist, and StaleRecord when it has moved on."""
    record = queryset.select_for_update(of=("self",)).get(pk=pk)
    if record.version != version:
        since = [
            change
            for change in history_of(record)
            if change.op == "U" and (change.fields.get("version", (0, 0))[1] or 0) > version
        ]
        raise StaleRecord(record, version, [_without_housekeeping(change) for change in since])
    return record


def save_changes(record: Edited, **fields: Any) -> None:
    """Set the fields of a locked record and save only them, with the next version."""
    for name, value in fields.items():
        setattr(record, name, value)
    record.version += 1
    record.save(update_fields=[*fields, "version"])


def _without_housekeeping(change: Change) -> Change:
    """Only what people filled in."""
    fields = {name: values for name, values in change.fields.items() if name not in {"version", "created_at"}}
    return Change(change.at, change.officer, change.op, fields)
