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
from sqlglot import exp, parse_one

from criteria.compile import PlaceCount, Statement, compile_counts, compile_rows
from criteria.relations import Area, Enrolments, Households, OneHousehold, Persons, Ranges, Relations, Statuses
from onestop.areas import clock
from onestop.areas.scope import current, range_of
from onestop.eligibility.catalogue import offered
from onestop.eligibility.rulebook import Rulebook
from onestop.registry import relations as registry

_IN_FORCE = "SELECT household_id, level, NULL AS valid_from, NULL AS valid_to, NULL AS recorded_at FROM poverty_on"


@dataclass(frozen=True)
class Row:
    """One present member with the verdict of each asked programme (True, False, None unknown)."""

    person_id: UUID
    household_id: UUID
    unit_code: str
    verdicts: tuple[bool | None, ...]


def is_flat(on: date) -> bool:
    """Whether the wide rows hold as they stand: they keep the last answers, and none is younger than today."""
    return on >= clock.today()


def tables(book: Rulebook) -> Relations:
    """Where the rule library finds persons, households, statuses and enrolments on the day."""
    flat = is_flat(book.on)
    statuses = {fact.code: fact for fact in book.catalogue.of("household") if fact.status}
    inside = "unit_code" if flat else None  # who has moved away since carries statuses and enrolments along
    enrolments = Enrolments(offered("ENROLMENTS_TABLE"), unit=inside, null=("voided_at",), programme="programme_id")
    if flat:
        levels = Statuses("registry_povertystatus", null=("voided_at",))
        persons, households = Persons("registry_personrow"), Households("registry_householdrow")
    else:
        in_force = parse_one(_IN_FORCE, dialect="postgres")
        assert isinstance(in_force, exp.Query)
        levels = Statuses(in_force, unit=None)
        persons = Persons("persons_on", joined=None, left=None, died=None)
        households = Households("households_on")
    return Relations(
        persons=persons,
        households=households,
        statuses=dict.fromkeys(statuses, levels),
        enrolments=enrolments,
        openings=book.openings,
        answers_until=False,  # no answer of these rows is younger than the day
    )


@lru_cache(maxsize=256)
def _counts(book: Rulebook, area: Area, place_length: int | None) -> Statement:
    return compile_counts(book.rules, book.catalogue, tables(book), book.on, area, place_length=place_length)


@lru_cache(maxsize=256)
def _rows(book: Rulebook, area: Area) -> Statement:
    return compile_rows(book.rules, book.catalogue, tables(book), book.on, area)


def counts(book: Rulebook, unit: str, *, place_length: int | None = None) -> list[PlaceCount]:
    """Eligible, not and unknown of every programme in a unit; with `place_length` for each place of so long a code."""
    if not book.versions:
        return []
    statement = _counts(book, area_of(unit), place_length)
    return statement.counts(execute(statement, book, registry.area(unit)))


def rows(book: Rulebook, unit: str) -> list[Row]:
    """Every present member of a unit; a household's verdict stands at each of its members."""
    if not book.versions:
        return []
    return _as_rows(execute(_rows(book, area_of(unit)), book, registry.area(unit)))


def household(book: Rulebook, key: UUID) -> list[Row]:
    """The members of one household with every programme, by a prepared statement."""
    if not book.versions:
        return []
    statement = _rows(book, OneHousehold())
    return _as_rows(execute(statement, book, registry.household(key), prepare=True))


def area_of(unit: str) -> Area:
    """The range of codes of a unit; '' is the nation."""
    return Ranges((range_of(unit),))


def text_of(statement: Statement, book: Rulebook, asked: registry.Asked) -> tuple[str, dict[str, Any] | None]:
    """The statement with what stands before it on a past day, and its parameters."""
    parameters: dict[str, Any] = {"household": asked.value} if asked.kind == "household" else {}
    if is_flat(book.on):
        return statement.sql, parameters or None
    before = registry.on_day(asked, book.facts_read())
    text = statement.sql if parameters else statement.sql.replace("%", "%%")
    return f"WITH {before.ctes_text}, {text.removeprefix('WITH ')}", {**parameters, **before.parameters(book.on)}


def execute(
    statement: Statement, book: Rulebook, asked: registry.Asked, *, prepare: bool = False
) -> Sequence[tuple[Any, ...]]:
    """Run a compiled statement inside the open scope; `prepare` keeps its plan on this connection."""
    current()
    text, parameters = text_of(statement, book, asked)
    if not prepare:
        with connection.cursor() as cursor:
            cursor.execute(text, parameters)
            return list(cursor.fetchall())
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as prepared:
        prepared.execute(text, parameters, prepare=True)  # type: ignore[arg-type]  # SQL of our own compiler
        return prepared.fetchall()


def _as_rows(found: Iterable[tuple[Any, ...]]) -> list[Row]:
    return [Row(person, household, unit, tuple(verdicts)) for person, household, unit, *verdicts in found]
