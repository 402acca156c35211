"""Where a condition finds its columns, at each step of a compiled statement.

The same tree is written three ways: inside a macro (`b`), once for the household (`h`) and for each member (`x`). A
scope answers a node's questions about columns and tells the compiler what the earlier steps must hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlglot import exp

from criteria import engines
from criteria.catalogue import Fact, FactType
from criteria.engines import Engine, column
from criteria.tree import Aggregate, Count, Enrolled, FactNode, InArea, Literal, Node, Root

if TYPE_CHECKING:
    from criteria.compile import Compiler


def is_of_household(node: Node) -> bool:
    """The same answer for every member: it asks no `person` and stands in no macro."""
    if isinstance(node, Aggregate | InArea):
        return True
    if isinstance(node, FactNode | Enrolled):
        return node.root == "household"
    return all(is_of_household(child) for child in node.children)


@dataclass
class Scope:
    """Columns for conditions at one step. `subject`: alias of the members; `household`: alias of their household."""

    compiler: Compiler
    subject: str
    household: str

    @property
    def as_of(self) -> date:
        return self.compiler.as_of

    @property
    def engine(self) -> Engine:
        return self.compiler.engine

    def fact(self, root: Root, fact: Fact) -> exp.Expr:
        return column(self._wanted(root, fact), self._alias(root))

    def fact_to(self, root: Root, fact: Fact) -> exp.Expr:
        return column(f"{self._wanted(root, fact)}_to", self._alias(root))

    def _alias(self, root: Root) -> str:
        return self.household if root == "household" else self.subject

    def _wanted(self, root: Root, fact: Fact) -> str:
        wanted = self.compiler.layer.wanted
        if root != "household":
            wanted.person[fact.code] = fact
        elif not fact.counts_members:
            wanted.household[fact.code] = fact
        return fact.code

    def birth(self, root: Root) -> tuple[exp.Expr, exp.Expr]:
        self.compiler.layer.wanted.birth = True
        return column("birth_from", self.subject), column("birth_to", self.subject)

    def enrolled(self, root: Root, programme: str) -> exp.Expr:
        return column(self.compiler.layer.wanted.enrolled_column(programme), self.subject)

    def open(self, programme: str) -> exp.Expr:
        return self.compiler.layer.open(programme, self.household)

    def aggregate(self, node: Aggregate) -> tuple[exp.Expr, ...]:
        raise TypeError("a macro stands inside no other")

    def condition(self, node: Node) -> exp.Expr:
        return node.sql(self)


class BodyScope(Scope):
    """Inside a macro: the member asked, and the household as it is stored."""

    def fact(self, root: Root, fact: Fact) -> exp.Expr:
        if root == "household" and fact.counts_members:
            self.compiler.sized_bodies = True
            return column("size", "z")
        self.compiler.bodies_ask_household |= root == "household"
        return super().fact(root, fact)


class HouseholdScope(Scope):
    """Conditions common to all members: stored facts and the aggregates."""

    def fact(self, root: Root, fact: Fact) -> exp.Expr:
        if fact.counts_members:
            return self.compiler.size()
        return super().fact(root, fact)

    def aggregate(self, node: Aggregate) -> tuple[exp.Expr, ...]:
        return self.compiler.aggregated(node)


class PersonScope(Scope):
    """Conditions of one member; whatever is common to the household is a column of `h`."""

    def condition(self, node: Node) -> exp.Expr:
        simple = isinstance(node, Literal) or (isinstance(node, FactNode) and not node.fact.counts_members)
        if not simple and node.type is FactType.BOOL and is_of_household(node):
            return self.compiler.common(node)
        return node.sql(self)

    def fact(self, root: Root, fact: Fact) -> exp.Expr:
        if root == "household":
            self.compiler.carry(fact)
        return super().fact(root, fact)

    def fact_to(self, root: Root, fact: Fact) -> exp.Expr:
        if root == "household":
            self.compiler.carry(fact)
        return super().fact_to(root, fact)

    def open(self, programme: str) -> exp.Expr:
        raise TypeError("openings are common to the household")

    def aggregate(self, node: Aggregate) -> tuple[exp.Expr, ...]:
        return tuple(self.compiler.carried(node))


class AloneScope(Scope):
    """A person in no household: everything about the household is NULL, of the type it would have."""

    def fact(self, root: Root, fact: Fact) -> exp.Expr:
        return _nothing(fact) if root == "household" else super().fact(root, fact)

    def fact_to(self, root: Root, fact: Fact) -> exp.Expr:
        return _nothing(fact) if root == "household" else super().fact_to(root, fact)

    def open(self, programme: str) -> exp.Expr:
        return engines.cast(engines.null(), "boolean")

    def aggregate(self, node: Aggregate) -> tuple[exp.Expr, ...]:
        kind = "bigint" if isinstance(node, Count) else "boolean"
        return engines.cast(engines.null(), kind), engines.cast(engines.null(), kind)


def _nothing(fact: Fact) -> exp.Expr:
    if fact.type is FactType.SET:
        return exp.Cast(this=engines.null(), to=exp.DataType.build("TEXT[]"))
    kinds = {FactType.BOOL: "boolean", FactType.WHOLE: "bigint", FactType.DECIMAL: "numeric", FactType.DATE: "date"}
    kind = "bigint" if fact.stored_as_number else kinds.get(fact.type, "text")
    return engines.cast(engines.null(), kind, 4 if kind == "numeric" else None)
