"""Which types go together: comparisons, `in`, arithmetic, and the two results of a choice.

Mixed into the Reader: it needs `value`, `refuse` and `written` of it, and gives typed nodes back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import NoReturn

from criteria import syntax as syn
from criteria.catalogue import Catalogue, Fact, FactType
from criteria.tree import (
    Arithmetic,
    AsOf,
    Compare,
    CompareAge,
    CompareCodes,
    CompareDates,
    CompareRanges,
    Derived,
    FactNode,
    In,
    InSet,
    Literal,
    Node,
    Span,
)
from criteria.tree.compare import TURNED, list_of
from criteria.tree.numbers import PLACES_LIMIT

_ORDERINGS = ("<", "<=", ">", ">=")
_DESCRIPTIONS = {
    FactType.BOOL: "a condition",
    FactType.WHOLE: "a whole number",
    FactType.DECIMAL: "a decimal number",
    FactType.DATE: "a date",
    FactType.CODE: "a code",
    FactType.TEXT: "a text",
    FactType.SET: "a fact of several codes",
    FactType.AGE_YEARS: "an age",
    FactType.AGE_MONTHS: "an age in months",
}


class Typing(ABC):
    """The type rules; a method refuses at the place in the text that does not fit, and proposes what would."""

    catalogue: Catalogue

    @abstractmethod
    def value(self, syntax: syn.Syntax) -> Node: ...
    @abstractmethod
    def refuse(self, at: syn.Syntax | int, key: str, proposal: str | None = None, **params: object) -> NoReturn: ...
    @abstractmethod
    def span(self, syntax: syn.Syntax) -> Span: ...
    @abstractmethod
    def written(self, part: syn.Syntax | Node) -> str: ...

    def describe(self, node: Node) -> str:
        found = _DESCRIPTIONS[node.type]
        fact = fact_of(node)
        if fact is not None:
            return f"{fact.code} ({found.removeprefix('a ').removeprefix('an ')})"
        if isinstance(node, Literal) and node.is_none:
            return "none"
        return found

    # --- binary ----------------------------------------------------------------------------------------------------

    def binary(self, syntax: syn.Binary) -> Node:
        if syntax.operator == "in":
            return self.contained(syntax)
        left, right = self.value(syntax.left), self.value(syntax.right)
        if syntax.operator in ("+", "-", "*", "/", "%"):
            return self.arithmetic(syntax, left, right)
        return self.comparison(syntax, syntax.operator, syntax.left, left, syntax.right, right)

    def comparison(
        self, at: syn.Syntax, operator: str, left_at: syn.Syntax, left: Node, right_at: syn.Syntax, right: Node
    ) -> Compare:
        """A typed comparison, refused where the two sides do not go together."""
        span = self.span(at)
        for side_at, side in ((left_at, left), (right_at, right)):
            if side.type is FactType.SET:
                self.refuse(side_at, "set_compare", self.set_proposal(side), name=self.written(side_at))
        if left.type.is_age or right.type.is_age:
            return self.age_comparison(span, operator, left_at, left, right_at, right)
        left, right = self.as_code(left_at, left, right), self.as_code(right_at, right, left)
        self.comparable(left_at, left, right_at, right)
        if operator in _ORDERINGS:
            self.ordered(at if not isinstance(at, syn.Binary) else left_at, operator, left, right)
        self.within(left_at, left, right)
        self.within(right_at, right, left)
        if left.type is FactType.DATE:
            return CompareDates(span, operator, left, right)
        if left.type is FactType.CODE and operator in _ORDERINGS:
            return CompareCodes(span, operator, left, right)
        kind = CompareRanges if left.ranged or right.ranged else Compare
        return kind(span, operator, left, right)

    def set_proposal(self, side: Node) -> str | None:
        fact = fact_of(side)
        return f"'{fact.codes[0]}' in {self.written(side)}" if fact else None

    def age_comparison(
        self, span: Span, operator: str, left_at: syn.Syntax, left: Node, right_at: syn.Syntax, right: Node
    ) -> CompareAge:
        if not left.type.is_age:
            left_at, left, right_at, right, operator = right_at, right, left_at, left, TURNED[operator]
        if not isinstance(left, FactNode):
            self.refuse(left_at, "age_literal")
        if not isinstance(right, Literal) or right.type is not FactType.WHOLE:
            nearest = None
            if isinstance(right, Literal) and isinstance(right.constant, Decimal):
                nearest = f"{self.written(left_at)} {operator} {int(right.constant)}"
            self.refuse(right_at, "age_literal", nearest)
        limit = Literal(right.span, right.constant, left.type, left.fact)
        self.within(right_at, limit, left)
        return CompareAge(span, operator, left, limit)

    def as_code(self, at: syn.Syntax, side: Node, other: Node) -> Node:
        """A literal beside a code is a code of its list."""
        fact = list_of(other)
        if not isinstance(side, Literal) or fact is None:
            return side
        return self.code_literal(at, side, fact)

    def code_literal(self, at: syn.Syntax, side: Literal, fact: Fact) -> Literal:
        constant = side.constant
        if isinstance(constant, bool | date | Decimal):
            self.refuse(at, "types_differ", left=fact.code, right=self.describe(side))
        written = constant if isinstance(constant, str) else str(constant)
        if isinstance(constant, int) != fact.numeric_codes:
            fitting = written if fact.numeric_codes else f"'{written}'"
            key = "code_as_text" if fact.numeric_codes else "code_as_number"
            self.refuse(at, key, fitting if written in fact.codes else None, name=fact.code)
        if written not in fact.codes:
            near = get_close_matches(written, fact.codes, 1)
            proposal = near[0] if near else None
            if proposal is not None and not fact.numeric_codes:
                proposal = f"'{proposal}'"
            self.refuse(at, "not_in_list", proposal, value=written, name=fact.code)
        return Literal(side.span, written, FactType.CODE, fact)

    def comparable(self, left_at: syn.Syntax, left: Node, right_at: syn.Syntax, right: Node) -> None:
        if left.type is right.type:
            if left.type is FactType.CODE:
                self.of_one_list(right_at, left, right)
            return
        if left.type.is_number and right.type.is_number:
            return
        for side_at, side, other in ((left_at, left, right), (right_at, right, left)):
            if isinstance(side, Literal) and side.is_none:
                self.refuse(side_at, "none_not_date", f"!has({self.written(other)})" if fact_of(other) else None)
        if FactType.DATE in (left.type, right.type) and FactType.TEXT in (left.type, right.type):
            at, text = (left_at, left) if left.type is FactType.TEXT else (right_at, right)
            if isinstance(text, Literal):
                proposal = f"date('{text.constant}')"
                self.refuse(at, "types_differ", proposal, left=self.describe(left), right=self.describe(right))
        self.refuse(right_at, "types_differ", left=self.describe(left), right=self.describe(right))

    def of_one_list(self, at: syn.Syntax, left: Node, right: Node) -> None:
        first, second = list_of(left), list_of(right)
        if first is not None and second is not None and not same_list(first, second):
            self.refuse(at, "other_list", left=first.code, right=second.code)

    def ordered(self, at: syn.Syntax, operator: str, left: Node, right: Node) -> None:
        for side in (left, right):
            fact = list_of(side)
            if side.type is FactType.CODE and fact is not None and not fact.ordered:
                self.refuse(
                    at, "no_order", self.list_proposal(left, right), found=self.describe(side), operator=operator
                )
            if side.type in (FactType.BOOL, FactType.TEXT):
                self.refuse(at, "no_order", found=self.describe(side), operator=operator)

    def list_proposal(self, left: Node, right: Node) -> str | None:
        """`id_poor <= 2` of an unordered list: name the codes."""
        sides = [side for side in (left, right) if isinstance(side, FactNode)]
        if len(sides) != 1:
            return None
        codes = ", ".join(code if sides[0].fact.numeric_codes else f"'{code}'" for code in sides[0].fact.codes[:2])
        return f"{self.written(sides[0])} in [{codes}]"

    def within(self, at: syn.Syntax, side: Node, other: Node) -> None:
        """A literal beside a fact lies in the fact's range."""
        fact = fact_of(other)
        if fact is None or not isinstance(side, Literal) or side.type is FactType.CODE:
            return
        constant, low, high = side.constant, fact.low, fact.high
        if isinstance(constant, bool | str) or side.is_none:
            return
        below = low is not None and constant < low  # type: ignore[operator]
        above = high is not None and constant > high  # type: ignore[operator]
        if below or above:
            nearest = low if below else high
            shown = f"date('{nearest}')" if isinstance(nearest, date) else str(nearest)
            self.refuse(
                at, "out_of_range", shown, value=constant, name=fact.code,
                low="…" if low is None else low, high="…" if high is None else high,
            )  # fmt: skip

    # --- in --------------------------------------------------------------------------------------------------------

    def contained(self, syntax: syn.Binary) -> Node:
        right = syn.plain(syntax.right)
        if isinstance(right, syn.ListOf):
            return self.in_list(syntax, right)
        of = self.value(syntax.right)
        if of.type is not FactType.SET or not isinstance(of, FactNode):
            proposal = (
                f"{self.written(syntax.left)} in [{self.written(syntax.right)}]" if isinstance(of, Literal) else None
            )
            self.refuse(syntax.right, "in_needs_list", proposal)
        choice = self.value(syntax.left)
        if not isinstance(choice, Literal) or not isinstance(choice.constant, str):
            self.refuse(syntax.left, "set_member", f"'{of.fact.codes[0]}' in {self.written(syntax.right)}")
        if choice.constant not in of.fact.codes:
            near = get_close_matches(choice.constant, of.fact.codes, 1)
            self.refuse(
                syntax.left, "not_in_list", f"'{near[0]}'" if near else None, value=choice.constant, name=of.fact.code
            )
        return InSet(self.span(syntax), Literal(choice.span, choice.constant, FactType.CODE, of.fact), of)

    def in_list(self, syntax: syn.Binary, listed: syn.ListOf) -> In:
        item = self.value(syntax.left)
        if not listed.items:
            self.refuse(listed, "in_empty")
        same: list[Compare] = []
        for choice_at in listed.items:
            choice = self.value(choice_at)
            if not isinstance(choice, Literal):
                proposal = f"{self.written(syntax.left)} == {self.written(choice_at)}"
                self.refuse(choice_at, "in_literals", proposal if isinstance(choice, FactNode | AsOf) else None)
            same.append(self.comparison(choice_at, "==", syntax.left, item, choice_at, choice))
        choices = tuple(part.right for part in same if isinstance(part.right, Literal))
        return In(self.span(syntax), item, choices, tuple(same))

    # --- arithmetic ------------------------------------------------------------------------------------------------

    def arithmetic(self, syntax: syn.Binary, left: Node, right: Node) -> Node:
        operator = syntax.operator
        if FactType.DATE in (left.type, right.type):
            return self.date_arithmetic(syntax, left, right)
        for at, side in ((syntax.left, left), (syntax.right, right)):
            if not side.type.is_number:
                self.refuse(at, "arithmetic_type", found=self.describe(side))
        decimal = FactType.DECIMAL in (left.type, right.type)
        if operator in ("/", "%"):
            if decimal:
                self.refuse(syntax.operator_position, "decimal_division", operator=operator)
            if isinstance(right, Literal) and right.constant == 0:
                self.refuse(syntax.right, "zero_division")
        if left.ranged or right.ranged:
            self.range_arithmetic(syntax, left, right)
        result = Arithmetic(self.span(syntax), operator, left, right)
        if result.places > PLACES_LIMIT:
            self.refuse(syntax.operator_position, "decimal_places")
        return result

    def range_arithmetic(self, syntax: syn.Binary, left: Node, right: Node) -> None:
        """Numbers of members: `+ -` freely, `* /` only by a whole literal that is not zero, no `%`."""
        operator = syntax.operator
        if operator in ("+", "-"):
            return
        if operator == "%":
            self.refuse(syntax.operator_position, "count_remainder")
        factor_at, factor = (syntax.right, right) if left.ranged else (syntax.left, left)
        divides_by_count = operator == "/" and right.ranged
        whole = isinstance(factor, Literal) and factor.type is FactType.WHOLE and factor.constant != 0
        if divides_by_count or not whole:
            self.refuse(factor_at, "count_multiply")

    def date_arithmetic(self, syntax: syn.Binary, left: Node, right: Node) -> Node:
        operator = syntax.operator
        if left.type is FactType.DATE and right.type is FactType.DATE:
            proposal = None
            if operator == "-" and isinstance(left, AsOf) and isinstance(right, FactNode | Derived):
                proposal = f"{self.written(right)} >= as_of - 90"
            elif operator == "-" and isinstance(left, FactNode | Derived):
                proposal = f"{self.written(left)} <= as_of + 90"
            self.refuse(syntax.operator_position, "date_difference", proposal)
        if isinstance(right, AsOf) and operator == "+" and isinstance(left, Literal):
            self.refuse(syntax, "as_of_days", f"as_of + {self.written(syntax.left)}")
        whole = isinstance(right, Literal) and right.type is FactType.WHOLE
        if not isinstance(left, AsOf) or left.days or operator not in ("+", "-") or not whole:
            proposal = None
            if isinstance(left, FactNode | Derived) and operator in ("+", "-") and whole:
                turned = "-" if operator == "+" else "+"
                proposal = f"{self.written(left)} >= as_of {turned} {self.written(syntax.right)}"
            self.refuse(syntax, "as_of_days", proposal)
        assert isinstance(right, Literal) and isinstance(right.constant, int)
        return AsOf(self.span(syntax), right.constant if operator == "+" else -right.constant)

    # --- choice ----------------------------------------------------------------------------------------------------

    def same_kind(self, yes_at: syn.Syntax, yes: Node, no_at: syn.Syntax, no: Node) -> tuple[Node, Node]:
        """Both results of `? :` in one type; a literal beside a code becomes a code."""
        yes, no = self.as_code(yes_at, yes, no), self.as_code(no_at, no, yes)
        for at, side in ((yes_at, yes), (no_at, no)):
            if side.type.is_age:
                self.refuse(at, "age_literal")
            if side.type is FactType.SET:
                self.refuse(at, "set_compare", self.set_proposal(side), name=self.written(at))
        if yes.type is not no.type:
            widened = f"{self.written(no_at)}.0" if isinstance(no, Literal) and yes.type is FactType.DECIMAL else None
            self.refuse(no_at, "arms_differ", widened, left=self.describe(yes), right=self.describe(no))
        if yes.type is FactType.CODE:
            self.of_one_list(no_at, yes, no)
        return yes, no


def same_list(first: Fact, second: Fact) -> bool:
    """The same digits kept once as text and once as numbers are two lists, and no engine compares them."""
    return first.codes == second.codes and first.stored_as_number == second.stored_as_number


def fact_of(node: Node) -> Fact | None:
    """The fact that a node reads."""
    if isinstance(node, FactNode | Derived):
        return node.fact
    return None
