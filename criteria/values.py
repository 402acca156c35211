"""Three values and intervals: the arithmetic of “unknown”.

None is unknown everywhere. A number or a date known only between two ends is a `Range`; a comparison of ranges is
decided only if every pair of values agrees.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from criteria.dates import NONE_DATE
from criteria.tokens import WHOLE_HIGH, WHOLE_LOW

Number = int | Decimal
Truth = bool | None

# Wide enough that no sum or product of checked decimals is ever rounded.
EXACT = Context(prec=120)


@dataclass(frozen=True)
class Range:
    """Everything from `low` to `high`, both included; a single value has equal ends."""

    low: Any
    high: Any

    @classmethod
    def of(cls, value: Any) -> Range:
        return value if isinstance(value, Range) else cls(value, value)

    @property
    def is_none_date(self) -> bool:
        """A date that does not apply."""
        return bool(self.low == NONE_DATE)

    @property
    def is_exact(self) -> bool:
        return bool(self.low == self.high)


NONE = Range(NONE_DATE, NONE_DATE)

# bool · whole · decimal · number of members (Range) · date (Range) · code and text · set
Value = bool | int | Decimal | Range | str | frozenset[str] | None


def both(values: Iterable[Truth]) -> Truth:
    """Kleene's and."""
    result: Truth = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def either(values: Iterable[Truth]) -> Truth:
    """Kleene's or."""
    result: Truth = False
    for value in values:
        if value is True:
            return True
        if value is None:
            result = None
    return result


def opposite(value: Truth) -> Truth:
    return None if value is None else not value


def compare(operator: str, left: Range, right: Range) -> Truth:
    """`left operator right` over every pair of values of the two ranges."""
    if operator == "!=":
        return opposite(compare("==", left, right))
    if operator in (">", ">="):
        return compare("<" if operator == ">" else "<=", right, left)
    if operator == "<":
        return True if left.high < right.low else (False if left.low >= right.high else None)
    if operator == "<=":
        return True if left.high <= right.low else (False if left.low > right.high else None)
    if left.is_exact and right.is_exact:
        return bool(left.low == right.low)
    return False if left.high < right.low or left.low > right.high else None


def compare_dates(operator: str, left: Range, right: Range) -> Truth:
    """As `compare`; a date that does not apply is in no order and equal only to itself."""
    if left.is_none_date or right.is_none_date:
        same = left.is_none_date and right.is_none_date
        return same if operator == "==" else (not same if operator == "!=" else False)
    return compare(operator, left, right)


def fits(value: Number) -> bool:
    """The whole part fits into 64 bits; what does not is unknown, never an error."""
    return WHOLE_LOW - 1 < value < WHOLE_HIGH + 1


def calculate(operator: str, left: Number, right: Number) -> Number | None:
    """One exact step; None for a division by zero and for what leaves 64 bits."""
    result: Number
    if operator in ("/", "%"):
        if right == 0:
            return None
        quotient = abs(int(left)) // abs(int(right))
        if (left < 0) != (right < 0):
            quotient = -quotient
        result = quotient if operator == "/" else int(left) - int(right) * quotient
    elif isinstance(left, int) and isinstance(right, int):
        result = left + right if operator == "+" else left - right if operator == "-" else left * right
    else:
        step = {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply}[operator]
        result = step(Decimal(left), Decimal(right))
    return result if fits(result) else None


def calculate_range(operator: str, left: Range, right: Range) -> Range | None:
    """One step over ranges: `+ -` end by end, `* /` by a single number."""
    if operator == "+":
        ends = [calculate("+", left.low, right.low), calculate("+", left.high, right.high)]
    elif operator == "-":
        ends = [calculate("-", left.low, right.high), calculate("-", left.high, right.low)]
    else:
        ends = [calculate(operator, left.low, right.low), calculate(operator, left.high, right.high)]
    low, high = ends
    if low is None or high is None:
        return None
    return Range(min(low, high), max(low, high))
