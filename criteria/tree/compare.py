"""Comparisons, one class for each kind of value, and `in`.

`Compare` itself is for single values (numbers, booleans, text, codes by `==`); ages, dates, ordered codes and numbers
of members know what their ends or their order mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlglot import exp

from criteria import engines
from criteria.catalogue import Fact, FactType
from criteria.dates import NONE_DATE, latest_start
from criteria.tree.base import Columns, Condition, Node, Root, Speech, World, grouped
from criteria.tree.facts import Derived, FactNode
from criteria.tree.numbers import Arithmetic
from criteria.tree.values import AsOf, Literal
from criteria.values import Range, Truth, both, compare, compare_dates, either, opposite

_PATTERNS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
# How often a comparison of ranges writes an end of a side.
ENDS_WRITTEN = 4
OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
TURNED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _noun(node: Node, speech: Speech) -> str:
    """A boolean fact beside `==` is named, not affirmed."""
    if isinstance(node, FactNode):
        return speech.fact(node.root, node.fact)
    simple = node.type is not FactType.BOOL or isinstance(node, Literal)
    return node.words(speech) if simple else speech.say("group", text=node.words(speech))


@dataclass(frozen=True)
class Compare(Condition):
    """`left operator right` on single values; unknown when one side is."""

    operator: str
    left: Node
    right: Node

    # which words to look for first: age_ge, date_lt, …
    kind = "value"

    @property
    def children(self) -> tuple[Node, ...]:
        return self.left, self.right

    def value(self, world: World) -> Truth:
        left, right = self.left.value(world), self.right.value(world)
        if left is None or right is None:
            return None
        return compare(self.operator, Range.of(left), Range.of(right))

    def sql(self, columns: Columns) -> exp.Expr:
        return engines.compare(self.operator, self._side(columns, self.left), self._side(columns, self.right))

    def _side(self, columns: Columns, node: Node) -> exp.Expr:
        if node.type is FactType.BOOL:
            return columns.condition(node)
        return self._exact(columns, node.sql(columns))

    def _exact(self, columns: Columns, side: exp.Expr) -> exp.Expr:
        """A side with all the places that both sides need, where the engine would not keep them by itself."""
        if FactType.DECIMAL not in (self.left.type, self.right.type):
            return side
        if all(isinstance(node, FactNode | Literal) for node in (self.left, self.right)):
            return side
        return columns.engine.exact(side, max(self.left.places, self.right.places))

    def _ends(self, columns: Columns, node: Node) -> tuple[exp.Expr, exp.Expr]:
        low, high = node.sql_range(columns)
        return self._exact(columns, low), self._exact(columns, high)

    def words(self, speech: Speech) -> str:
        return self._said(speech, self.operator)

    def denied(self, speech: Speech) -> str:
        return self._said(speech, OPPOSITES[self.operator])

    def _said(self, speech: Speech, operator: str) -> str:
        pattern = _PATTERNS[operator]
        left, right = _noun(self.left, speech), _noun(self.right, speech)
        return speech.say(f"{self.kind}_{pattern}", f"compare_{pattern}", left=left, right=right)


@dataclass(frozen=True)
class CompareRanges(Compare):
    """Numbers of members: decided only if every pair of values agrees."""

    kind = "number"

    @property
    def weight(self) -> int:
        return ENDS_WRITTEN * super().weight

    def sql(self, columns: Columns) -> exp.Expr:
        left, right = self._ends(columns, self.left), self._ends(columns, self.right)
        answer = ranges_sql(self.operator, left, right)
        unsafe = [
            engines.is_null(end.copy())
            for node, ends in ((self.left, left), (self.right, right))
            if any(isinstance(part, Arithmetic) and part.ranged and not part.safe for part in node.walk())
            for end in ends
        ]
        return engines.case((engines.any_of(unsafe), engines.null()), default=answer) if unsafe else answer


def ranges_sql(operator: str, left: tuple[exp.Expr, exp.Expr], right: tuple[exp.Expr, exp.Expr]) -> exp.Expr:
    """`values.compare` in SQL; NULL ends fall through to unknown."""
    if operator == "!=":
        return engines.negation(ranges_sql("==", left, right))
    if operator in (">", ">="):
        return ranges_sql("<" if operator == ">" else "<=", right, left)
    (a, z), (b, y) = left, right
    if operator in ("<", "<="):
        yes = engines.compare(operator, z, b)
        no = engines.compare(OPPOSITES[operator], a, y)
    else:
        single = [engines.compare("==", a, z), engines.compare("==", b, y), engines.compare("==", a.copy(), b.copy())]
        yes = engines.all_of(single)
        no = engines.any_of([engines.compare("<", z.copy(), b.copy()), engines.compare(">", a.copy(), y.copy())])
    return engines.case((yes, engines.boolean(True)), (no, engines.boolean(False)))


@dataclass(frozen=True)
class CompareDates(Compare):
    """Dates; one that does not apply is in no order with any date, and equal only to `none`."""

    kind = "date"

    @property
    def weight(self) -> int:
        return ENDS_WRITTEN * super().weight

    def value(self, world: World) -> Truth:
        left, right = self.left.value(world), self.right.value(world)
        if left is None or right is None:
            return None
        return compare_dates(self.operator, cast(Range, left), cast(Range, right))

    def denied(self, speech: Speech) -> str:
        # “not before” is not “on or after” for a date that does not apply
        if self.operator in ("==", "!="):
            return self._said(speech, OPPOSITES[self.operator])
        return speech.say("not", text=self.words(speech))

    def _said(self, speech: Speech, operator: str) -> str:
        for this, other in ((self.left, self.right), (self.right, self.left)):
            if isinstance(other, Literal) and other.is_none and operator in ("==", "!="):
                return speech.say(f"none_{_PATTERNS[operator]}", left=_noun(this, speech))
        return super()._said(speech, operator)

    def sql(self, columns: Columns) -> exp.Expr:
        if any(isinstance(node, FactNode) and node.fact.imprecise for node in self.walk()):
            return self._imprecise(columns)
        answer = engines.compare(self.operator, self.left.sql(columns), self.right.sql(columns))
        if self.operator in ("==", "!="):
            return answer
        # the stored none is earlier than every date: on the early side it must not pass for one
        early, late = (self.left, self.right) if self.operator in ("<", "<=") else (self.right, self.left)
        if not _may_not_apply(early):
            return answer
        applies = engines.compare("!=", early.sql(columns), engines.day(NONE_DATE))
        if isinstance(late, Literal | AsOf):
            return engines.all_of([answer, applies])
        # the other date may be missing, and then nothing is decided
        return engines.all_of([answer, engines.any_of([applies, engines.is_null(late.sql(columns))])])

    def _imprecise(self, columns: Columns) -> exp.Expr:
        left, right = self.left.sql_range(columns), self.right.sql_range(columns)
        if self.operator in ("==", "!="):
            # the stored none is before every date and so equal only to itself: the ranges say so by themselves
            return ranges_sql(self.operator, left, right)
        turned = self.operator in (">", ">=")
        early, late = (self.right, self.left) if turned else (self.left, self.right)
        answer = ranges_sql(self.operator, left, right)
        if not _may_not_apply(early):
            return answer
        first, other = (right[0], left[0]) if turned else (left[0], right[0])
        nowhere = engines.compare("==", first.copy(), engines.day(NONE_DATE))
        arms = [(nowhere, engines.boolean(False))]
        if not isinstance(late, Literal | AsOf):
            # the other date may be missing, and then nothing is decided
            arms.insert(0, (engines.is_null(other.copy()), engines.null()))
        return engines.case(*arms, default=answer)


def _may_not_apply(node: Node) -> bool:
    """This date can be `none`."""
    return node.is_none if isinstance(node, Literal) else not isinstance(node, AsOf)


def born_by_sql(columns: Columns, root: Root, cut_off: exp.Expr, born_by: bool) -> exp.Expr:
    """Born on or before the cut-off (or after it): unknown only where the birth interval straddles it."""
    first, last = columns.birth(root)
    by, after = engines.compare("<=", last, cut_off), engines.compare(">", first, cut_off.copy())
    arms = [(by, engines.boolean(born_by)), (after, engines.boolean(not born_by))]
    return engines.case(*(arms if born_by else reversed(arms)))


@dataclass(frozen=True)
class CompareAge(Compare):
    """An age with a whole literal: the birth against cut-offs worked out here."""

    left: FactNode
    right: Literal

    kind = "age"

    @property
    def step(self) -> int:
        """Months in one unit of this age."""
        return 12 if self.left.fact.type is FactType.AGE_YEARS else 1

    def limits(self) -> list[tuple[int, bool]]:
        """The comparison as parts that must all hold: (age in months, reached or not yet reached)."""
        n = cast(int, self.right.constant)
        this, following = n * self.step, (n + 1) * self.step
        return {
            ">=": [(this, True)],
            ">": [(following, True)],
            "<": [(this, False)],
            "<=": [(following, False)],
            "==": [(this, True), (following, False)],
            "!=": [(this, True), (following, False)],
        }[self.operator]

    def value(self, world: World) -> Truth:
        birth = self.left.value(world)
        if birth is None:
            return None
        parts = []
        for months, reached in self.limits():
            cut_off = latest_start(world.as_of, months)
            parts.append(compare("<=" if reached else ">", cast(Range, birth), Range(cut_off, cut_off)))
        result = both(parts)
        return opposite(result) if self.operator == "!=" else result

    def sql(self, columns: Columns) -> exp.Expr:
        parts = [self._part(columns, months, reached) for months, reached in self.limits()]
        result = engines.all_of(parts)
        return engines.negation(result) if self.operator == "!=" else result

    def _part(self, columns: Columns, months: int, reached: bool) -> exp.Expr:
        if months <= 0:
            # a birth interval is cut at the date: who is born at all has reached it
            operator = "<=" if reached else ">"
            return engines.compare(operator, columns.birth(self.left.root)[0], engines.day(columns.as_of))
        return born_by_sql(columns, self.left.root, engines.day(latest_start(columns.as_of, months)), reached)


def list_of(node: Node) -> Fact | None:
    """A fact whose code list the values of this node are from; None when it is no code."""
    if node.type is not FactType.CODE:
        return None
    if isinstance(node, FactNode | Derived | Literal):
        return node.fact
    return next((fact for child in node.children if (fact := list_of(child)) is not None), None)


@dataclass(frozen=True)
class CompareCodes(Compare):
    """`< <= > >=` on codes of an ordered list: the order is that of the list, not of the letters."""

    kind = "code"

    @property
    def fact(self) -> Fact:
        """A fact of the list that both sides are from."""
        fact = list_of(self.left) or list_of(self.right)
        assert fact is not None
        return fact

    @property
    def weight(self) -> int:
        ranked = not isinstance(self.left, Literal) and not isinstance(self.right, Literal)
        return super().weight * (len(self.fact.codes) if ranked else 2)

    def value(self, world: World) -> Truth:
        left, right = self.left.value(world), self.right.value(world)
        if left is None or right is None:
            return None
        codes = self.fact.codes
        a, b = codes.index(cast(str, left)), codes.index(cast(str, right))
        return compare(self.operator, Range(a, a), Range(b, b))

    def sql(self, columns: Columns) -> exp.Expr:
        if isinstance(self.right, Literal):
            return self._against(columns, self.left, self.operator, self.right)
        if isinstance(self.left, Literal):
            return self._against(columns, self.right, TURNED[self.operator], self.left)
        return engines.compare(self.operator, self._rank(columns, self.left), self._rank(columns, self.right))

    def _against(self, columns: Columns, node: Node, operator: str, literal: Literal) -> exp.Expr:
        limit = self.fact.codes.index(cast(str, literal.constant))
        meant = [
            code
            for rank, code in enumerate(self.fact.codes)
            if compare(operator, Range(rank, rank), Range(limit, limit))
        ]
        if not meant:
            # false of every code, and unknown when missing
            return engines.compare("!=", node.sql(columns), node.sql(columns))
        return engines.one_of(
            node.sql(columns), [Literal(self.span, code, FactType.CODE, self.fact).sql(columns) for code in meant]
        )

    def _rank(self, columns: Columns, node: Node) -> exp.Expr:
        fact = self.fact
        return engines.case(
            *(
                (
                    engines.compare(
                        "==", node.sql(columns), Literal(self.span, code, FactType.CODE, fact).sql(columns)
                    ),
                    engines.number(rank),
                )
                for rank, code in enumerate(fact.codes)
            )
        )


@dataclass(frozen=True)
class In(Condition):
    """`item in [a, b]` is `item == a || item == b`; `same` are those comparisons."""

    item: Node
    choices: tuple[Literal, ...]
    same: tuple[Compare, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        return self.item, *self.choices

    @property
    def weight(self) -> int:
        return super().weight if self._at_once else len(self.same) * self.same[0].weight

    @property
    def _at_once(self) -> bool:
        """The engine's own IN says the same; dates, and decimals that were worked out, are compared one by one."""
        exact = self.item.type is not FactType.DECIMAL or isinstance(self.item, FactNode)
        return exact and all(type(comparison) is Compare for comparison in self.same)

    def value(self, world: World) -> Truth:
        return either(world.each(comparison.value(world) for comparison in self.same))

    def sql(self, columns: Columns) -> exp.Expr:
        if self._at_once:
            return engines.one_of(self.item.sql(columns), [choice.sql(columns) for choice in self.choices])
        return engines.any_of([comparison.sql(columns) for comparison in self.same])

    def words(self, speech: Speech) -> str:
        return self._said(speech, "in")

    def denied(self, speech: Speech) -> str:
        return self._said(speech, "in_not")

    def _said(self, speech: Speech, pattern: str) -> str:
        if len(self.same) == 1:
            return self.same[0].words(speech) if pattern == "in" else self.same[0].denied(speech)
        choices = speech.join("list_or", [choice.words(speech) for choice in self.choices])
        return speech.say(pattern, left=_noun(self.item, speech), choices=choices)


@dataclass(frozen=True)
class InSet(Condition):
    """`'code' in fact` for a fact of several codes."""

    choice: Literal
    of: FactNode

    @property
    def children(self) -> tuple[Node, ...]:
        return self.choice, self.of

    def value(self, world: World) -> Truth:
        codes = self.of.value(world)
        return None if codes is None else self.choice.constant in cast("frozenset[str]", codes)

    def sql(self, columns: Columns) -> exp.Expr:
        return columns.engine.contains(self.of.sql(columns), engines.text(cast(str, self.choice.constant)))

    def words(self, speech: Speech) -> str:
        return speech.say("in_set", choice=self.choice.words(speech), left=grouped(self.of, speech))

    def denied(self, speech: Speech) -> str:
        return speech.say("in_set_not", choice=self.choice.words(speech), left=grouped(self.of, speech))
