"""What every node of a rule's tree can do, and what it needs for it.

Three readers stand side by side on each node: `value` in a `World` (one person of one family on one date), `sql` over
`Columns` (the same question to a whole population) and `words` in a `Speech` (a language). The three protocols are all
that the tree knows of the interpreter, the compiler and the sentences.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, Protocol

from sqlglot import exp

from criteria.catalogue import Fact, FactType
from criteria.engines import Engine
from criteria.values import Number, Range, Truth, Value

if TYPE_CHECKING:
    from criteria.tree.members import Aggregate

Root = Literal["person", "household", "member"]


@dataclass(frozen=True)
class Span:
    """Where a node stands in its text: code points from `start` to `end`, line and column 1-based."""

    start: int
    end: int
    line: int
    column: int


class World(Protocol):
    """One family on one date, seen from one person or from the household."""

    @property
    def as_of(self) -> date: ...
    def fact(self, root: Root, fact: Fact) -> Value:
        """The value that holds on the date; None when missing or stale."""

    def birth(self, root: Root) -> Range | None:
        """First and last possible day of birth, cut at the date."""

    def enrolled(self, root: Root, programme: str) -> bool: ...
    def open(self, programme: str) -> Truth: ...
    def members(self) -> Sequence[World] | None:
        """One world per present member; None when there is no household."""

    def truth(self, node: Node) -> Truth:
        """The value of a condition: `node.value(self)`, unless the explainer asks “what if”."""

    def each(self, truths: Iterator[Truth]) -> Iterable[Truth]:
        """As they are asked for, so that what settles a condition ends it; all of them where the reads are told."""


class Columns(Protocol):
    """The columns that hold the facts, for one engine and one date."""

    @property
    def as_of(self) -> date: ...
    @property
    def engine(self) -> Engine: ...
    def fact(self, root: Root, fact: Fact) -> exp.Expr: ...
    def fact_to(self, root: Root, fact: Fact) -> exp.Expr:
        """The last possible day of an imprecise date."""

    def birth(self, root: Root) -> tuple[exp.Expr, exp.Expr]: ...
    def enrolled(self, root: Root, programme: str) -> exp.Expr: ...
    def open(self, programme: str) -> exp.Expr: ...
    def aggregate(self, node: Aggregate) -> tuple[exp.Expr, ...]:
        """The columns of a macro, computed once per household."""

    def condition(self, node: Node) -> exp.Expr:
        """The SQL of a condition: a column that already holds it, or `node.sql(self)`."""


class Speech(Protocol):
    """One language: its patterns and labels."""

    def say(self, pattern: str, *fallbacks: str, **parts: str) -> str: ...
    def fact(self, root: Root, fact: Fact) -> str: ...
    def holds(self, root: Root, fact: Fact, positive: bool) -> str:
        """A fact that is yes or no, affirmed or denied."""

    def code(self, fact: Fact, code: str) -> str: ...
    def programme(self, code: str) -> str: ...
    def date(self, day: date) -> str: ...
    def number(self, value: object) -> str: ...
    def join(self, pattern: str, parts: Sequence[str]) -> str:
        """Parts with the words of `pattern` between them."""


@dataclass(frozen=True)
class Node(ABC):
    """`span` is never part of equality: the same question in two rules is one node to the compiler."""

    span: Span = field(compare=False)

    @property
    @abstractmethod
    def type(self) -> FactType: ...

    @property
    def children(self) -> tuple[Node, ...]:
        return ()

    @property
    def ranged(self) -> bool:
        """A number of members, or made of one: its value is a range and its SQL a pair."""
        return False

    @property
    def places(self) -> int:
        """Decimal places of a number."""
        return 0

    @property
    def bounds(self) -> tuple[Number, Number] | None:
        """The ends that this number cannot leave, whatever the facts; None when not a number."""
        return None

    @property
    def weight(self) -> int:
        """How many columns its SQL names, at most: a part that the SQL needs several times is written several times."""
        return max(1, sum(child.weight for child in self.children))

    @property
    def loose(self) -> bool:
        """Its sentence would run into what follows, so beside other parts it stands in brackets."""
        return False

    @abstractmethod
    def value(self, world: World) -> Value: ...

    @abstractmethod
    def sql(self, columns: Columns) -> exp.Expr: ...

    def sql_range(self, columns: Columns) -> tuple[exp.Expr, exp.Expr]:
        """Both ends of a ranged number, or of a date."""
        return self.sql(columns), self.sql(columns)

    @abstractmethod
    def words(self, speech: Speech) -> str:
        """The condition as a sentence, or the value as a noun."""

    def denied(self, speech: Speech) -> str:
        """The sentence of `!condition`."""
        return speech.say("not", text=self.words(speech))

    def walk(self) -> Iterator[Node]:
        """This node and everything under it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Condition(Node):
    """A node that is true, false or unknown."""

    @property
    def type(self) -> FactType:
        return FactType.BOOL


def grouped(node: Node, speech: Speech, *kinds: type[Node]) -> str:
    """The words of a part, in brackets when it is loose or one of the kinds that would be read wrongly without them."""
    text = node.words(speech)
    return speech.say("group", text=text) if node.loose or isinstance(node, kinds) else text
