"""Cross-tables with enrolments: who receives, who may, who may not, who cannot be told, in an area on a day.

The rules become one statement of verdicts (criteria.compile); around it stand the enrolments of the day, the filters of
the list and the counts, still in one statement, so that a table and its bar cannot differ. A state is a small number
that orders itself: receiving goes before eligible, eligible before unknown, unknown before no. So the state of a whole
guarantee is the greatest of its programmes', and a person in two of them counts once (F3-06).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from django.db import connection
from psycopg import sql

from criteria.compile import compile_rows
from criteria.programme import Programme as Rules
from criteria.relations import Residents
from onestop.areas.scope import current, range_of
from onestop.eligibility import live
from onestop.eligibility.catalogue import offered
from onestop.eligibility.rulebook import Rulebook
from onestop.staff.scope import reckoning

RECEIVING: Final = 3
ELIGIBLE: Final = 2
UNKNOWN: Final = 1
NOT_ELIGIBLE: Final = 0
STATES: Final = {RECEIVING: "receiving", ELIGIBLE: "eligible", UNKNOWN: "unknown", NOT_ELIGIBLE: "not_eligible"}


# Where no programme has rules (an officer of a sector without any) everybody is still counted
EVERYBODY: Final = Rules("EVERYBODY", "person", (), own_openings=False)


@dataclass(frozen=True)
class Four:
    """How many are in each state; together everybody."""

    receiving: int = 0
    eligible: int = 0
    unknown: int = 0
    not_eligible: int = 0

    @property
    def total(self) -> int:
        return self.receiving + self.eligible + self.unknown + self.not_eligible

    @property
    def as_tuple(self) -> tuple[int, int, int, int]:
        return self.receiving, self.eligible, self.unknown, self.not_eligible

    def __add__(self, other: "Four") -> "Four":
        return Four(*(a + b for a, b in zip(self.as_tuple, other.as_tuple, strict=True)))


@dataclass(frozen=True)
class PlaceFigures:
    """One place: present persons and their households, and the states of each programme and guarantee there."""

    place: str
    persons: int = 0
    households: int = 0
    programmes: Mapping[str, Four] = field(default_factory=dict)
    guarantees: Mapping[str, Four] = field(default_factory=dict)

    def __add__(self, other: "PlaceFigures") -> "PlaceFigures":
        return PlaceFigures(
            "",
            self.persons + other.persons,
            self.households + other.households,
            _sum(self.programmes, other.programmes),
            _sum(self.guarantees, other.guarantees),
        )


def _sum(one: Mapping[str, Four], other: Mapping[str, Four]) -> dict[str, Four]:
    return {key: one.get(key, Four()) + other.get(key, Four()) for key in {**one, **other}}


def together(places: Iterable[PlaceFigures]) -> PlaceFigures:
    """The sums over places that have nobody in common."""
    total = PlaceFigures("")
    for place in places:
        total = total + place
    return total


def grouped(places: Iterable[PlaceFigures], unit: str, length: int) -> list[PlaceFigures]:
    """The places of a unit added up to the places with codes of this length, in the order of their codes."""
    inside: dict[str, list[PlaceFigures]] = {}
    for place in places:
        if place.place.startswith(unit):
            inside.setdefault(place.place[:length], []).append(place)
    return [replace(together(found), place=code) for code, found in sorted(inside.items())]


@dataclass(frozen=True)
class Counted:
    """What to count: the rules of the day, and (code, unit) of programmes without criteria that have people enrolled.

    `groups` names programmes that are looked at as one: a guarantee. `beside` are rules that are no programme's: the
    poor, the old; who meets one is "eligible".
    """

    book: Rulebook
    without_rules: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    beside: tuple[Rules, ...] = ()

    @property
    def rules(self) -> tuple[Rules, ...]:
        """What is computed, in the order of `codes`."""
        return (*self.book.rules, *self.beside)

    @property
    def codes(self) -> tuple[str, ...]:
        return (*(rules.code for rules in self.rules), *(code for code, _unit in self.without_rules))

    @property
    def household_codes(self) -> frozenset[str]:
        units = [*((rules.code, rules.unit) for rules in self.rules), *self.without_rules]
        return frozenset(code for code, unit in units if unit == "household")


@lru_cache(maxsize=128)
def verdicts(book: Rulebook, rules: tuple[Rules, ...], unit: str, history: bool, *, criteria: bool = False) -> str:
    """The text of every present member of a unit with a verdict for each of these rules: p0, p1 …, as a sub-select.

    With `criteria` also the state of each criterion: p0_0, p0_1 … Only the text is kept: the trees it is made from
    are a hundred times as large.
    """
    relations = live.tables(book, history)
    area = live.area_of(unit)
    return compile_rows(rules, Residents(book.catalogue, relations, book.on, area), criteria=criteria).sql


def inner(statement: str) -> sql.SQL:
    """A compiled statement as part of another: its text is our own, and a bare % would begin a parameter."""
    return sql.SQL(statement.replace("%", "%%"))


def listed(parts: Iterable[sql.Composable], by: str = ", ") -> sql.Composed:
    return sql.SQL(by).join(parts)


def run(query: sql.Composable, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a query inside the open scope."""
    current()
    with reckoning(), connection.cursor() as cursor:
        cursor.execute(query.as_string(connection.connection), dict(parameters))
        return list(cursor.fetchall())


