"""What differs between PostgreSQL, DuckDB and Spark, and building SQL as nodes.

Every piece is a sqlglot node; text is never spliced. Node builders wrap an operand in brackets whenever it is itself an
operator, since sqlglot prints exactly the tree it is given.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sqlglot import exp

from criteria.tokens import WHOLE_HIGH, WHOLE_LOW

Dialect = Literal["postgres", "duckdb", "spark"]
WIDTH = 38
# Frames that writing a rule of the greatest depth may take.
FRAMES = 20_000

_COMPARISONS: dict[str, type[exp.Binary]] = {
    "==": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip
_TYPES = {
    "bigint": exp.DataType.Type.BIGINT,
    "hugeint": exp.DataType.Type.INT128,
    "numeric": exp.DataType.Type.DECIMAL,
    "date": exp.DataType.Type.DATE,
    "boolean": exp.DataType.Type.BOOLEAN,
    "int": exp.DataType.Type.INT,
    "text": exp.DataType.Type.TEXT,
}


def wrap(node: exp.Expr) -> exp.Expr:
    """The node in brackets when it is an operator."""
    if isinstance(node, exp.Binary | exp.Unary | exp.In | exp.Between | exp.Is) and not isinstance(
        node, exp.Paren | exp.Dot
    ):
        return exp.Paren(this=node)
    return node


def column(name: str, table: str | None = None) -> exp.Expr:
    quoted = exp.Identifier(this=name, quoted=True)
    if table is None:
        return exp.Column(this=quoted)
    return exp.Column(this=quoted, table=exp.Identifier(this=table, quoted=False))


def number(value: int | Decimal) -> exp.Expr:
    literal = exp.Literal(this=f"{abs(value):f}" if isinstance(value, Decimal) else str(abs(value)), is_string=False)
    return exp.Neg(this=literal) if value < 0 else literal


def text(value: str) -> exp.Expr:
    return exp.Literal(this=value, is_string=True)


def boolean(value: bool) -> exp.Expr:
    return exp.Boolean(this=value)


def null() -> exp.Expr:
    return exp.Null()


def cast(node: exp.Expr, kind: str, places: int | None = None) -> exp.Expr:
    expressions = (
        [] if places is None else [exp.DataTypeParam(this=number(WIDTH)), exp.DataTypeParam(this=number(places))]
    )
    return exp.Cast(this=node, to=exp.DataType(this=_TYPES[kind], expressions=expressions))


def day(value: date) -> exp.Expr:
    return cast(text(value.isoformat()), "date")


def compare(operator: str, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return _COMPARISONS[operator](this=wrap(left), expression=wrap(right))


def all_of(parts: Iterable[exp.Expr]) -> exp.Expr:
    return _joined(exp.And, [part for part in parts if not _is(part, True)], True)


def any_of(parts: Iterable[exp.Expr]) -> exp.Expr:
    return _joined(exp.Or, [part for part in parts if not _is(part, False)], False)


def _is(node: exp.Expr, value: bool) -> bool:
    return isinstance(node, exp.Boolean) and bool(node.this) is value


def _joined(kind: type[exp.Connector], parts: Sequence[exp.Expr], empty: bool) -> exp.Expr:
    if not parts:
        return boolean(empty)
    result = parts[0] if len(parts) == 1 else wrap(parts[0])
    for part in parts[1:]:
        result = kind(this=result, expression=wrap(part))
    return result


def negation(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Boolean):
        return boolean(not node.this)
    return exp.Not(this=wrap(node))


def is_null(node: exp.Expr) -> exp.Expr:
    return exp.Is(this=wrap(node), expression=null())


def is_known(node: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=wrap(node), expression=null()))


def case(*arms: tuple[exp.Expr, exp.Expr], default: exp.Expr | None = None) -> exp.Expr:
    """CASE WHEN … THEN …; without a default the rest is NULL, that is unknown."""
    return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in arms], default=default)


def one_of(item: exp.Expr, choices: Sequence[exp.Expr]) -> exp.Expr:
    if len(choices) == 1:
        return compare("==", item, choices[0])
    return exp.In(this=wrap(item), expressions=list(choices))


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def coalesce(*parts: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=parts[0], expressions=list(parts[1:]))


@dataclass(frozen=True)
class Engine:
    """One SQL engine; the methods hold everything in which engines differ."""

    dialect: Dialect

    def contains(self, items: exp.Expr, item: exp.Expr) -> exp.Expr:
        """`item` is one of a set; unknown for a missing set, false for an empty one."""
        if self.dialect == "postgres":
            return exp.EQ(this=item, expression=exp.Any(this=exp.Paren(this=items)))
        return call("LIST_CONTAINS" if self.dialect == "duckdb" else "ARRAY_CONTAINS", items, item)

    def widen(self, node: exp.Expr, places: int, decimal: bool) -> exp.Expr:
        """An operand in the type in which no single step can fail before it is checked."""
        if self.dialect == "postgres":
            return cast(node, "numeric")
        if self.dialect == "duckdb" and not decimal:
            return cast(node, "hugeint")
        return cast(node, "numeric", places)

    def exact(self, node: exp.Expr, places: int) -> exp.Expr:
        """A decimal with all its places beside another type: DuckDB and Spark would cut some off for a common type."""
        return node if self.dialect == "postgres" else cast(node, "numeric", places)

    def bounded(self, node: exp.Expr, decimal: bool, places: int) -> exp.Expr:
        """The result of a step, NULL where its whole part leaves 64 bits; the step is written once, never twice."""
        if self.dialect == "duckdb" and not decimal:
            return exp.TryCast(this=node, to=exp.DataType(this=_TYPES["bigint"]))
        if self.dialect == "duckdb":
            return self._within_width(node, places)
        high, low = number(WHOLE_HIGH + 1), number(WHOLE_LOW - 1)
        held = call("GREATEST", call("LEAST", node, high), low)
        inside = exp.Nullif(this=exp.Nullif(this=held, expression=high.copy()), expression=low.copy())
        return inside if decimal else cast(inside, "bigint")

    def count(self, condition: exp.Expr) -> exp.Expr:
        """How many rows meet a condition."""
        if self.dialect == "duckdb":
            # faster than counting a CASE, but NULL where the condition is unknown in every row
            return coalesce(call("COUNT_IF", condition), number(0))
        return exp.Count(this=case((condition, number(1))))

    def attempt(self, node: exp.Expr) -> exp.Expr:
        """NULL where a product of decimals is too wide for the engine's own type."""
        return call("TRY", node) if self.dialect == "duckdb" else node

    def divide(self, left: exp.Expr, right: exp.Expr) -> exp.Expr:
        """Whole division toward zero, of operands already widened; NULL for a zero divisor."""
        divisor = exp.Nullif(this=right, expression=number(0))
        if self.dialect == "postgres":
            return call("DIV", left, divisor)
        if self.dialect == "duckdb":
            return exp.IntDiv(this=wrap(left), expression=divisor)
        # Spark's DIV gives a BIGINT and would fail on −2^63 / −1.
        minus_one = compare("==", right.copy(), number(-1))
        negative = exp.Neg(this=exp.Paren(this=left.copy()))
        return case((minus_one, negative), default=exp.IntDiv(this=wrap(left), expression=divisor))

    def remainder(self, left: exp.Expr, right: exp.Expr) -> exp.Expr:
        """Remainder with the sign of the dividend; NULL for a zero divisor."""
        divisor = exp.Nullif(this=right, expression=number(0))
        if self.dialect == "postgres":
            return call("MOD", left, divisor)
        return exp.Mod(this=wrap(left), expression=divisor)

    @staticmethod
    def _within_width(node: exp.Expr, places: int) -> exp.Expr:
        """DuckDB writes out the operand of NULLIF twice, so a decimal is pushed against the ends of its type instead.

        Added to the constant, a value out of 64 bits no longer fits into 38 digits; TRY makes that a NULL.
        """
        room = 10 ** (WIDTH - places)
        above = cast(number(room - (WHOLE_HIGH + 1)), "numeric", places)
        below = cast(number(room + (WHOLE_LOW - 1)), "numeric", places)
        pushed: exp.Expr = exp.Sub(this=exp.Add(this=wrap(node), expression=above), expression=above.copy())
        pushed = exp.Add(this=exp.Sub(this=pushed, expression=below), expression=below.copy())
        return call("TRY", pushed)

    def choose(self, condition: exp.Expr, yes: exp.Expr, no: exp.Expr) -> exp.Expr:
        """`yes` or `no`, NULL for an unknown condition, with the condition written once."""
        if self.dialect == "duckdb":
            place = exp.Add(this=cast(condition, "int"), expression=number(1))
            return call("LIST_EXTRACT", call("LIST_VALUE", no, yes), place)
        arms = [exp.If(this=boolean(True), true=yes), exp.If(this=boolean(False), true=no)]
        return exp.Case(this=wrap(condition), ifs=arms)

    def text(self, node: exp.Expr) -> str:
        """The SQL text of a statement."""
        # sqlglot takes some ten frames for each level of a rule; Python's frames cost no stack of the machine
        if sys.getrecursionlimit() < FRAMES:
            sys.setrecursionlimit(FRAMES)
        return node.sql(dialect=self.dialect, comments=False)
