"""Which values of one fact the atoms of a rule leave: the ground of “contradiction” and “always true”.

Values are mapped to whole numbers (a decimal to its ten-thousandths, a date to its day, an age to months, a code to its
rank), so that one kind of set, a union of closed intervals, serves every type.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from criteria.catalogue import Fact, FactType
from criteria.dates import NONE_DATE
from criteria.tree import (
    And,
    AsOf,
    Compare,
    CompareAge,
    Count,
    Derived,
    FactNode,
    In,
    Literal,
    Node,
    Not,
    Or,
)
from criteria.tree.compare import TURNED, list_of

FAR = 10**40
# where “does not apply” stands among the dates
NO_DATE = -FAR


@dataclass(frozen=True)
class Values:
    """A union of closed intervals of whole numbers, in order and apart from each other."""

    intervals: tuple[tuple[int, int], ...]

    def __and__(self, other: Values) -> Values:
        # both in step: a list may hold thousands of values
        found = []
        mine, others = list(reversed(self.intervals)), list(reversed(other.intervals))
        while mine and others:
            low, high = max(mine[-1][0], others[-1][0]), min(mine[-1][1], others[-1][1])
            if low <= high:
                found.append((low, high))
            (mine if mine[-1][1] <= others[-1][1] else others).pop()
        return Values(tuple(found))

    def without(self, other: Values) -> Values:
        after = [-2 * FAR, *(high + 1 for _, high in other.intervals)]
        before = [*(low - 1 for low, _ in other.intervals), 2 * FAR]
        return self & Values(tuple((low, high) for low, high in zip(after, before, strict=True) if low <= high))

    @property
    def empty(self) -> bool:
        return not self.intervals


DATES = Values(((NO_DATE + 1, FAR),))


@dataclass(frozen=True)
class Atom:
    """A condition on one fact: `key` says which, `meant` which values it leaves of `universe`."""

    node: Node
    key: Hashable
    name: str
    universe: Values
    meant: Values


def conjunction(tree: Node, positive: bool = True, at: Node | None = None) -> Iterator[tuple[Node, bool, Node]]:
    """The atoms joined by `&&` (a derived fact opened too): node, affirmed or denied, and where to point."""
    where = at or tree
    if isinstance(tree, Not):
        yield from conjunction(tree.part, not positive, at)
    elif isinstance(tree, And if positive else Or):
        for part in tree.children:
            yield from conjunction(part, positive, at)
    else:
        yield tree, positive, where
        if isinstance(tree, Derived) and tree.type is FactType.BOOL:
            yield from conjunction(tree.body, positive, where)


def atom(node: Node, positive: bool = True) -> Atom | None:
    """The values a condition leaves; None when it is not about one fact and literals."""
    found = _atom(node)
    if found is None or positive:
        return found
    return Atom(found.node, found.key, found.name, found.universe, found.universe.without(found.meant))


def _atom(node: Node) -> Atom | None:
    if isinstance(node, FactNode) and node.type is FactType.BOOL:
        return Atom(node, node, _name(node), Values(((0, 1),)), Values(((1, 1),)))
    if isinstance(node, In):
        parts = [_atom(comparison) for comparison in node.same]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts) or len({part.key for part in known}) != 1:
            return None
        meant = tuple(sorted({interval for part in known for interval in part.meant.intervals}))
        return Atom(node, known[0].key, known[0].name, known[0].universe, Values(meant))
    if isinstance(node, CompareAge):
        return _age(node)
    if isinstance(node, Compare):
        return _compare(node)
    return None


def _name(node: Node) -> str:
    if isinstance(node, FactNode | Derived):
        return f"{'m' if node.root == 'member' else node.root}.{node.fact.code}"
    return "the number of members" if isinstance(node, Count) else "the number"


def _age(node: CompareAge) -> Atom:
    fact, step = node.left.fact, node.step
    low, high = fact.low, fact.high
    assert isinstance(low, int) and isinstance(high, int) and isinstance(node.right.constant, int)
    universe = Values(((low * step, high * step + step - 1),))
    meant = universe
    for months, reached in node.limits():
        meant = meant & Values((((months, FAR) if reached else (-FAR, months - 1)),))
    if node.operator == "!=":
        meant = universe.without(meant)
    return Atom(node, ("age", node.left.root), _name(node.left), universe, meant)


def _compare(node: Compare) -> Atom | None:
    left, right, operator = node.left, node.right, node.operator
    if isinstance(left, Literal | AsOf):
        left, right, operator = right, left, TURNED[operator]
    if not isinstance(right, Literal | AsOf) or isinstance(left, Literal | AsOf):
        return None
    if left.type is FactType.TEXT:
        return _text(node, left, right, operator)
    moving = isinstance(right, AsOf)
    universe = _universe(left, moving)
    meant = _meant(operator, _place(left, right)) & universe
    if left.type is not FactType.DATE:
        return Atom(node, left, _name(left), universe, meant)
    if operator not in ("==", "!="):
        meant = meant & DATES
    # a date against the moving date and against a fixed one are two different scales
    return Atom(node, (left, moving), _name(left), universe, meant)


def _meant(operator: str, place: Fraction) -> Values:
    if operator in ("==", "!="):
        same = Values(((int(place), int(place)),) if place.denominator == 1 else ())
        return same if operator == "==" else Values(((-2 * FAR, 2 * FAR),)).without(same)
    if operator == "<":
        return Values(((-2 * FAR, ceil(place) - 1),))
    if operator == "<=":
        return Values(((-2 * FAR, floor(place)),))
    return Values(((floor(place) + 1 if operator == ">" else ceil(place), 2 * FAR),))


def _text(node: Node, left: Node, right: Node, operator: str) -> Atom | None:
    """Texts have no order here: each is a point of its own, far from all others."""
    if not isinstance(right, Literal):
        return None
    written = str(right.constant).encode()
    if len(written) > 16:
        return None
    place = Fraction(int.from_bytes(written.ljust(16, b"\0"), "big"))
    anything = Values(((-FAR, FAR),))
    return Atom(node, left, _name(left), anything, _meant(operator, place) & anything)


def _universe(left: Node, moving: bool) -> Values:
    fact: Fact | None = left.fact if isinstance(left, FactNode) else None
    listed = list_of(left)
    if listed is not None:
        return Values(((0, len(listed.codes) - 1),))
    if left.type is FactType.BOOL:
        return Values(((0, 1),))
    low = None if fact is None else fact.low
    if isinstance(left, Count) or (fact is not None and fact.counts_members):
        low = 0
    high = None if fact is None else fact.high
    first = -FAR + 1 if low is None or moving else floor(_scaled(left, low))
    last = FAR if high is None or moving else ceil(_scaled(left, high))
    return Values(((NO_DATE, NO_DATE), (first, last)) if left.type is FactType.DATE else ((first, last),))


def _scaled(left: Node, value: int | Decimal | date) -> Fraction:
    """A value in the smallest steps that the left side can take."""
    if isinstance(value, date):
        return Fraction(NO_DATE if value == NONE_DATE else value.toordinal())
    return Fraction(value) * Fraction(10**left.places)


def _place(left: Node, right: Literal | AsOf) -> Fraction:
    if isinstance(right, AsOf):
        return Fraction(right.days)
    constant = right.constant
    if isinstance(constant, bool):
        return Fraction(int(constant))
    if isinstance(constant, str):
        fact = list_of(right)
        assert fact is not None
        return Fraction(fact.codes.index(constant))
    return _scaled(left, constant)
