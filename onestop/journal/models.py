"""What was done, what stood there before, and the proof that neither was changed.

A **JournalEntry** is one line for one action: verb, officer, subject, note; also for reading a person's folder and for
every export. Lines are only added: a trigger refuses changes, but for the unit (the line stays where its subject now
lives) and the blanking of an old note. A **RowHistory** row is the full image of a row of a tracked table after each
change, written by triggers that only the database's door role may run. A **Seal** chains the digests of the lines, one
after another, so that a changed or missing line shows. A **DayHead** is where the chain stood when a day ended, signed:
what another office keeps, so that a chain rewritten as a whole shows too. An **Idempotency** row remembers a form that
has been sent.
"""

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from onestop.areas.clock import now
from onestop.areas.keys import uuid7
from onestop.areas.models import ClosedField, UnitCodeField

__all__ = ["DayHead", "Idempotency", "JournalEntry", "RowHistory", "Seal"]


class JournalEntryQuerySet(models.QuerySet["JournalEntry"]):
    """Lines in the office's words; the walls show those of the open scope."""

    def about(self, subject: models.Model) -> "JournalEntryQuerySet":
        """The lines about one record, the newest first."""
        return self.filter(subject_kind=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("-id")


class JournalEntry(models.Model):
    """One action of one officer. `unit_code` is where its subject lies now, `unit_code_then` where it lay then."""

    # No default in the database: Django would read it back, and who sees figures only may add lines but read none.
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(default=now, editable=False)
    verb = models.CharField(max_length=80, db_collation="C", editable=False)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, db_index=False
    )
    roles = models.CharField(max_length=200, blank=True, editable=False)
    office = models.CharField(max_length=40, blank=True, editable=False)
    subject_kind = models.CharField(max_length=60, blank=True, db_collation="C", editable=False)
    subject_id = models.CharField(max_length=64, blank=True, db_collation="C", editable=False)
    unit_code = UnitCodeField(blank=True, editable=False)
    unit_code_then = UnitCodeField(blank=True, editable=False)
    # of what the line is about: outside of them it is not seen (decisions/018)
    sector = ClosedField()
    compartment = ClosedField()
    note = models.TextField(blank=True, editable=False)
    note_salt = models.CharField(max_length=32, blank=True, editable=False)
    note_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = JournalEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="journal_entry_subject"),
            models.Index(fields=["unit_code", "id"], name="journal_entry_unit"),
            models.Index(fields=["officer", "id"], name="journal_entry_officer"),
            models.Index(fields=["at"], name="journal_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"


class RowField(models.JSONField):
    """A row as JSON text, not jsonb: half the cost of writing it, and nobody searches in it."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "json"

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """The driver has read it already."""
        return json.loads(value) if isinstance(value, str) else value


class RowHistoryQuerySet(models.QuerySet["RowHistory"]):
    """Row images in the office's words; the walls show those of the open scope."""

    def of(self, record: models.Model) -> "RowHistoryQuerySet":
        """The images of one record, the newest first."""
        return self.filter(table_name=record._meta.db_table, row_id=record.pk).order_by("-id")


class RowHistory(models.Model):
    """The image of a row after an INSERT (I) or UPDATE (U), or before a DELETE (D); written by triggers only."""

    id = models.BigAutoField(primary_key=True)
    table_name = models.CharField(max_length=63, db_collation="C", editable=False)
    row_id = models.UUIDField(editable=False)
    op = models.CharField(max_length=1, editable=False)
    at = models.DateTimeField(editable=False)
    officer_id = models.UUIDField(null=True, editable=False)
    transaction = models.BigIntegerField(editable=False)
    unit_code = UnitCodeField(blank=True, editable=False)
    # those of the row, from its own columns of these names
    sector = ClosedField()
    compartment = ClosedField()
    row = RowField(editable=False)

    objects = RowHistoryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["row_id", "id"], name="journal_history_row"),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id} {self.op}"


class Seal(models.Model):
    """A link of the chain: digest = SHA-256(previous digest + the line's own digest). See seal.py."""

    seq = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    previous_digest = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField(default=now, editable=False)

    def __str__(self) -> str:
        return f"{self.seq} {self.digest[:12]}"


class DayHead(models.Model):
    """Where the chain stood when a day of the country ended: its last link, its digest, the day's links. Signed once.

    `digest` and `last_seq` are those of the first link (0, FIRST) while there is none. `key` is the name of the public
    key that checks the signature; see heads.py.
    """

    day = models.DateField(primary_key=True)
    last_seq = models.BigIntegerField(editable=False)
    digest = models.CharField(max_length=64, editable=False)
    count = models.BigIntegerField(editable=False)
    key = models.CharField(max_length=16, editable=False)
    signature = models.CharField(max_length=128, editable=False)
    signed_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.last_seq} {self.digest[:12]}"


class Idempotency(models.Model):
    """A form that was sent: the second click of the same form lands on the result of the first."""

    key = models.UUIDField(primary_key=True)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", editable=False)
    path = models.CharField(max_length=2000, editable=False)
    result_url = models.CharField(max_length=2000, blank=True, editable=False)
    at = models.DateTimeField(default=now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["at"], name="journal_idempotency_at")]

    def __str__(self) -> str:
        return str(self.key)
