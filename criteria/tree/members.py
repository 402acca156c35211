"""Questions over the present members of the household: exists, all, and how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from criteria.catalogue import FactType
from criteria.tree.base import Columns, Condition, Node, Speech, World
from criteria.tree.facts import MEMBERS_AT_MOST
from criteria.values import Number, Range, Truth, Value, both, either


@dataclass(frozen=True)
class Aggregate(Condition):
    """A condition asked of every present member."""

    body: Node

    kind = "exists"

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.body,)

    def answers(self, world: World) -> Iterable[Truth] | None:
        """The condition for each present member; None when there is no household."""
        members = world.members()
        return None if members is None else world.each(member.truth(self.body) for member in members)

    @property
    def loose(self) -> bool:
        return self.type is FactType.BOOL and self.body.loose

    def words(self, speech: Speech) -> str:
        return speech.say(self.kind, body=self.body.words(speech))

    def denied(self, speech: Speech) -> str:
        return speech.say(f"{self.kind}_not", body=self.body.words(speech))


@dataclass(frozen=True)
class Exists(Aggregate):
    """At least one; false for none present."""

    kind = "exists"

    def value(self, world: World) -> Truth:
        answers = self.answers(world)
        return None if answers is None else either(answers)

    def sql(self, columns: Columns) -> exp.Expr:
        return columns.aggregate(self)[0]


@dataclass(frozen=True)
class All(Aggregate):
    """Every one; true for none present."""

    kind = "all"

    def value(self, world: World) -> Truth:
        answers = self.answers(world)
        return None if answers is None else both(answers)

    def sql(self, columns: Columns) -> exp.Expr:
        return columns.aggregate(self)[0]


@dataclass(frozen=True)
class Count(Aggregate):
    """How many: from those who surely meet the condition to those who may."""

    kind = "count"

    @property
    def type(self) -> FactType:
        return FactType.WHOLE

    @property
    def ranged(self) -> bool:
        return True

    @property
    def bounds(self) -> tuple[Number, Number] | None:
        return 0, MEMBERS_AT_MOST

    def value(self, world: World) -> Value:
        answers = self.answers(world)
        if answers is None:
            return None
        told = Counter(answers)
        return Range(told[True], told[True] + told[None])

    def sql(self, columns: Columns) -> exp.Expr:
        raise TypeError("a number of members is a pair of columns: use sql_range")

    def sql_range(self, columns: Columns) -> tuple[exp.Expr, exp.Expr]:
        low, high = columns.aggregate(self)
        return low, high
