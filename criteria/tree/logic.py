"""`&&`, `||`, `!` and `? :` over three values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from criteria import engines
from criteria.catalogue import FactType
from criteria.tree.base import Columns, Condition, Node, Speech, World, grouped
from criteria.values import Number, Truth, Value, both, either, opposite

# A choice writes its condition twice; deeper than this it is written once, at the cost of working out both results.
CHOICES_WRITTEN_TWICE = 3


def _choices(node: Node) -> int:
    """The most choices that stand inside each other as conditions, anywhere in a tree."""
    below = max((_choices(child) for child in node.children if not isinstance(node, If)), default=0)
    if not isinstance(node, If):
        return below
    return max(1 + node._nested, _choices(node.yes), _choices(node.no))


@dataclass(frozen=True)
class Joined(Condition):
    """Two or more conditions under one word."""

    parts: tuple[Node, ...]

    # the pattern that stands between the parts
    word = "and"

    @property
    def children(self) -> tuple[Node, ...]:
        return self.parts

    @property
    def loose(self) -> bool:
        return True

    def words(self, speech: Speech) -> str:
        same = type(self)
        parts = [part.words(speech) if isinstance(part, same) else grouped(part, speech) for part in self.parts]
        return speech.join(self.word, parts)

    def denied(self, speech: Speech) -> str:
        return speech.say("not", text=grouped(self, speech))


@dataclass(frozen=True)
class And(Joined):
    """All parts; false if one is false, whatever is unknown."""

    def value(self, world: World) -> Truth:
        return both(world.each(world.truth(part) for part in self.parts))

    def sql(self, columns: Columns) -> exp.Expr:
        return engines.all_of(columns.condition(part) for part in self.parts)


@dataclass(frozen=True)
class Or(Joined):
    """One part or more; true if one is true, whatever is unknown."""

    word = "or"

    def value(self, world: World) -> Truth:
        return either(world.each(world.truth(part) for part in self.parts))

    def sql(self, columns: Columns) -> exp.Expr:
        return engines.any_of(columns.condition(part) for part in self.parts)


@dataclass(frozen=True)
class Not(Condition):
    """The opposite; unknown stays unknown."""

    part: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.part,)

    def value(self, world: World) -> Truth:
        return opposite(world.truth(self.part))

    def sql(self, columns: Columns) -> exp.Expr:
        return engines.negation(columns.condition(self.part))

    @property
    def loose(self) -> bool:
        # a denied && or || is bracketed already
        return self.part.loose and not isinstance(self.part, Joined)

    def words(self, speech: Speech) -> str:
        return self.part.denied(speech)

    def denied(self, speech: Speech) -> str:
        return self.part.words(speech)


@dataclass(frozen=True)
class If(Node):
    """`condition ? yes : no`; unknown while the condition is unknown, even when both results agree."""

    condition: Node
    yes: Node
    no: Node

    @cached_property
    def type(self) -> FactType:
        return self.yes.type

    @property
    def children(self) -> tuple[Node, ...]:
        return self.condition, self.yes, self.no

    @cached_property
    def ranged(self) -> bool:
        return self.yes.ranged or self.no.ranged

    @cached_property
    def places(self) -> int:
        return max(self.yes.places, self.no.places)

    @cached_property
    def bounds(self) -> tuple[Number, Number] | None:
        yes, no = self.yes.bounds, self.no.bounds
        if yes is None or no is None:
            return None
        return min(yes[0], no[0]), max(yes[1], no[1])

    def value(self, world: World) -> Value:
        chosen = world.truth(self.condition)
        if chosen is None:
            return None
        part = self.yes if chosen else self.no
        return world.truth(part) if self.type is FactType.BOOL else part.value(world)

    def sql(self, columns: Columns) -> exp.Expr:
        if self.type is FactType.BOOL:
            return self._chosen(columns, columns.condition(self.yes), columns.condition(self.no))
        yes, no = self.yes.sql(columns), self.no.sql(columns)
        if self.type is FactType.DECIMAL:
            yes, no = columns.engine.exact(yes, self.places), columns.engine.exact(no, self.places)
        return self._chosen(columns, yes, no)

    def sql_range(self, columns: Columns) -> tuple[exp.Expr, exp.Expr]:
        yes, no = self.yes.sql_range(columns), self.no.sql_range(columns)
        if self.type is FactType.DECIMAL:
            exact = columns.engine.exact
            yes = exact(yes[0], self.places), exact(yes[1], self.places)
            no = exact(no[0], self.places), exact(no[1], self.places)
        return self._chosen(columns, yes[0], no[0]), self._chosen(columns, yes[1], no[1])

    def _chosen(self, columns: Columns, yes: exp.Expr, no: exp.Expr) -> exp.Expr:
        # ELSE would answer “no” for an unknown condition: both results are guarded
        condition = columns.condition(self.condition)
        if self._nested > CHOICES_WRITTEN_TWICE:
            return columns.engine.choose(condition, yes, no)
        return engines.case((condition, yes), (engines.negation(condition.copy()), no))

    @property
    def weight(self) -> int:
        once = self._nested > CHOICES_WRITTEN_TWICE
        weight = self.condition.weight * (1 if once else 2) + self.yes.weight + self.no.weight
        return 2 * weight if self.ranged or self.type is FactType.DATE else weight

    @cached_property
    def _nested(self) -> int:
        """How many choices stand inside each other as conditions."""
        return _choices(self.condition)

    @property
    def loose(self) -> bool:
        return True

    def words(self, speech: Speech) -> str:
        return speech.say(
            "if",
            condition=grouped(self.condition, speech),
            yes=grouped(self.yes, speech),
            no=grouped(self.no, speech),
        )
