"""The tables live from PostgreSQL, for one household up to a district or more, on any day, behind the walls.

The rules become one statement (criteria.compile) over the wide rows. For today and later the rows are read as they
stand; for a past day `registry.relations` puts the rows of that day behind the same column names. Nothing is
materialised and nothing is remembered: an answer given a moment ago is in the next table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from criteria.compile import PlaceCount, Statement, compile_counts, compile_rows
from criteria.relations import (
    Area,
    Enrolments,
    Households,
    OneHousehold,
    Persons,
    Ranges,
    Relations,
    Residents,
    Statuses,
)
from onestop.areas import clock
from onestop.areas.scope import current, range_of
from onestop.eligibility.catalogue import offered
from onestop.eligibility.rulebook import Rulebook
from onestop.registry import relations as registry
from onestop.staff.scope import reckoning


@dataclass(frozen=True)
class Row:
    """One present member with the verdict of each asked programme (True, False, None unknown)."""

    person_id: UUID
    household_id: UUID
    unit_code: str
    verdicts: tuple[bool | None, ...]


def needs_history(on: date, household: UUID | None = None) -> bool:
    """Whether rows of the open scope changed after the day; of today and later days none has."""
    return on < clock.today() and registry.needs_history(on, household=household)


@lru_cache(maxsize=64)
def tables(book: Rulebook, history: bool) -> Relations:
    """Where the rule library finds persons, households, statuses and enrolments on the day."""
    found = registry.sources(book.on, facts=book.facts_read(), history=history)
    return Relations(
        persons=Persons(found.persons),
        households=Households(found.households),
        statuses={code: Statuses(query) for code, query in found.statuses.items()},
        enrolments=Enrolments(
            offered("ENROLMENTS_TABLE"),
            # who has moved away since carries the enrolments along
            unit=None if found.history else "unit_code",
            null=("voided_at",),
            programme="programme_id",
        ),
        openings=book.openings,
        answers_until=False,  # no answer in these sources is younger than the day
    )


@lru_cache(maxsize=256)
def _counts(book: Rulebook, area: Area, place_length: int | None, history: bool) -> Statement:
    return compile_counts(
        book.rules, Residents(book.catalogue, tables(book, history), book.on, area), place_length=place_length
    )


@lru_cache(maxsize=256)
def _rows(book: Rulebook, area: Area, history: bool) -> Statement:
    return compile_rows(book.rules, Residents(book.catalogue, tables(book, history), book.on, area))


def counts(book: Rulebook, unit: str, *, place_length: int | None = None) -> list[PlaceCount]:
    """Eligible, not and unknown of every programme in a unit; with `place_length` for each place of so long a code."""
    if not book.versions:
        return []
    statement = _counts(book, area_of(unit), place_length, needs_history(book.on))
    return statement.counts(execute(statement))


def rows(book: Rulebook, unit: str) -> list[Row]:
    """Every present member of a unit; a household's verdict stands at each of its members."""
    if not book.versions:
        return []
    return _as_rows(execute(_rows(book, area_of(unit), needs_history(book.on))))


def household(book: Rulebook, key: UUID) -> list[Row]:
    """The members of one household with every programme, by a prepared statement."""
    if not book.versions:
        return []
    statement = household_statement(book, key)
    current()
    connection.ensure_connection()
    with reckoning(), psycopg.Cursor(connection.connection) as prepared:
        prepared.execute(statement.sql, {"household": key}, prepare=True)
        return _as_rows(prepared.fetchall())


def household_statement(book: Rulebook, key: UUID) -> Statement:
    """The statement of one household, its key the parameter `household`."""
    return _rows(book, OneHousehold(), needs_history(book.on, key))


def area_of(unit: str) -> Area:
    """The range of codes of a unit; '' is the nation."""
    return Ranges((range_of(unit),))


def execute(statement: Statement) -> Sequence[tuple[Any, ...]]:
    """Run a compiled statement of an area inside the open scope."""
    current()
    with reckoning(), connection.cursor() as cursor:
        cursor.execute(statement.sql)
        return list(cursor.fetchall())


def _as_rows(found: Iterable[tuple[Any, ...]]) -> list[Row]:
    return [Row(person, household, unit, tuple(verdicts)) for person, household, unit, *verdicts in found]
