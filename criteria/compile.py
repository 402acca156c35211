"""Programmes → one SQL statement over a population: rows, or counts, in one pass.

The statement is a chain of named steps that can be read one after the other:

| step | one row per | holds |
|---|---|---|
| `h0` | household of the area | fresh facts, status in force, openings |
| `m` | present member | fresh facts, birth, enrolments |
| `b` | present member | the condition of each macro, once, whichever rules ask it |
| `g` | household | all aggregates of all rules, in one GROUP BY |
| `h` | household | conditions that are the same for all its members, computed once |
| `x` | present member | the verdicts: true eligible, false not, NULL unknown |

Rules never cross a household, so any set of whole households may be asked alone: a commune, a shard, one family with
its id as a parameter of a prepared statement.

    statement = compile_counts(programmes, Residents(catalogue, relations, as_of, Ranges((("1701", "1702"),))))
    cursor.execute(statement.sql); statement.counts(cursor.fetchall())
    statement = compile_rows(programmes, Residents(catalogue, relations, as_of, OneHousehold()), criteria=True)
    cursor.execute(statement.sql, {"household": id})     # columns: statement.outputs
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from criteria import engines
from criteria.catalogue import Fact
from criteria.engines import Engine, column, compare
from criteria.programme import Programme
from criteria.relations import Layer, Residents, inner_join, left_join, named, select
from criteria.scopes import AloneScope, BodyScope, HouseholdScope, PersonScope, is_of_household
from criteria.statement import Output, PlaceCount, Statement
from criteria.tree import Aggregate, All, And, Count, Exists, Node

__all__ = [
    "Output",
    "PlaceCount",
    "Statement",
    "compile_alone",
    "compile_counts",
    "compile_households",
    "compile_rows",
]


def compile_rows(programmes: Sequence[Programme], residents: Residents, *, criteria: bool = False) -> Statement:
    """One row per present member: person_id, household_id, unit_code, a column per programme (and per criterion)."""
    return Compiler(programmes, residents).rows(criteria)


def compile_households(programmes: Sequence[Programme], residents: Residents, *, criteria: bool = False) -> Statement:
    """One row per household, for programmes of that unit only: household_id, unit_code, a column per programme."""
    persons = [programme.code for programme in programmes if programme.unit != "household"]
    if persons:
        raise ValueError(f"programmes for persons cannot be asked of households: {', '.join(persons)}")
    return Compiler(programmes, residents).household_rows(criteria)


def compile_counts(
    programmes: Sequence[Programme], residents: Residents, *, place_length: int | None = None
) -> Statement:
    """One row with the counts of all programmes; with `place_length` one per place, a prefix of the unit's code."""
    return Compiler(programmes, residents).counted(place_length)


def compile_alone(programmes: Sequence[Programme], residents: Residents) -> Statement:
    """One row per living person asked alone, as if in no household: person_id, then a column per programme.

    `household`, the macros and `in_area` are unknown; they stand in the statement as NULL.
    """
    return Compiler(programmes, residents).alone()


@dataclass
class _Steps:
    """The columns that each step needs, collected while the rules are compiled."""

    bodies: dict[Node, str] = field(default_factory=dict)
    aggregates: dict[str, exp.Expr] = field(default_factory=dict)
    common: dict[Node, str] = field(default_factory=dict)
    household: dict[str, exp.Expr] = field(default_factory=dict)
    person: dict[str, exp.Expr] = field(default_factory=dict)