_ENROLLED: Final = """
e AS MATERIALIZED (
  SELECT n.programme_id, n.person_id, n.household_id FROM {table} n
  WHERE n.programme_id = ANY(%(codes)s) AND n.voided_at IS NULL AND n.valid_from <= %(on)s
    AND (n.valid_to IS NULL OR n.valid_to >= %(on)s){within}),
ep AS (SELECT person_id, {flags} FROM e WHERE person_id IS NOT NULL GROUP BY person_id),
eh AS (SELECT household_id, {flags} FROM e WHERE household_id IS NOT NULL GROUP BY household_id)"""


def enrolled(codes: Sequence[str], unit: str, history: bool) -> sql.Composed:
    """The enrolments of the day as one row a person (ep) and a household (eh), a column r0, r1 … for each programme.

    Of a past day the people may have lived elsewhere than their enrolments' rows now say: then no unit limits them.
    """
    low, high = range_of(unit)
    within = sql.SQL(" AND n.unit_code >= {} AND n.unit_code < {}").format(sql.Literal(low), sql.Literal(high))
    return sql.SQL(_ENROLLED).format(
        table=sql.Identifier(offered("ENROLMENTS_TABLE")),
        within=sql.SQL("") if history else within,
        flags=listed(
            sql.SQL("bool_or(programme_id = {}) AS {}").format(sql.Literal(code), sql.Identifier(f"r{number}"))
            for number, code in enumerate(codes)
        ),
    )


def state_of(number: int, verdict: str | None, *, of_household: bool) -> sql.Composed:
    """The state of one programme at a member: an enrolment of the household counts for everybody in it."""
    receives = sql.SQL("eh.{0}" if of_household else "eh.{0} OR ep.{0}").format(sql.Identifier(f"r{number}"))
    if verdict is None:
        return sql.SQL("CASE WHEN {} THEN 3 ELSE 0 END").format(receives)
    return sql.SQL("CASE WHEN {0} THEN 3 WHEN {1} THEN 2 WHEN {1} IS NULL THEN 1 ELSE 0 END").format(
        receives, sql.Identifier("v", verdict)
    )


