"""Values worth trying for a missing fact: one from each side of every cut-off that the rules draw.

Between two neighbouring cut-offs nothing changes, so these values stand for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import cast

from criteria.catalogue import OLDEST_YEARS, Fact, FactType
from criteria.dates import NONE_DATE, latest_start, shift_days
from criteria.family import Family
from criteria.tree import AsOf, Compare, CompareAge, FactNode, In, Literal, Node
from criteria.values import NONE, Range, Value

# Cut-offs of a number beyond which their sums are not tried: the square of them would be.
CUT_OFFS_SUMMED = 8
# Beyond this a code list is tried only at the codes that the rules name, and one other.
CODES_TRIED = 24
_OTHER_TEXT = "…"


def candidates(fact: Fact, trees: Sequence[Node], family: Family, as_of: date) -> list[Value]:
    """Values of a stored fact on all sides of what the trees ask of it."""
    if fact.type is FactType.BOOL:
        return [True, False]
    if fact.type is FactType.CODE:
        return list(_codes(fact, trees))
    if fact.type is FactType.SET:
        return [frozenset(), *(frozenset([code]) for code in fact.codes), frozenset(fact.codes)]
    if fact.type is FactType.TEXT:
        texts = {node.constant for tree in trees for node in tree.walk() if isinstance(node, Literal)}
        return [*sorted(text for text in texts if isinstance(text, str)), _OTHER_TEXT]
    if fact.type is FactType.DATE:
        return [NONE, *(Range(day, day) for day in sorted(_days(fact, trees, family, as_of)))]
    return list(_numbers(fact, trees, family))


def birth_candidates(trees: Sequence[Node], as_of: date, known: tuple[date, date] | None) -> list[Value]:
    """Days of birth on both sides of every age asked, inside what is known already."""
    cut_offs = [latest_start(as_of, months) for months in age_limits(trees)]
    low, high = known or (latest_start(as_of, (OLDEST_YEARS + 1) * 12), as_of)
    days = {low, min(high, as_of), *cut_offs, *(shift_days(cut_off, 1) for cut_off in cut_offs)}
    return [Range(day, day) for day in sorted(days) if low <= day <= min(high, as_of)]


def age_limits(trees: Iterable[Node]) -> set[int]:
    """All ages asked, in months."""
    return {months for node in conditions(trees) if isinstance(node, CompareAge) for months, _ in node.limits()}


def conditions(trees: Iterable[Node]) -> Iterator[Node]:
    """Every node, and the comparisons that a list stands for: `person.age in [3, 4]` asks two ages."""
    for tree in trees:
        for node in tree.walk():
            yield node
            if isinstance(node, In):
                yield from node.same


def comparisons_of(fact: Fact, trees: Iterable[Node]) -> Iterator[Compare]:
    """The comparisons that read a fact, those inside `in` and inside derived facts too."""
    for node in conditions(trees):
        if isinstance(node, Compare) and any(isinstance(part, FactNode) and part.fact is fact for part in node.walk()):
            yield node


def _codes(fact: Fact, trees: Sequence[Node]) -> Iterator[Value]:
    if len(fact.codes) <= CODES_TRIED:
        yield from fact.codes
        return
    named = {
        node.constant
        for comparison in comparisons_of(fact, trees)
        for node in comparison.walk()
        if isinstance(node, Literal)
    }
    yield from (code for code in fact.codes if code in named)
    yield next((code for code in fact.codes if code not in named), fact.codes[0])


def _values_beside(fact: Fact, comparison: Compare, family: Family) -> Iterator[Value]:
    """What the facts compared with this one are in this family."""
    for node in comparison.walk():
        if not isinstance(node, FactNode) or node.fact is fact:
            continue
        holders = [family.answers] if node.root == "household" else [member.answers for member in family.members]
        for answers in holders:
            if node.fact.code in answers:
                yield answers[node.fact.code].value


def _numbers(fact: Fact, trees: Sequence[Node], family: Family) -> Iterator[Value]:
    step: int | Decimal = 1 if fact.type is FactType.WHOLE else Decimal("0.0001")
    limits: set[int | Decimal] = {0, 1}
    for comparison in comparisons_of(fact, trees):
        limits |= {
            node.constant
            for node in comparison.walk()
            if isinstance(node, Literal) and isinstance(node.constant, int | Decimal)
        }
        limits |= {value for value in _values_beside(fact, comparison, family) if isinstance(value, int | Decimal)}
    # arithmetic moves a cut-off: sums, differences and quotients of what stands beside the fact come near it
    if len(limits) <= CUT_OFFS_SUMMED:
        limits |= {a + b for a in limits for b in limits} | {a - b for a in limits for b in limits}
        limits |= {Decimal(a) // Decimal(b) for a in limits for b in limits if b}
    around = {value + move for value in limits for move in (-step, 0, step)}
    if fact.type is FactType.WHOLE:
        around = {int(value) for value in around}
    low, high = cast("int | Decimal | None", fact.low), cast("int | Decimal | None", fact.high)
    yield from sorted(value for value in around if (low is None or value >= low) and (high is None or value <= high))


def _days(fact: Fact, trees: Sequence[Node], family: Family, as_of: date) -> set[date]:
    days = {as_of}
    for comparison in comparisons_of(fact, trees):
        for node in comparison.walk():
            if isinstance(node, AsOf):
                days.add(node.on(as_of))
            elif isinstance(node, Literal) and isinstance(node.constant, date) and node.constant != NONE_DATE:
                days.add(node.constant)
        for value in _values_beside(fact, comparison, family):
            if isinstance(value, Range) and isinstance(value.low, date) and not value.is_none_date:
                days |= {value.low, value.high}
    return {shift_days(day, move) for day in days for move in (-1, 0, 1)}