class Compiler:
    def __init__(self, programmes: Sequence[Programme], residents: Residents) -> None:
        if not programmes:
            raise ValueError("no programmes to compile")
        self.programmes = tuple(programmes)
        self.as_of = residents.as_of
        self.relations = residents.relations
        self.engine = Engine(residents.dialect)
        self.layer = Layer(residents, self.engine)
        self.steps = _Steps()
        self.body_scope = BodyScope(self, "m", "h0")
        self.household_scope = HouseholdScope(self, "", "h0")
        self.person_scope = PersonScope(self, "m", "h")
        self.bodies_ask_household = False
        self.sized_bodies = False
        self.asks_size = False

    # --- conditions ------------------------------------------------------------------------------------------------

    def common(self, node: Node) -> exp.Expr:
        """The column of `h` that holds a condition common to the household."""
        name = self.steps.common.get(node)
        if name is None:
            name = self.steps.common[node] = f"c{len(self.steps.common)}"
            self.steps.household[name] = node.sql(self.household_scope)
        return column(name, "h")

    def carry(self, fact: Fact) -> None:
        """A household fact that members' conditions use goes through `h`."""
        if fact.counts_members:
            self.steps.household.setdefault(fact.code, self.size())
            return
        self.steps.household.setdefault(fact.code, self.household_scope.fact("household", fact))
        if fact.imprecise:
            self.steps.household.setdefault(f"{fact.code}_to", self.household_scope.fact_to("household", fact))

    def carried(self, node: Aggregate) -> list[exp.Expr]:
        """The ends of a number of members, or the answer of exists and all, as columns of `h`."""
        columns = []
        for end, value in enumerate(self.aggregated(node)):
            name = f"{self._body(node.body)}_{node.kind}_{end}"
            self.steps.household.setdefault(name, value)
            columns.append(column(name, "h"))
        return columns

    def size(self) -> exp.Expr:
        """The number of present members."""
        self.asks_size = True
        return self._whole(column("size", "g"))

    def _body(self, body: Node) -> str:
        name = self.steps.bodies.get(body)
        if name is None:
            name = self.steps.bodies[body] = f"b{len(self.steps.bodies)}"
        return name

    def aggregated(self, node: Aggregate) -> tuple[exp.Expr, ...]:
        """The value of a macro over the columns of `g`."""
        body = self._body(node.body)
        asked = column(body, "b")
        if isinstance(node, Count):
            low = self._aggregate(f"{body}_sure", self.engine.count(asked))
            high = self._aggregate(f"{body}_not", self.engine.count(engines.negation(asked.copy())))
            self.asks_size = True
            return self._whole(low), exp.Sub(this=self._whole(column("size", "g")), expression=self._whole(high))
        # bool_or and bool_and skip what is unknown: 2 true, 1 unknown, 0 false keeps it
        rank = engines.case(
            (asked, engines.number(2)),
            (engines.negation(asked.copy()), engines.number(0)),
            default=engines.number(1),
        )
        if isinstance(node, Exists):
            found, deciding, then = self._aggregate(f"{body}_max", exp.Max(this=rank)), 2, True
        else:
            assert isinstance(node, All)
            found, deciding, then = self._aggregate(f"{body}_min", exp.Min(this=rank)), 0, False
        decided = compare("==", found, engines.number(deciding))
        unknown = compare("==", found.copy(), engines.number(1))
        arms = ((decided, engines.boolean(then)), (unknown, engines.null()))
        return (engines.case(*arms, default=engines.boolean(not then)),)

    def _aggregate(self, name: str, value: exp.Expr) -> exp.Expr:
        self.steps.aggregates.setdefault(name, value)
        return column(name, "g")

    def _whole(self, value: exp.Expr) -> exp.Expr:
        """No member at all leaves no row to count."""
        return engines.coalesce(value, engines.number(0)) if self.relations.keep_empty else value

    def verdict(self, programme: Programme) -> exp.Expr:
        """All criteria; those common to the household stand in one column."""
        trees = [part for _, tree in programme.all_criteria for part in _parts(tree)]
        shared = [tree for tree in trees if is_of_household(tree)]
        own = [tree.sql(self.person_scope) for tree in trees if not is_of_household(tree)]
        if not shared:
            return engines.all_of(own)
        return engines.all_of([self.common(_joined(shared)), *own])

    # --- steps -----------------------------------------------------------------------------------------------------

    def with_steps(self, final: exp.Query, names: Sequence[str]) -> exp.Query:
        """The statement: the steps it needs, in order, before the final SELECT."""
        built: dict[str, exp.Query] = {}
        for name in names:
            built[name] = getattr(self, f"_step_{name}")()
        # a snapshot is read twice rather than kept: half the memory, and faster
        streamed = {"m"} if self.engine.dialect == "duckdb" and self.relations.fresh else set()
        ctes = [
            exp.CTE(
                this=built[name],
                alias=exp.TableAlias(this=exp.to_identifier(name)),
                materialized=False if name in streamed else None,
            )
            for name in ("h0", "m", "z", "b", "g", "h", "x")
            if name in built
        ]
        final.set("with_", exp.With(expressions=ctes))
        return final

    def _step_names(self, *final: str) -> list[str]:
        """Later steps first: building them collects what the earlier ones must hold."""
        names = [*final, "h", "g"]
        if self.steps.bodies:
            names.append("b")
        if self.sized_bodies:
            names.append("z")
        return [*names, "m", "h0"]

    def _step_x(self) -> exp.Query:
        columns = [column("person_id", "m"), column("household_id", "m"), column("unit_code", "h")]
        columns += [named(value, name) for name, value in self.steps.person.items()]
        found = select(columns, exp.to_table("m"))
        inner_join(found, exp.to_table("h"), compare("==", column("household_id", "h"), column("household_id", "m")))
        return found

    def _step_h(self) -> exp.Query:
        columns = [column("household_id", "h0"), column("unit_code", "h0")]
        columns += [named(value, name) for name, value in self.steps.household.items()]
        found = select(columns, exp.to_table("h0"))
        on = compare("==", column("household_id", "g"), column("household_id", "h0"))
        (left_join if self.relations.keep_empty else inner_join)(found, exp.to_table("g"), on)
        return found

    def _step_g(self) -> exp.Query:
        source = "b" if self.steps.bodies else "m"
        columns = [column("household_id", source)]
        if self.asks_size or not self.steps.aggregates:
            columns.append(named(exp.Count(this=exp.Star()), "size"))
        columns += [named(value, name) for name, value in self.steps.aggregates.items()]
        return select(columns, exp.to_table(source), group=[column("household_id", source)])

    def _step_b(self) -> exp.Query:
        columns = [column("household_id", "m")]
        columns += [named(body.sql(self.body_scope), name) for body, name in self.steps.bodies.items()]
        found = select(columns, exp.to_table("m"))
        for name, asked in (("h0", self.bodies_ask_household), ("z", self.sized_bodies)):
            if asked:
                on = compare("==", column("household_id", name), column("household_id", "m"))
                inner_join(found, exp.to_table(name), on)
        return found

    def _step_z(self) -> exp.Query:
        size = named(exp.Count(this=exp.Star()), "size")
        key = column("household_id", "m")
        return select([key, size], exp.to_table("m"), group=[key.copy()])

    def _step_m(self) -> exp.Query:
        return self.layer.members()

    def _step_h0(self) -> exp.Query:
        return self.layer.households()

    # --- statements ------------------------------------------------------------------------------------------------

    def rows(self, criteria: bool) -> Statement:
        outputs: list[Output] = []
        for number, programme in enumerate(self.programmes):
            self.steps.person[f"p{number}"] = self.verdict(programme)
            outputs.append(Output(f"p{number}", programme.code))
            for place, (key, tree) in enumerate(programme.all_criteria if criteria else ()):
                name = f"p{number}_{place}"
                self.steps.person[name] = self.person_scope.condition(tree)
                outputs.append(Output(name, programme.code, key))
        # building x last of all would find the steps it needs; it is built first and is the final SELECT itself
        self._bodies()
        final = self._step_x()
        assert isinstance(final, exp.Select)
        return self._statement(self.with_steps(final, self._step_names()), outputs)

    def household_rows(self, criteria: bool) -> Statement:
        outputs: list[Output] = []
        for number, programme in enumerate(self.programmes):
            self._household_verdict(number)
            outputs.append(Output(f"p{number}", programme.code))
            for place, (key, tree) in enumerate(programme.all_criteria if criteria else ()):
                name = f"p{number}_{place}"
                self.steps.household[name] = tree.sql(self.household_scope)
                outputs.append(Output(name, programme.code, key))
        self._bodies()
        final = self._step_h()
        names = [name for name in self._step_names() if name != "h"]
        return self._statement(self.with_steps(final, names), outputs)

    def alone(self) -> Statement:
        scope = AloneScope(self, "m", "")
        columns = [column("person_id", "m")]
        outputs = []
        for number, programme in enumerate(self.programmes):
            verdict = engines.all_of(tree.sql(scope) for _, tree in programme.all_criteria)
            columns.append(named(verdict, f"p{number}"))
            outputs.append(Output(f"p{number}", programme.code))
        final = select(columns, exp.to_table("m"))
        members = exp.CTE(this=self.layer.members(alone=True), alias=exp.TableAlias(this=exp.to_identifier("m")))
        final.set("with_", exp.With(expressions=[members]))
        return self._statement(final, outputs)

    def _household_verdict(self, number: int) -> None:
        trees = [tree for _, tree in self.programmes[number].all_criteria]
        self.steps.household[f"p{number}"] = _joined(trees).sql(self.household_scope)

    def _bodies(self) -> None:
        """Compile the conditions of the macros before any step is built, to learn what they read."""
        for body in list(self.steps.bodies):
            body.sql(self.body_scope)

    def counted(self, place_length: int | None) -> Statement:
        persons = [n for n, programme in enumerate(self.programmes) if programme.unit != "household"]
        households = [n for n, programme in enumerate(self.programmes) if programme.unit == "household"]
        for number in persons:
            self.steps.person[f"p{number}"] = self.verdict(self.programmes[number])
        for number in households:
            self._household_verdict(number)
        self._bodies()
        parts = []
        if persons:
            parts.append(self._totals("x", "persons", persons, place_length))
        if households:
            parts.append(self._totals("h", "households", households, place_length))
        final = parts[0]
        if len(parts) == 2:
            final = self._side_by_side(parts[0], parts[1], place_length)
        names = self._step_names(*(["x"] if persons else []))
        return self._statement(self.with_steps(final, names), [], by_place=place_length is not None)

    def _totals(self, source: str, name: str, numbers: Sequence[int], place_length: int | None) -> exp.Select:
        columns: list[exp.Expr] = []
        group: list[exp.Expr] = []
        if place_length is not None:
            place = exp.Substring(
                this=column("unit_code", source), start=engines.number(1), length=engines.number(place_length)
            )
            # nowhere known is a place as well: NULL would find no partner when persons and households are joined
            known = engines.coalesce(place, engines.text(""))
            columns.append(named(known, "place"))
            group.append(known.copy())
        columns.append(named(exp.Count(this=exp.Star()), name))
        for number in numbers:
            asked = column(f"p{number}", source)
            columns.append(named(self.engine.count(asked), f"e{number}"))
            columns.append(named(exp.Count(this=asked.copy()), f"k{number}"))
        return select(columns, exp.to_table(source), group=group)

    @staticmethod
    def _side_by_side(persons: exp.Select, households: exp.Select, place_length: int | None) -> exp.Select:
        """Persons and households of a place in one row; every place that has one has the other."""
        names = [column(part.alias_or_name, "a") for part in persons.selects]
        names += [column(part.alias_or_name, "b") for part in households.selects if part.alias_or_name != "place"]
        found = select(names, persons.subquery("a"))
        on = engines.boolean(True)
        if place_length is not None:
            on = compare("==", column("place", "a"), column("place", "b"))
        inner_join(found, households.subquery("b"), on)
        return found

    def _statement(self, tree: exp.Query, outputs: Sequence[Output], by_place: bool = False) -> Statement:
        return Statement(tree, self.engine.dialect, tuple(outputs), self.programmes, by_place)


def _joined(trees: Sequence[Node]) -> Node:
    """Conditions that all must hold, as one."""
    return trees[0] if len(trees) == 1 else And(trees[0].span, tuple(trees))


def _parts(tree: Node) -> Sequence[Node]:
    """The parts of a criterion joined by `&&`."""
    if isinstance(tree, And):
        return [part for child in tree.parts for part in _parts(child)]
    return [tree]