_COUNTED: Final = """
WITH v AS MATERIALIZED ({verdicts}),{enrolled},
s AS MATERIALIZED (
  SELECT v.household_id, substr(v.unit_code, 1, %(length)s) AS place, {states}
  FROM v LEFT JOIN ep ON ep.person_id = v.person_id LEFT JOIN eh ON eh.household_id = v.household_id),
g AS (SELECT household_id, place{household_states} FROM s GROUP BY household_id, place),
a AS (SELECT place, count(*) AS persons{of_persons} FROM {people} GROUP BY place),
b AS (SELECT place, count(*) AS households{of_households} FROM g GROUP BY place)
SELECT * FROM a JOIN b USING (place) ORDER BY place"""


def place_figures(counted: Counted, unit: str, *, length: int) -> list[PlaceFigures]:
    """The figures of each place with codes of this length in a unit ('' is the nation), places with nobody left out."""
    book, codes = counted.book, counted.codes or (EVERYBODY.code,)
    history = live.needs_history(book.on)
    statement = verdicts(book, counted.rules or (EVERYBODY,), unit, history)
    homes = [number for number, code in enumerate(codes) if code in counted.household_codes]
    own = [number for number in range(len(codes)) if number not in homes]
    states = [
        sql.SQL("{} AS {}").format(
            state_of(number, f"p{number}" if number < len(counted.rules) else None, of_household=number in homes),
            sql.Identifier(f"s{number}"),
        )
        for number in range(len(codes))
    ]
    groups = [[number for number, code in enumerate(codes) if code in members] for _name, members in counted.groups]
    query = sql.SQL(_COUNTED).format(
        verdicts=inner(statement),
        enrolled=enrolled(codes, unit, history),
        states=listed(states),
        household_states=_each(homes, "max({0}) AS {0}"),
        people=_with_groups(groups),
        of_persons=_tallies([*(f"s{n}" for n in own), *(f"g{n}" for n in range(len(groups)))]),
        of_households=_tallies([f"s{n}" for n in homes]),
    )
    rows = run(query, {"on": book.on, "codes": list(codes), "length": length})
    return [_figures(row, codes, own, homes, [name for name, _members in counted.groups]) for row in rows]


def _each(numbers: Iterable[int], pattern: str) -> sql.Composed:
    one = sql.SQL(", " + pattern)
    return sql.Composed([one.format(sql.Identifier(f"s{number}")) for number in numbers])


def _with_groups(groups: list[list[int]]) -> sql.Composed:
    """Members with the greatest state of each group beside those of the programmes."""
    columns = [
        sql.SQL(", {} AS {}").format(
            sql.SQL("greatest({})").format(listed(sql.Identifier(f"s{n}") for n in members))
            if members
            else sql.Literal(0),
            sql.Identifier(f"g{number}"),
        )
        for number, members in enumerate(groups)
    ]
    return sql.SQL("(SELECT s.*{} FROM s) AS x").format(sql.Composed(columns))


def _tallies(columns: Iterable[str]) -> sql.Composed:
    """Three counts a column: receiving, eligible, unknown; the rest is no."""
    return sql.Composed(
        [
            sql.SQL(", count(*) FILTER (WHERE {} = {})").format(sql.Identifier(column), sql.Literal(state))
            for column in columns
            for state in (RECEIVING, ELIGIBLE, UNKNOWN)
        ]
    )


def _figures(
    row: Sequence[Any], codes: Sequence[str], own: list[int], homes: list[int], groups: list[str]
) -> PlaceFigures:
    place, persons = row[0], row[1]
    at = 2 + 3 * (len(own) + len(groups))
    households = row[at]
    of_persons = _fours(row[2:at], persons)
    of_households = _fours(row[at + 1 :], households)
    programmes = {codes[n]: four for n, four in zip(own, of_persons, strict=False)}
    programmes |= {codes[n]: four for n, four in zip(homes, of_households, strict=True)}
    return PlaceFigures(place, persons, households, programmes, dict(zip(groups, of_persons[len(own) :], strict=True)))


def _fours(counts: Sequence[int], total: int) -> list[Four]:
    threes = zip(counts[::3], counts[1::3], counts[2::3], strict=True)
    return [Four(first, second, third, total - first - second - third) for first, second, third in threes]
