"""Looking through people for those registered at two offices: who came in by a file, or beyond an officer's measure.

The job of jobs.py does it once a day for whoever was written down or changed since; `./run onestop registry doubles` by
hand. What was told stays told (once for a pair), so that a look that was cut off is simply done again. It stands beside
the actions, not among them: the job worker loads it, and the actions load the rule library.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from onestop.areas.clock import local, now, today
from onestop.areas.scope import current
from onestop.areas.terms import due_on
from onestop.journal.actions import record
from onestop.journal.models import RowHistory
from onestop.registry.choices import SWEPT
from onestop.registry.models import DoubleNotice, DoubleSweep, Person
from onestop.registry.workflow import DOUBLE
from onestop.staff.scope import system_officer, system_scope

__all__ = ["last_sweep", "open_doubles", "sweep", "sweep_once_a_day"]

SWEEPER: Final = "system.doubles"
BATCH: Final = 2000  # persons that one statement takes well
# What was being written while somebody looked is not seen, and looked at by the next: nothing is being written longer
MARGIN: Final = timedelta(hours=12)

# Their own rows and their papers; what was loaded from a file has its images too
_CHANGED: Final = """
SELECT DISTINCT CASE table_name WHEN 'registry_person' THEN row_id ELSE (row ->> 'person_id')::uuid END
FROM journal_rowhistory
WHERE id > %s AND id <= %s AND op <> 'D' AND table_name IN ('registry_person', 'registry_identitydocument')
"""


def open_doubles(persons: Sequence[UUID]) -> int:
    """Ask the door about these persons; how many have a notice now that had none, -1 beyond the officer's measure."""
    scope = current()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT registry_open_doubles(%s::uuid[], %s, %s, %s::date, %s, %s, %s)",
            [
                list(persons),
                now(),
                today(),
                due_on("double", today()),
                DOUBLE.verb(DOUBLE.transitions["open"]),
                " ".join(scope.roles),
                scope.office_code,
            ],
        )
        row: tuple[int] = cursor.fetchone() or (0,)
    return row[0]


def last_sweep(before: datetime | None = None) -> DoubleSweep | None:
    """The last look that came to its end, or the last of those begun before an instant."""
    sweeps = DoubleSweep.objects.order_by("-begun_at")
    return (sweeps if before is None else sweeps.filter(begun_at__lt=before)).first()


def sweep_once_a_day() -> int | None:
    """Look through whoever was written down or changed; how many doubles were told, None when today's look was done."""
    last = last_sweep()
    if last is not None and local(last.begun_at).date() == local(now()).date():
        return None
    return sweep().found


def sweep(*, everybody: bool = False, progress: Callable[[int], None] = lambda count: None) -> DoubleSweep:
    """Look through whoever was written down or changed since the last look, or through everybody; in batches.

    Each batch is a transaction of its own; that the look came to its end is written down. Raises UnknownOfficer.
    """
    begun_at = now()
    with system_scope(SWEEPER):
        newest = RowHistory.objects.order_by("-id").values_list("id", flat=True).first() or 0
        since = None if everybody else last_sweep(begun_at - MARGIN)
        persons = _changed(since.history_upto, newest) if since else _everybody()
        told = DoubleNotice.objects.count()
    for start in range(0, len(persons), BATCH):
        with system_scope(SWEEPER):
            # who was merged or voided meanwhile is left out by the door
            open_doubles(persons[start : start + BATCH])
        progress(min(start + BATCH, len(persons)))
    with system_scope(SWEEPER):
        found = (DoubleNotice.objects.count() - told) // 2
        record(SWEPT, by=system_officer(SWEEPER), note=str(found))
        return DoubleSweep.objects.create(begun_at=begun_at, history_upto=newest, persons=len(persons), found=found)


def _everybody() -> list[UUID]:
    return list(Person.objects.kept().order_by("pk").values_list("pk", flat=True))


def _changed(after: int, upto: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [after, upto])
        return sorted(person for (person,) in cursor.fetchall())
