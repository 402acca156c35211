"""Arithmetic: exact, checked at every step, over single numbers and over numbers of members."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import cast

from sqlglot import exp

from criteria import engines
from criteria.catalogue import FactType
from criteria.tokens import WHOLE_HIGH, WHOLE_LOW
from criteria.tree.base import Columns, Node, Speech, World, grouped
from criteria.tree.facts import DECIMAL_PLACES
from criteria.tree.values import Literal
from criteria.values import Number, Range, Value, calculate, calculate_range, fits

# The most places a product may have so that every engine stays exact: four factors of four places.
PLACES_LIMIT = 4 * DECIMAL_PLACES

_PATTERNS = {"+": "plus", "-": "minus", "*": "times", "/": "divided", "%": "remainder"}
_OPERATORS: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}

Pair = tuple[exp.Expr, exp.Expr]


@dataclass(frozen=True)
class Arithmetic(Node):
    """`left operator right` on numbers; unary minus is `0 - x`."""

    operator: str
    left: Node
    right: Node

    @cached_property
    def type(self) -> FactType:
        return FactType.DECIMAL if FactType.DECIMAL in (self.left.type, self.right.type) else FactType.WHOLE

    @property
    def children(self) -> tuple[Node, ...]:
        return self.left, self.right

    @cached_property
    def ranged(self) -> bool:
        return self.left.ranged or self.right.ranged

    @cached_property
    def places(self) -> int:
        if self.operator == "*":
            return self.left.places + self.right.places
        return max(self.left.places, self.right.places)

    @cached_property
    def bounds(self) -> tuple[Number, Number] | None:
        ends = self._ends()
        if ends is None:
            return None
        low, high = min(ends), max(ends)
        # a checked decimal may still lie between the last whole number of 64 bits and the next
        beyond = 1 if self.type is FactType.DECIMAL else 0
        return low if fits(low) else WHOLE_LOW - beyond, high if fits(high) else WHOLE_HIGH + beyond

    @cached_property
    def safe(self) -> bool:
        """No values of the facts can take this step out of 64 bits, so the engine needs no check."""
        ends = self._ends()
        return ends is not None and all(fits(end) for end in ends)

    def _ends(self) -> list[Number] | None:
        left, right = self.left.bounds, self.right.bounds
        if left is None or right is None:
            return None
        if self.operator in ("/", "%"):
            # never farther from zero than the dividend, except −2^63 / −1
            farthest = max(abs(Decimal(left[0])), abs(Decimal(left[1])))
            return [-farthest, farthest]
        exact = [(Decimal(a), Decimal(b)) for a in left for b in right]
        if self.operator == "+":
            return [a + b for a, b in exact]
        if self.operator == "-":
            return [a - b for a, b in exact]
        return [a * b for a, b in exact]

    def value(self, world: World) -> Value:
        left, right = self.left.value(world), self.right.value(world)
        if left is None or right is None:
            return None
        if self.ranged:
            return calculate_range(self.operator, Range.of(left), Range.of(right))
        return calculate(self.operator, cast(Number, left), cast(Number, right))

    def sql(self, columns: Columns) -> exp.Expr:
        return self._checked(columns, self._step(columns, self.left.sql(columns), self.right.sql(columns)))

    def sql_range(self, columns: Columns) -> Pair:
        if not self.ranged:
            return self.sql(columns), self.sql(columns)
        left, right = self.left.sql_range(columns), self.right.sql_range(columns)
        if self.operator == "-":
            right = right[1], right[0]
        elif self._swaps():
            # the number of members stands on either side; the literal's two ends are one
            left, right = (left[1], left[0]), (right[1], right[0])
        low = self._step(columns, left[0], right[0])
        high = self._step(columns, left[1], right[1])
        # an end out of 64 bits is NULL and stays so; the comparison asks for both ends
        return self._checked(columns, low), self._checked(columns, high)

    def _swaps(self) -> bool:
        """Multiplying or dividing by a negative literal turns the ends round."""
        factor = self.right if self.left.ranged else self.left
        if self.operator not in ("*", "/") or not isinstance(factor, Literal):
            return False
        return cast(int, factor.constant) < 0

    def _step(self, columns: Columns, left: exp.Expr, right: exp.Expr) -> exp.Expr:
        engine = columns.engine
        decimal = self.type is FactType.DECIMAL
        if self.safe and not decimal and self.operator in _OPERATORS:
            # a literal alone is a 32-bit number in every engine
            return _OPERATORS[self.operator](this=engines.cast(left, "bigint"), expression=engines.wrap(right))
        left = engine.widen(left, self.left.places, decimal)
        right = engine.widen(right, self.right.places, decimal)
        if self.operator == "/":
            return engine.divide(left, right)
        if self.operator == "%":
            return engine.remainder(left, right)
        step = _OPERATORS[self.operator](this=left, expression=right)
        return engine.attempt(step) if decimal and self.operator == "*" and not self.safe else step

    def _checked(self, columns: Columns, step: exp.Expr) -> exp.Expr:
        decimal = self.type is FactType.DECIMAL
        if self.safe and (decimal or self.operator in _OPERATORS):
            return step
        return columns.engine.bounded(step, decimal, self.places)

    def words(self, speech: Speech) -> str:
        weak = (Arithmetic,) if self.operator not in "+" else ()
        left, right = grouped(self.left, speech, *weak), grouped(self.right, speech, Arithmetic)
        if self.operator == "-" and isinstance(self.left, Literal) and self.left.constant == 0:
            return speech.say("negative", value=right)
        return speech.say(_PATTERNS[self.operator], left=left, right=right)
