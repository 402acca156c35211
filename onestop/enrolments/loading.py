"""Writing many enrolments at once: those of a file while its households stream by, and matches of a programme.

As in the registry's loading: COPY goes into a temporary table, a few statements put the rows behind the wall, and the
triggers write one image of each row into the history. Each enrolment has its own line in the journal.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from onestop.enrolments.choices import ENROLLED
from onestop.enrolments.models import Enrolment
from onestop.journal.actions import record_rows
from onestop.programmes.models import Programme
from onestop.registry.models import Household, Person
from onestop.staff.models import Officer

TABLE: Final = Enrolment._meta.db_table
_BATCH: Final = 5_000
_COLUMNS: Final = "programme_id text, person_id uuid, household_id uuid, valid_from date, valid_to date, unit_code text"
_NULL: Final = "\\N"
_RETURNING: Final = sql.SQL(" RETURNING person_id, household_id, unit_code, programme_id, sector, compartment")


class EnrolmentWrong(ValueError):
    """An enrolment that cannot be loaded; the message says why."""


class Load:
    """Enrolments that come one by one inside the transaction of a loader, and are written together at its end.

    The persons and households they name may still be on their way: they must be there when `write` is called.
    """

    def __init__(self, by: Officer) -> None:
        self.by = by
        self.units: dict[str, str] = dict(Programme.objects.values_list("code", "unit"))
        self.lines: list[str] = []
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE load_enrolment ({_COLUMNS}) ON COMMIT DROP")

    def add(
        self,
        programme: str,
        *,
        person: str | None,
        household: str,
        unit_code: str,
        valid_from: date,
        valid_to: date | None,
    ) -> None:
        """One enrolment of a person, or of the household when `person` is None. Raises EnrolmentWrong."""
        of = "person" if person else "household"
        unit = self.units.get(programme)
        if unit != of:
            told = {
                None: _("There is no programme “%(code)s”."),
                "person": _("The programme %(code)s enrols persons, not households."),
                "household": _("The programme %(code)s enrols households, not persons."),
            }
            raise EnrolmentWrong(told[unit] % {"code": programme})
        if valid_to is not None and valid_to < valid_from:
            raise EnrolmentWrong(_("An enrolment cannot end before it begins."))
        who = f"{person}\t{_NULL}" if person else f"{_NULL}\t{household}"
        self.lines.append(f"{programme}\t{who}\t{valid_from}\t{valid_to or _NULL}\t{unit_code}\n")
        if len(self.lines) >= _BATCH:
            self._copy()

    def _copy(self) -> None:
        with connection.cursor() as cursor, cursor.copy("COPY load_enrolment FROM STDIN") as copy:
            copy.write("".join(self.lines))
        self.lines.clear()

    def write(self) -> int:
        """Put everything behind the wall, with history and journal; returns how many."""
        self._copy()
        statement = sql.SQL(
            "INSERT INTO {} (programme_id, person_id, household_id, valid_from, valid_to, unit_code, enrolled_by_id,"
            " sector, compartment)"
            " SELECT l.programme_id, l.person_id, l.household_id, l.valid_from, l.valid_to, l.unit_code, %(by)s,"
            " p.sector, p.compartment FROM load_enrolment l JOIN programmes_programme p ON p.code = l.programme_id"
        ).format(sql.Identifier(TABLE))
        count = insert(statement, {"by": self.by.pk}, by=self.by)
        with connection.cursor() as cursor:
            cursor.execute(
                f"ANALYZE {TABLE} (person_id, household_id, programme_id, valid_from, valid_to, unit_code,"
                " sector, compartment)"
            )
        return count


def insert(statement: sql.Composable, parameters: dict[str, Any], *, by: Officer) -> int:
    """Run an INSERT … SELECT of enrolments and journal each of them, as a line about who is enrolled."""
    with connection.cursor() as cursor:
        cursor.execute(sql.Composed([statement, _RETURNING]), parameters)
        rows: list[tuple[UUID | None, UUID | None, str, str, str, str]] = cursor.fetchall()
    lines: dict[tuple[str, str, str], list[tuple[UUID, str, str]]] = {}
    for person, household, unit, code, sector, compartment in rows:
        kind = (Person if person else Household)._meta.label_lower
        lines.setdefault((kind, sector, compartment), []).append((person or household, unit, code))  # type: ignore[arg-type]  # one of both
    return sum(
        record_rows(ENROLLED, by=by, subject_kind=kind, rows=of, sector=sector, compartment=compartment)
        for (kind, sector, compartment), of in lines.items()
    )
