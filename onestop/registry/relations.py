"""Persons and households as they were on a day: the relations every rule, list and cross-table reads.

A row whose latest change is not after the day is read as it stands (one flat scan); only the others are made anew from
memberships, residences, papers and answer sheets, behind the same column names. Today that is nobody.

    asked = area("1701")                                    # or household(key), person(key)
    relations = on_day(asked, facts={"person": ["grade"], "household": ["id_poor", "roof"]})
    f"WITH {relations.ctes_text} SELECT … FROM persons_on p JOIN households_on h USING (household_id)"
    cursor.execute(…, relations.parameters(on))

`persons_on`: person_id, household_id, unit_code (the village on the day), joined_on, left_on, relation, sex,
birth_from, birth_to, died_on and the asked facts' columns; only who is present on the day (rules.md §3).
`households_on`: household_id, unit_code and the asked facts, with the poverty level in force under the code the country
gives it. A fact that papers prove is one boolean. Staleness is the reader's matter: `<fact>_on` stands beside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Literal
from uuid import UUID

from psycopg import sql

from onestop.areas.keys import unit_range
from onestop.registry.declared import Declarations, Declared, declared
from onestop.registry.fold import answer, fold, papers

Kind = Literal["area", "household", "person"]

_PRESENT: Final = """({0}.left_on IS NULL OR {0}.left_on >= %(on)s)
      AND ({0}.birth_from IS NULL OR {0}.birth_from <= %(on)s) AND ({0}.died_on IS NULL OR {0}.died_on >= %(on)s)"""
_IN_FORCE: Final = """{0}.voided_at IS NULL AND {0}.valid_from <= %(on)s
        AND ({0}.valid_to IS NULL OR {0}.valid_to >= %(on)s)"""

_PERSONS_BEFORE: Final = """
    SELECT r.person_id, m.household_id, h.village_code AS unit_code, m.valid_from AS joined_on, m.valid_to AS left_on,
           nullif(m.relation, '') AS relation, r.sex, r.birth_from, r.birth_to, r.died_on
    FROM registry_personrow r
    {join} registry_householdmembership m ON m.person_id = r.person_id AND {membership}
    {join} registry_residence h ON h.household_id = m.household_id AND {residence}
    WHERE r.latest_on > %(on)s AND {place}"""
_PERSONS: Final = """
    SELECT r.person_id, r.household_id, r.unit_code, r.joined_on, r.left_on, r.relation, r.sex, r.birth_from,
           r.birth_to, r.died_on{flat}
    FROM registry_personrow r
    WHERE r.latest_on <= %(on)s AND {place}
      AND {present}
    UNION ALL
    SELECT r.person_id, r.household_id, r.unit_code, r.joined_on, r.left_on, r.relation, r.sex, r.birth_from,
           r.birth_to, r.died_on{folded}
    FROM persons_before r
    LEFT JOIN ({fold}) f ON f.subject = r.person_id
    {papers}
    WHERE {present}"""
_HOUSEHOLDS_BEFORE: Final = """
    SELECT r.household_id, h.village_code AS unit_code
    FROM registry_householdrow r
    JOIN registry_residence h ON h.household_id = r.household_id AND {residence}
    WHERE r.latest_on > %(on)s AND {place}"""
_HOUSEHOLDS: Final = """
    SELECT r.household_id, r.unit_code{flat}
    FROM registry_householdrow r
    {poverty}
    WHERE r.latest_on <= %(on)s AND {place}
    UNION ALL
    SELECT r.household_id, r.unit_code{folded}
    FROM households_before r
    LEFT JOIN ({fold}) f ON f.subject = r.household_id
    {poverty}"""
# The status in force that began last; of two begun the same day the one recorded later (rules.md §3)
_POVERTY: Final = """
    SELECT DISTINCT ON (s.household_id) s.household_id, s.level
    FROM registry_povertystatus s
    WHERE {status} AND {place}
    ORDER BY s.household_id, s.valid_from DESC, s.recorded_at DESC, s.id DESC"""


@dataclass(frozen=True)
class Asked:
    """Of whom: everybody of an area, one household, or one person (who may live in no household)."""

    kind: Kind
    value: str | UUID

    def parameters(self) -> dict[str, object]:
        if self.kind == "area":
            low, high = unit_range(str(self.value))
            return {"lo": low, "hi": high}
        return {self.kind: self.value}


def area(unit_code: str) -> Asked:
    """Who lives in the unit on the day, and below it; '' is the nation."""
    return Asked("area", unit_code)


def household(key: UUID) -> Asked:
    return Asked("household", key)


def person(key: UUID) -> Asked:
    """One person with the household of the day; the person is there also without one."""
    return Asked("person", key)


@dataclass(frozen=True)
class Relations:
    """Named sub-queries `(name, text)` in their order, and the parameters they need."""

    ctes: tuple[tuple[str, str], ...]
    asked: Asked

    @property
    def ctes_text(self) -> str:
        """The sub-queries as they stand after WITH."""
        return ",\n".join(f"{name} AS ({text})" for name, text in self.ctes)

    def parameters(self, on: date) -> dict[str, object]:
        return {"on": on, **self.asked.parameters()}


def on_day(asked: Asked, facts: Mapping[str, Iterable[str]] | None = None) -> Relations:
    """The relations `persons_on` and `households_on`, with all facts or the named ones of each subject.

    A fact named but not declared or not stored has no column and is left out.
    """
    named = {of: tuple(sorted(set(codes))) for of, codes in facts.items()} if facts is not None else None
    persons = None if named is None else named.get("person", ())
    households = None if named is None else named.get("household", ())
    return Relations(_texts(declared(), asked.kind, persons, households), asked)


@lru_cache(maxsize=512)
def _texts(
    declarations: Declarations, kind: Kind, persons: tuple[str, ...] | None, households: tuple[str, ...] | None
) -> tuple[tuple[str, str], ...]:
    parts = [
        ("persons_before", _persons_before(kind)),
        ("persons_on", _persons(kind, _chosen(declarations, "person", persons))),
        ("households_before", _households_before(kind)),
    ]
    levels = [fact for fact in _of_status(declarations) if households is None or fact.code in households]
    if levels:
        parts.append(("poverty_on", _poverty(kind)))
    parts.append(("households_on", _households(kind, _chosen(declarations, "household", households), levels)))
    return tuple((name, part.as_string(None)) for name, part in parts)


def _chosen(declarations: Declarations, subject: str, codes: tuple[str, ...] | None) -> list[Declared]:
    return [fact for fact in declarations.stored(subject) if codes is None or fact.code in codes]


def _of_status(declarations: Declarations) -> list[Declared]:
    return [fact for fact in declarations.of("household") if fact.source == "status"]


def _place(kind: Kind, unit: str, household_column: str, person_column: str) -> sql.Composed:
    """The condition that a row belongs to whom is asked of."""
    conditions = {
        "area": sql.SQL("{0} >= %(lo)s AND {0} < %(hi)s").format(sql.SQL(unit)),
        "household": sql.SQL("{} = %(household)s").format(sql.SQL(household_column)),
        "person": sql.SQL("{} = %(person)s").format(sql.SQL(person_column)),
    }
    return conditions[kind]


def _in_force(alias: str) -> sql.Composed:
    return sql.SQL(_IN_FORCE).format(sql.SQL(alias))


def _columns(values: Iterable[tuple[str, sql.Composable]]) -> sql.Composed:
    return sql.SQL("").join(sql.SQL(", {} AS {}").format(value, sql.Identifier(name)) for name, value in values)


def _flat(fact: Declared) -> list[tuple[str, sql.Composable]]:
    """The columns of a fact as the wide row has them."""
    column = sql.SQL("r.{}").format(sql.Identifier(fact.code))
    if fact.source == "documents":
        until = sql.SQL("r.{}").format(sql.Identifier(f"{fact.code}_until"))
        column = sql.SQL("CASE WHEN {} >= %(on)s THEN true ELSE {} END").format(until, column)
    names = [fact.code]
    names += [f"{fact.code}_to"] if fact.storage == "date interval" else []
    names += [f"{fact.code}_on"] if fact.has_day else []
    others = [(name, sql.SQL("r.{}").format(sql.Identifier(name))) for name in names[1:]]
    return [(fact.code, column), *others]


def _folded(fact: Declared) -> list[tuple[str, sql.Composable]]:
    """The same columns from the fold f of the answer sheets and the papers d."""
    columns = answer(fact, sql.SQL("f.answers"))
    if fact.source == "documents":
        until = sql.SQL("d.{}").format(sql.Identifier(f"{fact.code}_until"))
        columns[0] = (fact.code, sql.SQL("CASE WHEN {} >= %(on)s THEN true ELSE {} END").format(until, columns[0][1]))
    if fact.has_day:
        columns.append((f"{fact.code}_on", sql.SQL("f.{}").format(sql.Identifier(f"{fact.code}_on"))))
    return columns


def _persons_before(kind: Kind) -> sql.Composed:
    return sql.SQL(_PERSONS_BEFORE).format(
        join=sql.SQL("LEFT JOIN" if kind == "person" else "JOIN"),
        membership=_in_force("m"),
        residence=_in_force("h"),
        place=_place(kind, "h.village_code", "m.household_id", "r.person_id"),
    )


def _persons(kind: Kind, facts: list[Declared]) -> sql.Composed:
    place = _place(kind, "r.unit_code", "r.household_id", "r.person_id")
    if kind != "person":
        place += sql.SQL(" AND r.household_id IS NOT NULL")
    begun = sql.SQL("(p.valid_from IS NULL OR p.valid_from <= %(on)s)")
    sheets = sql.SQL("a.person_id IN (SELECT person_id FROM persons_before) AND a.observed_on <= %(on)s")
    return sql.SQL(_PERSONS).format(
        flat=_columns(column for fact in facts for column in _flat(fact)),
        folded=_columns(column for fact in facts for column in _folded(fact)),
        place=place,
        present=sql.SQL(_PRESENT).format(sql.SQL("r")) if kind != "person" else sql.SQL("true"),
        fold=fold("person", facts, sheets),
        papers=papers(facts, sql.SQL("r.person_id"), begun) or sql.SQL(""),
    )


def _households_before(kind: Kind) -> sql.Composed:
    place = _place(kind, "h.village_code", "r.household_id", "")
    if kind == "person":
        place = sql.Composed([sql.SQL("r.household_id IN (SELECT household_id FROM persons_on)")])
    return sql.SQL(_HOUSEHOLDS_BEFORE).format(residence=_in_force("h"), place=place)


def _poverty(kind: Kind) -> sql.Composed:
    place = _place(kind, "s.unit_code", "s.household_id", "")
    if kind == "person":
        place = sql.Composed([sql.SQL("s.household_id IN (SELECT household_id FROM persons_on)")])
    if kind == "area":
        # a household that has moved away since carries its statuses along: it is among those read as they were
        place = sql.SQL("(({}) OR s.household_id IN (SELECT household_id FROM households_before))").format(place)
    return sql.SQL(_POVERTY).format(status=_in_force("s"), place=place)


def _households(kind: Kind, facts: list[Declared], levels: list[Declared]) -> sql.Composed:
    place = _place(kind, "r.unit_code", "r.household_id", "")
    if kind == "person":
        place = sql.Composed([sql.SQL("r.household_id IN (SELECT household_id FROM persons_on)")])
    level = [(fact.code, sql.SQL("s.level")) for fact in levels]
    sheets = sql.SQL("a.household_id IN (SELECT household_id FROM households_before) AND a.observed_on <= %(on)s")
    return sql.SQL(_HOUSEHOLDS).format(
        flat=_columns([*level, *(column for fact in facts for column in _flat(fact))]),
        folded=_columns([*level, *(column for fact in facts for column in _folded(fact))]),
        place=place,
        fold=fold("household", facts, sheets),
        poverty=sql.SQL("LEFT JOIN poverty_on s ON s.household_id = r.household_id") if levels else sql.SQL(""),
    )
