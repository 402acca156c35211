"""From stored tables to the people and households of one date: the layer under every compiled rule.

The caller says what its tables and columns are called; rules know facts only by their codes. Out of this layer come
`h0`, one row per household, and `m`, one row per present member, with fresh answers only: a stale answer is NULL here
and nowhere again. Enrolments and openings are joined once, as sets of the asked programmes valid on the date.

The asked area stands on every base table, so that each of them is read through its own index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from criteria import engines
from criteria.catalogue import Catalogue, Fact
from criteria.dates import fresh_since
from criteria.engines import Dialect, Engine, column, compare, day
from criteria.family import Openings, school_years

# Programmes of one word of the openings' mask; more take another column.
WORD = 60


@dataclass(frozen=True)
class Table:
    """A table (or view, or any query), and the columns that are NULL in every row that counts (voided, merged)."""

    source: str | exp.Expr
    unit: str | None = "unit_code"
    null: tuple[str, ...] = ()


@dataclass(frozen=True)
class Persons(Table):
    """Wide rows of persons, with the household they belong to and since when. None: no such column."""

    key: str = "person_id"
    household: str = "household_id"
    joined: str | None = "joined_on"
    left: str | None = "left_on"
    died: str | None = "died_on"
    birth_from: str = "birth_from"
    birth_to: str = "birth_to"


@dataclass(frozen=True)
class Households(Table):
    """Wide rows of households."""

    key: str = "household_id"


@dataclass(frozen=True)
class Statuses(Table):
    """Levels with their periods."""

    household: str = "household_id"
    level: str = "level"
    start: str = "valid_from"
    end: str = "valid_to"
    recorded: str = "recorded_at"


@dataclass(frozen=True)
class Enrolments(Table):
    """Enrolments of persons and of households. Without `start` and `end` every row is in force."""

    person: str | None = "person_id"
    household: str | None = "household_id"
    programme: str = "programme"
    start: str | None = "valid_from"
    end: str | None = "valid_to"


@dataclass(frozen=True)
class Everywhere:
    """No limit of area."""


@dataclass(frozen=True)
class Ranges:
    """Half-open ranges of unit codes: [("1701", "1702")]."""

    ranges: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class OneHousehold:
    """One household, its id a named parameter of the statement."""

    parameter: str = "household"


Area = Everywhere | Ranges | OneHousehold


@dataclass(frozen=True)
class Relations:
    """The caller's tables.

    `fresh`: a snapshot of one date, where stale answers are already NULL, absent people left out and status facts
    are columns. `openings` of the programmes that rules name. `columns` renames a fact (by its key) where the column
    is not called as the fact. `answers_until`: an answer may be younger than the date and then does not hold yet.
    """

    persons: Persons
    households: Households
    statuses: Mapping[str, Statuses] = field(default_factory=dict)
    enrolments: Enrolments | None = None
    openings: Openings = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = False
    answers_until: bool = True
    observed_suffix: str = "_on"
    to_suffix: str = "_to"
    # households without a present member stay, as rows without members
    keep_empty: bool = False


@dataclass(frozen=True)
class Residents:
    """Whom programmes are asked of: whose rows lie in an area, on a date, in the SQL of one engine."""

    catalogue: Catalogue
    relations: Relations
    as_of: date
    area: Area = Everywhere()
    dialect: Dialect = "postgres"


@dataclass
class Wanted:
    """What the rules ask for, collected while they are compiled, so that nothing else is read."""

    person: dict[str, Fact] = field(default_factory=dict)
    household: dict[str, Fact] = field(default_factory=dict)
    birth: bool = False
    enrolled: dict[str, int] = field(default_factory=dict)
    open: dict[str, int] = field(default_factory=dict)

    def enrolled_column(self, programme: str) -> str:
        return f"enrolled_{self.enrolled.setdefault(programme, len(self.enrolled))}"


class Layer:
    """Builds the common table expressions of the relations layer for one statement."""

    def __init__(self, residents: Residents, engine: Engine) -> None:
        self.relations = residents.relations
        self.catalogue = residents.catalogue
        self.as_of = residents.as_of
        self.area = residents.area
        self.engine = engine
        self.wanted = Wanted()

    # --- pieces ----------------------------------------------------------------------------------------------------

    def source(self, table: Table, alias: str) -> exp.Expr:
        if isinstance(table.source, str):
            return exp.to_table(table.source, alias=alias)
        if isinstance(table.source, exp.Query):
            return table.source.copy().subquery(alias)
        return exp.alias_(table.source.copy(), alias, table=True)

    def parameter(self) -> exp.Expr:
        assert isinstance(self.area, OneHousehold)
        return exp.Placeholder(this=self.area.parameter)

    def inside(self, table: Table, alias: str, household: str | None) -> list[exp.Expr]:
        """The asked area, and rows that count, for one base table."""
        conditions = [engines.is_null(column(name, alias)) for name in table.null]
        if isinstance(self.area, OneHousehold) and household is not None:
            conditions.append(compare("==", column(household, alias), self.parameter()))
        if isinstance(self.area, Ranges) and table.unit is not None:
            ranges = [
                engines.all_of(
                    [
                        compare(">=", column(table.unit, alias), engines.text(low)),
                        compare("<", column(table.unit, alias), engines.text(high)),
                    ]
                )
                for low, high in self.area.ranges
            ]
            conditions.append(engines.any_of(ranges))
        return conditions

    def during(self, alias: str, start: str | None, end: str | None) -> list[exp.Expr]:
        """The period, both ends included, holds the date."""
        conditions = []
        for name, operator in ((start, "<="), (end, ">=")):
            if name is not None:
                holds = compare(operator, column(name, alias), day(self.as_of))
                conditions.append(engines.any_of([engines.is_null(column(name, alias)), holds]))
        return conditions

    def fact(self, fact: Fact, alias: str, to: bool = False) -> exp.Expr:
        """The stored column of a fact, NULL when stale."""
        relations = self.relations
        name = relations.columns.get(fact.key, fact.code)
        value = column(name + relations.to_suffix, alias) if to else column(name, alias)
        if to:
            value = engines.coalesce(value, column(name, alias))
        since = fresh_since(self.as_of, fact.good_for, school_years(fact, self.catalogue))
        if relations.fresh or since is None:
            return value
        observed = column(name + relations.observed_suffix, alias)
        good = [compare(">=", observed, day(since))]
        if relations.answers_until and not fact.timeless:
            good.append(compare("<=", observed.copy(), day(self.as_of)))
        return engines.case((engines.all_of(good), value))

    def facts(self, wanted: Iterable[Fact], alias: str) -> list[exp.Expr]:
        found = []
        for fact in wanted:
            found.append(named(self.fact(fact, alias), fact.code))
            if fact.imprecise:
                found.append(named(self.fact(fact, alias, to=True), f"{fact.code}_to"))
        return found

    # --- statuses, enrolments, openings ----------------------------------------------------------------------------

    def status_in_force(self, fact: Fact) -> exp.Query:
        """Household and level: the status in force that began last, then the one recorded later."""
        table = self.relations.statuses[fact.code]
        alias = "s"
        key, level = column(table.household, alias), column(table.level, alias)
        conditions = [*self.inside(table, alias, table.household), *self.during(alias, table.start, table.end)]
        order = [
            exp.Ordered(this=column(table.start, alias), desc=True, nulls_first=False),
            exp.Ordered(this=column(table.recorded, alias), desc=True, nulls_first=False),
            exp.Ordered(this=level.copy(), desc=True, nulls_first=False),
        ]
        chosen = [named(key, "household_id"), named(level, "level")]
        if self.engine.dialect == "postgres":
            # half the time of a window, and the same row
            found = select(chosen, self.source(table, alias), conditions)
            found.set("distinct", exp.Distinct(on=exp.Tuple(expressions=[key.copy()])))
            found.set("order", exp.Order(expressions=[exp.Ordered(this=key.copy(), nulls_first=False), *order]))
            return found
        rank = exp.Window(this=exp.RowNumber(), partition_by=[key.copy()], order=exp.Order(expressions=order))
        ranked = select([*chosen, named(rank, "rank")], self.source(table, alias), conditions)
        first = compare("==", column("rank", "r"), engines.number(1))
        return select([column("household_id", "r"), column("level", "r")], ranked.subquery("r"), [first])

    def enrolled(self, whose: exp.Expr, by: exp.Expr | None = None) -> exp.Query:
        """One boolean per asked programme, over the enrolments `e` that are `whose`; with `by` a row for each id."""
        table, alias = self.relations.enrolments, "e"
        assert table is not None
        conditions = [
            whose,
            engines.one_of(column(table.programme, alias), [engines.text(code) for code in self.wanted.enrolled]),
            *self.inside(table, alias, None),
            *self.during(alias, table.start, table.end),
        ]
        columns = [] if by is None else [named(by, "id")]
        for programme, number in self.wanted.enrolled.items():
            here = compare("==", column(table.programme, alias), engines.text(programme))
            columns.append(named(self.any_true(here), f"enrolled_{number}"))
        return select(columns, self.source(table, alias), conditions, group=[] if by is None else [by.copy()])

    def any_true(self, condition: exp.Expr) -> exp.Expr:
        """Of conditions that are never unknown."""
        return exp.LogicalOr(this=condition)

    def opened(self) -> tuple[list[tuple[exp.Expr, exp.Expr]], list[exp.Expr]]:
        """Joins of the households `t` to the opened units, and the mask columns that come out.

        A place is open where one of its prefixes is an opened unit: one small hash join for each length of code.
        `perhaps` holds places so large that an opened unit lies inside them.
        """
        units, larger = self._masks()
        if not units:
            return [], []
        words = range(len(next(iter(units.values()))))
        place = engines.coalesce(column(self.relations.households.unit or "unit_code", "t"), engines.text(""))
        joins: list[tuple[exp.Expr, exp.Expr]] = []
        opened: dict[int, list[exp.Expr]] = {word: [] for word in words}
        for length in sorted({len(unit) for unit in units}):
            alias = f"o{length}"
            rows = {unit: masks for unit, masks in units.items() if len(unit) == length}
            prefix = exp.Substring(this=place.copy(), start=engines.number(1), length=engines.number(length))
            joins.append((values(rows, alias), compare("==", column("unit", alias), prefix)))
            for word in words:
                opened[word].append(engines.coalesce(column(f"mask_{word}", alias), engines.number(0)))
        joins.append((values(larger, "perhaps"), compare("==", column("unit", "perhaps"), place.copy())))
        columns = []
        for word in words:
            mask = opened[word][0]
            for more in opened[word][1:]:
                mask = exp.BitwiseOr(this=mask, expression=more)
            columns.append(named(mask, f"open_{word}"))
            columns.append(
                named(engines.coalesce(column(f"mask_{word}", "perhaps"), engines.number(0)), f"perhaps_{word}")
            )
        return joins, columns

    def _masks(self) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        count = max(self.wanted.open.values(), default=-1) // WORD + 1
        units: dict[str, list[int]] = {}
        larger: dict[str, list[int]] = {}
        for programme, number in self.wanted.open.items():
            for unit in self.units_in_force(programme):
                units.setdefault(unit, [0] * count)[number // WORD] |= 1 << number % WORD
                for length in range(len(unit)):
                    larger.setdefault(unit[:length], [0] * count)[number // WORD] |= 1 << number % WORD
        return units, larger

    def units_in_force(self, programme: str) -> list[str]:
        openings = self.relations.openings.get(programme, ())
        return [unit for opening in openings if opening.period.includes(self.as_of) for unit in opening.units]

    def open(self, programme: str, alias: str) -> exp.Expr:
        """Whether a programme is open, over the mask columns of `alias`."""
        if not self.relations.openings.get(programme):
            return engines.boolean(True)
        if not self.units_in_force(programme):
            return engines.boolean(False)
        number = self.wanted.open.setdefault(programme, len(self.wanted.open))
        bit = engines.number(1 << number % WORD)
        opened = exp.BitwiseAnd(this=column(f"open_{number // WORD}", alias), expression=bit)
        perhaps = exp.BitwiseAnd(this=column(f"perhaps_{number // WORD}", alias), expression=bit.copy())
        zero = engines.number(0)
        return engines.case(
            (compare("!=", opened, zero), engines.boolean(True)),
            (compare("!=", perhaps, zero.copy()), engines.null()),
            default=engines.boolean(False),
        )

    # --- the two relations -----------------------------------------------------------------------------------------

    def households(self) -> exp.Query:
        """`h0`: one row per household of the area, with fresh facts and the masks of openings."""
        table = self.relations.households
        columns = [named(column(table.key, "t"), "household_id")]
        if table.unit is not None:
            columns.append(named(column(table.unit, "t"), "unit_code"))
        statuses = [] if self.relations.fresh else [f for f in self.wanted.household.values() if f.status]
        stored = [f for f in self.wanted.household.values() if f.stored and f not in statuses]
        columns += self.facts(stored, "t")
        found = select(columns, self.source(table, "t"), self.inside(table, "t", table.key))
        for number, fact in enumerate(statuses):
            alias = f"s{number}"
            on = compare("==", column("household_id", alias), column(table.key, "t"))
            left_join(found, self.status_in_force(fact).subquery(alias), on)
            found.append("expressions", named(column("level", alias), fact.code))
        joins, masks = self.opened()
        for relation, on in joins:
            left_join(found, relation, on)
        for mask in masks:
            found.append("expressions", mask)
        return found

    def members(self, alone: bool = False) -> exp.Query:
        """`m`: one row per present member of the area (or per living person), with fresh facts and enrolments."""
        table = self.relations.persons
        columns = [named(column(table.key, "t"), "person_id"), named(column(table.household, "t"), "household_id")]
        if self.wanted.birth:
            columns += [
                named(column(table.birth_from, "t"), "birth_from"),
                named(column(table.birth_to, "t"), "birth_to"),
            ]
        columns += self.facts([fact for fact in self.wanted.person.values() if fact.stored], "t")
        conditions = [*self.inside(table, "t", table.household), *self.present("t", alone)]
        found = select(columns, self.source(table, "t"), conditions)
        self._join_enrolments(found)
        return found

    def _join_enrolments(self, found: exp.Select) -> None:
        """As sets of the whole area, each enrolment read once; in one household those of each member and its own."""
        table, enrolments = self.relations.persons, self.relations.enrolments
        if enrolments is None or not self.wanted.enrolled:
            return
        pairs = {"ep": (enrolments.person, table.key), "eh": (enrolments.household, table.household)}
        keys = {alias: (column(key, "e"), column(mine, "t")) for alias, (key, mine) in pairs.items() if key is not None}
        sets = list(keys)
        if isinstance(self.area, OneHousehold):
            whose = engines.any_of([compare("==", key, mine) for key, mine in keys.values()])
            lateral_join(found, self.enrolled(whose), "e")
            sets = ["e"]
        else:
            for alias, (key, mine) in keys.items():
                relation = self.enrolled(engines.is_known(key), by=key.copy()).subquery(alias)
                left_join(found, relation, compare("==", column("id", alias), mine))
        for number in self.wanted.enrolled.values():
            parts = [engines.coalesce(column(f"enrolled_{number}", alias), engines.boolean(False)) for alias in sets]
            found.append("expressions", named(engines.any_of(parts), f"enrolled_{number}"))

    def present(self, alias: str, alone: bool) -> list[exp.Expr]:
        """Membership, birth and death allow this person to be a member on the date."""
        if self.relations.fresh:
            return []
        table = self.relations.persons
        conditions = [] if alone else self.during(alias, table.joined, table.left)
        conditions += self.during(alias, table.birth_from, table.died)
        return conditions


def named(node: exp.Expr, name: str) -> exp.Expr:
    if isinstance(node, exp.Column) and node.name == name:
        return node
    return exp.Alias(this=node, alias=exp.Identifier(this=name, quoted=True))


def select(
    columns: Sequence[exp.Expr],
    source: exp.Expr,
    conditions: Sequence[exp.Expr] = (),
    group: Sequence[exp.Expr] = (),
) -> exp.Select:
    """SELECT … FROM … WHERE … GROUP BY …, built without parsing."""
    found = exp.Select(expressions=list(columns), from_=exp.From(this=source))
    if conditions:
        found.set("where", exp.Where(this=engines.all_of(conditions)))
    if group:
        found.set("group", exp.Group(expressions=list(group)))
    return found


def left_join(query: exp.Select, relation: exp.Expr, on: exp.Expr) -> None:
    query.append("joins", exp.Join(this=relation, side="LEFT", on=on))


def lateral_join(query: exp.Select, relation: exp.Query, alias: str) -> None:
    """LEFT JOIN LATERAL … ON TRUE: the relation reads columns of what stands before it."""
    name = exp.TableAlias(this=exp.to_identifier(alias))
    left_join(query, exp.Lateral(this=exp.Subquery(this=relation), alias=name), engines.boolean(True))


def inner_join(query: exp.Select, relation: exp.Expr, on: exp.Expr) -> None:
    query.append("joins", exp.Join(this=relation, on=on))


def values(rows: Mapping[str, Sequence[int]], alias: str) -> exp.Expr:
    """An inline table of unit codes and mask words."""
    words = len(next(iter(rows.values())))
    tuples = [
        exp.Tuple(expressions=[engines.text(unit), *(engines.cast(engines.number(mask), "bigint") for mask in masks)])
        for unit, masks in rows.items()
    ]
    names = [exp.to_identifier(name, quoted=True) for name in ("unit", *(f"mask_{word}" for word in range(words)))]
    return exp.Values(expressions=tuples, alias=exp.TableAlias(this=exp.to_identifier(alias), columns=names))
