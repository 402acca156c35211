"""Nodes that read something: facts, `has`, `enrolled`, `in_area`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from criteria import engines
from criteria.catalogue import Fact, FactType
from criteria.tokens import WHOLE_HIGH, WHOLE_LOW
from criteria.tree.base import Columns, Condition, Node, Root, Speech, World
from criteria.values import Number, Truth, Value

# No family reaches this; it proves that numbers of members cannot leave 64 bits.
MEMBERS_AT_MOST = 1_000_000
# Decimal facts are kept as numeric(18, 4).
DECIMAL_AT_MOST = Decimal(10**14)
DECIMAL_PLACES = 4


@dataclass(frozen=True)
class FactNode(Node):
    """A stored fact, an age or the number of members, of person, household or member."""

    root: Root
    fact: Fact

    @property
    def type(self) -> FactType:
        return self.fact.type

    @property
    def places(self) -> int:
        return DECIMAL_PLACES if self.fact.type is FactType.DECIMAL else 0

    @property
    def bounds(self) -> tuple[Number, Number] | None:
        if self.fact.counts_members:
            return 0, MEMBERS_AT_MOST
        if self.fact.type is FactType.WHOLE:
            return WHOLE_LOW, WHOLE_HIGH
        return (-DECIMAL_AT_MOST, DECIMAL_AT_MOST) if self.fact.type is FactType.DECIMAL else None

    def value(self, world: World) -> Value:
        return world.birth(self.root) if self.fact.type.is_age else world.fact(self.root, self.fact)

    def sql(self, columns: Columns) -> exp.Expr:
        return columns.fact(self.root, self.fact)

    def sql_range(self, columns: Columns) -> tuple[exp.Expr, exp.Expr]:
        if self.fact.type.is_age:
            return columns.birth(self.root)
        first = columns.fact(self.root, self.fact)
        return first, columns.fact_to(self.root, self.fact) if self.fact.imprecise else first.copy()

    def words(self, speech: Speech) -> str:
        if self.type is FactType.BOOL:
            return speech.holds(self.root, self.fact, True)
        return speech.fact(self.root, self.fact)

    def denied(self, speech: Speech) -> str:
        return speech.holds(self.root, self.fact, False)

    # whether something is known
    def known(self, world: World) -> bool:
        return self.value(world) is not None

    def known_sql(self, columns: Columns) -> exp.Expr:
        return engines.is_known(self.sql_range(columns)[0])


@dataclass(frozen=True)
class Derived(Node):
    """A fact worked out from others of the same subject by a rule of its own; `body` is that rule under this root."""

    root: Root
    fact: Fact
    body: Node

    @property
    def type(self) -> FactType:
        return self.fact.type

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.body,)

    @property
    def ranged(self) -> bool:
        return self.body.ranged

    @property
    def places(self) -> int:
        return self.body.places

    @property
    def bounds(self) -> tuple[Number, Number] | None:
        return self.body.bounds

    def value(self, world: World) -> Value:
        return self.body.value(world)

    def sql(self, columns: Columns) -> exp.Expr:
        return columns.condition(self.body) if self.type is FactType.BOOL else self.body.sql(columns)

    def sql_range(self, columns: Columns) -> tuple[exp.Expr, exp.Expr]:
        return self.body.sql_range(columns)

    def words(self, speech: Speech) -> str:
        if self.type is FactType.BOOL:
            return speech.holds(self.root, self.fact, True)
        return speech.fact(self.root, self.fact)

    def denied(self, speech: Speech) -> str:
        return speech.holds(self.root, self.fact, False)

    def sources(self) -> list[FactNode]:
        """The facts it is worked out from, each once."""
        return list(dict.fromkeys(node for node in self.body.walk() if isinstance(node, FactNode)))

    def known(self, world: World) -> bool:
        return self.body.value(world) is not None or all(source.known(world) for source in self.sources())

    def known_sql(self, columns: Columns) -> exp.Expr:
        sources = engines.all_of(source.known_sql(columns) for source in self.sources())
        value = self.body.sql_range(columns)[0] if self.ranged else self.sql(columns)
        return engines.any_of([engines.is_known(value), sources])


@dataclass(frozen=True)
class Has(Condition):
    """`has(fact)`: the fact has a value. Never unknown itself."""

    fact: FactNode | Derived

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.fact,)

    def value(self, world: World) -> Truth:
        return self.fact.known(world)

    def sql(self, columns: Columns) -> exp.Expr:
        return self.fact.known_sql(columns)

    def words(self, speech: Speech) -> str:
        return speech.say("has", fact=speech.fact(self.fact.root, self.fact.fact))

    def denied(self, speech: Speech) -> str:
        return speech.say("has_not", fact=speech.fact(self.fact.root, self.fact.fact))


@dataclass(frozen=True)
class Enrolled(Condition):
    """Enrolled in a programme on the date, alone or with the household. Never unknown."""

    root: Root
    programme: str

    def value(self, world: World) -> Truth:
        return world.enrolled(self.root, self.programme)

    def sql(self, columns: Columns) -> exp.Expr:
        return columns.enrolled(self.root, self.programme)

    def words(self, speech: Speech) -> str:
        return speech.say(f"{self.root}_enrolled", "enrolled", programme=speech.programme(self.programme))

    def denied(self, speech: Speech) -> str:
        return speech.say(f"{self.root}_enrolled_not", "enrolled_not", programme=speech.programme(self.programme))


@dataclass(frozen=True)
class InArea(Condition):
    """A programme is open where the household lives, on the date."""

    programme: str

    def value(self, world: World) -> Truth:
        return world.open(self.programme)

    def sql(self, columns: Columns) -> exp.Expr:
        return columns.open(self.programme)

    def words(self, speech: Speech) -> str:
        return speech.say("in_area", programme=speech.programme(self.programme))

    def denied(self, speech: Speech) -> str:
        return speech.say("in_area_not", programme=speech.programme(self.programme))
