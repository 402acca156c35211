"""Persons and households as they were on a day, for the rule library's relations layer (`criteria.relations`).

A row whose latest change is not after the day is read as it stands, one flat scan of the wide rows. Only the others are
made anew from memberships, residences, papers and answer sheets, behind the same column names. Today that is nobody:
`needs_history` asks the database, and then the sources are flat.

    found = sources(on)
    Relations(persons=Persons(found.persons), households=Households(found.households),
              statuses={code: Statuses(query) for code, query in found.statuses.items()}, …)

`unit_code` is the village of the day, so that the asked area is put on each source from outside. Staleness, presence
and the status in force are the reader's matter: `<fact>_on`, joined_on, left_on, died_on and birth_from stand beside. A
fact that papers prove is one boolean.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final
from uuid import UUID

import sqlglot
from django.db import connection
from psycopg import sql
from sqlglot import exp

from onestop.registry.declared import Declarations, Declared, declared
from onestop.registry.fold import fold, folded, papers

_IN_FORCE: Final = """{0}.voided_at IS NULL AND {0}.valid_from <= {on}
        AND ({0}.valid_to IS NULL OR {0}.valid_to >= {on})"""

_FLAT_PERSONS: Final = """
    SELECT r.person_id, r.household_id, r.unit_code, r.joined_on, r.left_on, r.relation, r.sex, r.birth_from,
           r.birth_to, r.died_on{columns}
    FROM registry_personrow r"""
_PERSONS_BEFORE: Final = """
    SELECT r.person_id, m.household_id, h.village_code AS unit_code, m.valid_from AS joined_on, m.valid_to AS left_on,
           nullif(m.relation, '') AS relation, r.sex, r.birth_from, r.birth_to, r.died_on{columns}
    FROM registry_personrow r
    JOIN registry_householdmembership m ON m.person_id = r.person_id AND {membership}
    JOIN registry_residence h ON h.household_id = m.household_id AND {residence}
    {fold}
    {papers}
    WHERE r.latest_on > {on}"""
_FLAT_HOUSEHOLDS: Final = """
    SELECT r.household_id, r.unit_code{columns}
    FROM registry_householdrow r"""
_HOUSEHOLDS_BEFORE: Final = """
    SELECT r.household_id, h.village_code AS unit_code{columns}
    FROM registry_householdrow r
    JOIN registry_residence h ON h.household_id = r.household_id AND {residence}
    {fold}
    WHERE r.latest_on > {on}"""
_STATUSES: Final = """
    SELECT s.household_id, s.level, s.valid_from, s.valid_to, s.recorded_at, {unit} AS unit_code
    FROM registry_povertystatus s
    {residence}
    WHERE s.voided_at IS NULL"""


@dataclass(frozen=True)
class Sources:
    """Queries over the registry for one day. `history`: some rows are read from the history.

    Then people may have lived elsewhere than now: a table that only knows where they live now must not be limited by
    the asked area (`Enrolments(…, unit=None)`).
    """

    persons: exp.Query
    households: exp.Query
    statuses: Mapping[str, exp.Query]
    history: bool


def needs_history(on: date, *, household: UUID | None = None) -> bool:
    """True when something in the open scope, or of one household and its members, began after the day."""
    of_one = "household_id = %(household)s AND" if household else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM registry_personrow WHERE {of_one} latest_on > %(on)s)"  # noqa: S608
            f" OR EXISTS (SELECT FROM registry_householdrow WHERE {of_one} latest_on > %(on)s)",
            {"on": on, "household": household},
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def sources(on: date, *, facts: Mapping[str, Iterable[str]] | None = None, history: bool | None = None) -> Sources:
    """The sources of a day, with all facts or those named of each subject ({"person": ["grade"], "household": []}).

    `history`: what `needs_history` said; None asks it. Facts that are not stored have no column and are left out.
    """
    named = None if facts is None else {of: tuple(sorted(set(codes))) for of, codes in facts.items()}
    return _sources(
        declared(),
        on,
        None if named is None else named.get("person", ()),
        None if named is None else named.get("household", ()),
        needs_history(on) if history is None else history,
    )


@lru_cache(maxsize=64)
def _sources(
    declarations: Declarations,
    on: date,
    persons: tuple[str, ...] | None,
    households: tuple[str, ...] | None,
    history: bool,
) -> Sources:
    day = sql.SQL("DATE {}").format(sql.Literal(on.isoformat()))
    of_persons = [one for one in declarations.stored("person") if persons is None or one.code in persons]
    of_households = [one for one in declarations.stored("household") if households is None or one.code in households]
    levels = [one for one in declarations.of("household") if one.source == "status"]
    parts = {
        "person": [sql.SQL(_FLAT_PERSONS).format(columns=_columns(of_persons, _flat, day))],
        "household": [sql.SQL(_FLAT_HOUSEHOLDS).format(columns=_columns(of_households, _flat, day))],
    }
    if history:
        parts["person"] = [parts["person"][0] + _not_after(day), _persons_before(of_persons, day)]
        parts["household"] = [parts["household"][0] + _not_after(day), _households_before(of_households, day)]
    return Sources(
        persons=_query(parts["person"]),
        households=_query(parts["household"]),
        statuses={one.code: _query([_statuses(day, history)]) for one in levels},
        history=history,
    )


def _query(parts: list[sql.Composed]) -> exp.Query:
    """The parts as one tree, for the rule library to build upon."""
    found = sqlglot.parse_one(sql.SQL("\n    UNION ALL\n").join(parts).as_string(None), read="postgres")
    assert isinstance(found, exp.Query)
    return found


def _not_after(day: sql.Composable) -> sql.Composed:
    return sql.SQL("\n    WHERE r.latest_on <= {}").format(day)


def _in_force(alias: str, day: sql.Composable) -> sql.Composed:
    return sql.SQL(_IN_FORCE).format(sql.SQL(alias), on=day)


Columns = list[tuple[str, sql.Composable]]
# How the columns of one fact are read on a day
Reader = Callable[[Declared, sql.Composable], Columns]


def _columns(facts: list[Declared], read: Reader, day: sql.Composable) -> sql.Composed:
    named = (column for fact in facts for column in read(fact, day))
    return sql.SQL("").join(sql.SQL(", {} AS {}").format(value, sql.Identifier(name)) for name, value in named)


def _proved(alias: str, fact: Declared, answered: sql.Composable, day: sql.Composable) -> sql.Composable:
    """True while a paper proves it, else as answered."""
    if fact.source != "documents":
        return answered
    until = sql.SQL("{}.{}").format(sql.SQL(alias), sql.Identifier(f"{fact.code}_until"))
    return sql.SQL("CASE WHEN {} >= {} THEN TRUE ELSE {} END").format(until, day, answered)


def _flat(fact: Declared, day: sql.Composable) -> Columns:
    """From the wide row."""
    names = [fact.code]
    names += [f"{fact.code}_to"] if fact.storage == "date interval" else []
    names += [f"{fact.code}_on"] if fact.has_day else []
    columns: Columns = [(name, sql.SQL("r.{}").format(sql.Identifier(name))) for name in names]
    columns[0] = (fact.code, _proved("r", fact, columns[0][1], day))
    return columns


def _folded(fact: Declared, day: sql.Composable) -> Columns:
    """From the fold f of the answer sheets and the papers d."""
    columns = folded(fact)
    columns[0] = (fact.code, _proved("d", fact, columns[0][1], day))
    return columns


def _persons_before(facts: list[Declared], day: sql.Composable) -> sql.Composed:
    begun = sql.SQL("(w.valid_from IS NULL OR w.valid_from <= {})").format(day)
    return sql.SQL(_PERSONS_BEFORE).format(
        columns=_columns(facts, _folded, day),
        membership=_in_force("m", day),
        residence=_in_force("h", day),
        fold=fold("person", facts, sql.SQL("r.person_id"), sql.SQL("a.observed_on <= {}").format(day)),
        papers=papers(facts, sql.SQL("r.person_id"), begun) or sql.SQL(""),
        on=day,
    )


def _households_before(facts: list[Declared], day: sql.Composable) -> sql.Composed:
    return sql.SQL(_HOUSEHOLDS_BEFORE).format(
        columns=_columns(facts, _folded, day),
        residence=_in_force("h", day),
        fold=fold("household", facts, sql.SQL("r.household_id"), sql.SQL("a.observed_on <= {}").format(day)),
        on=day,
    )


def _statuses(day: sql.Composable, history: bool) -> sql.Composed:
    """Poverty statuses, at the village of the day."""
    residence = sql.SQL("JOIN registry_residence h ON h.household_id = s.household_id AND {}").format(
        _in_force("h", day)
    )
    return sql.SQL(_STATUSES).format(
        unit=sql.SQL("h.village_code" if history else "s.unit_code"), residence=residence if history else sql.SQL("")
    )
