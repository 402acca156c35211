"""Faults a compiler could have, each planted by name into the compiler for the length of a test.

Only what makes SQL is spoilt. The interpreter's answers have been worked out before, so a spoilt piece that both
readers use is a fault of the SQL alone. `PLANTED` is the list; `docs` say what an author would have got wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from criteria import compile as compiling
from criteria import engines, relations, scopes
from criteria.dates import SchoolYears, fresh_since, last_day, latest_start
from criteria.engines import Engine, column, compare, day
from criteria.relations import Layer
from criteria.tree import (
    All,
    Arithmetic,
    AsOf,
    Compare,
    CompareCodes,
    CompareRanges,
    Count,
    Derived,
    Enrolled,
    Exists,
    Has,
    If,
    In,
    InArea,
    InSet,
    Not,
)
from criteria.tree import compare as comparisons
from criteria.tree.values import Literal
from tests.equality.comparing import BATCH, Answered, Loaded

Plant = Callable[[pytest.MonkeyPatch], None]
PLANTED: dict[str, Plant] = {}
# Those that every test run plants; `./run bench equality` plants them all.
NAMED = (
    "bool_or for exists",
    "A plain ELSE in a choice: the unknown condition takes the second arm",
    "A member of whom it is unknown is lost from the count",
    "The interval of a count taken as exact, at its upper end",
    "Who is born on 29 February has the birthday on 28 February",
    "A period does not include its last day",
    "A stale answer is kept",
    "The start of a school year does not end an answer",
    "An estimated birth is taken as exact",
    "A date that does not apply is compared as a date",
    "The enrolment of a household does not count for its members",
    "The status recorded last, instead of the one begun last",
    "Overflow is not guarded",
    "Whole division goes down instead of toward zero",
)
Compiler: Any = compiling.Compiler
Scope: Any = scopes.Scope


def planted(plant: Plant) -> Plant:
    """List a fault under what its documentation says."""
    assert plant.__doc__
    PLANTED[plant.__doc__.rstrip(".")] = plant
    return plant


def _aggregated(patch: pytest.MonkeyPatch, kind: type, spoil: Callable[[Any, Any, tuple[Any, ...]], Any]) -> None:
    honest = Compiler.aggregated

    def spoilt(self: Any, node: Any) -> Any:
        found = honest(self, node)
        return spoil(self, node, found) if isinstance(node, kind) else found

    patch.setattr(Compiler, "aggregated", spoilt)


def given_away(fault: str, worlds: Answered, loaded: Sequence[Loaded], at_once: int = 4) -> str | None:
    """Plant a fault and ask DuckDB until something gives it away: a wrong answer, or a statement that is refused.

    Few rules are asked at once, of one world after the other; None when everything has been asked in vain.
    """
    with pytest.MonkeyPatch.context() as patch:
        PLANTED[fault](patch)
        for batch, start in product(range(len(worlds[0][1])), range(0, BATCH, at_once)):
            for tables, (world, expected) in zip(loaded, worlds, strict=True):
                asked = world.batches[batch][start : start + at_once]
                if not asked:
                    continue
                try:
                    found = next(tables.of_members(asked, expected[batch].part(start, start + at_once)), None)
                except duckdb.Error as error:
                    return f"the engine stops: {error}"
                if found is not None:
                    return str(found)
        for tables, (world, expected) in zip(loaded, worlds, strict=True):
            other = next(tables.of_others(world.batches[0], expected[0]), None)
            if other is not None:
                return str(other)
    return None


# --- unknown ---------------------------------------------------------------------------------------------------------


@planted
def bool_or(patch: pytest.MonkeyPatch) -> None:
    """bool_or for exists."""

    def spoil(self: Any, node: Any, found: tuple[Any, ...]) -> Any:
        asked = column(self._body(node.body), "b")
        value = self._aggregate(f"{self._body(node.body)}_or", exp.LogicalOr(this=asked))
        return (engines.coalesce(value, engines.boolean(False)),)

    _aggregated(patch, Exists, spoil)


@planted
def bool_and(patch: pytest.MonkeyPatch) -> None:
    """bool_and for all."""

    def spoil(self: Any, node: Any, found: tuple[Any, ...]) -> Any:
        asked = column(self._body(node.body), "b")
        value = self._aggregate(f"{self._body(node.body)}_and", exp.LogicalAnd(this=asked))
        return (engines.coalesce(value, engines.boolean(True)),)

    _aggregated(patch, All, spoil)


@planted
def lost_member(patch: pytest.MonkeyPatch) -> None:
    """A member of whom it is unknown is lost from the count."""
    _aggregated(patch, Count, lambda self, node, found: (found[0], found[0].copy()))


@planted
def possible_only(patch: pytest.MonkeyPatch) -> None:
    """The interval of a count taken as exact, at its upper end."""
    _aggregated(patch, Count, lambda self, node, found: (found[1], found[1].copy()))


@planted
def no_member(patch: pytest.MonkeyPatch) -> None:
    """all of a household without members is unknown."""
    _aggregated(
        patch, All, lambda self, node, found: (engines.case((engines.is_known(column("size", "g")), found[0])),)
    )


@planted
def plain_else(patch: pytest.MonkeyPatch) -> None:
    """A plain ELSE in a choice: the unknown condition takes the second arm."""

    def chosen(self: If, columns: Any, yes: Any, no: Any) -> Any:
        return engines.case((columns.condition(self.condition), yes), default=no)

    patch.setattr(If, "_chosen", chosen)


@planted
def not_of_null(patch: pytest.MonkeyPatch) -> None:
    """The opposite of unknown is true."""

    def spoilt(self: Not, columns: Any) -> Any:
        return engines.negation(engines.coalesce(columns.condition(self.part), engines.boolean(False)))

    patch.setattr(Not, "sql", spoilt)


@planted
def missing_set(patch: pytest.MonkeyPatch) -> None:
    """A missing set passes for an empty one."""
    honest = InSet.sql
    patch.setattr(InSet, "sql", lambda self, columns: engines.coalesce(honest(self, columns), engines.boolean(False)))


@planted
def ranges_overlap(patch: pytest.MonkeyPatch) -> None:
    """Numbers of members that may be equal are taken as equal."""
    honest = comparisons.ranges_sql

    def spoilt(operator: str, left: Any, right: Any) -> Any:
        if operator != "==":
            return honest(operator, left, right)
        return engines.all_of([engines.compare("<=", left[0], right[1]), engines.compare(">=", left[1], right[0])])

    patch.setattr(comparisons, "ranges_sql", spoilt)


@planted
def one_end(patch: pytest.MonkeyPatch) -> None:
    """Only the lower ends of two counts are compared."""

    def spoilt(self: CompareRanges, columns: Any) -> Any:
        return engines.compare(self.operator, self._ends(columns, self.left)[0], self._ends(columns, self.right)[0])

    patch.setattr(CompareRanges, "sql", spoilt)


@planted
def ends_not_swapped(patch: pytest.MonkeyPatch) -> None:
    """A negative factor does not turn the ends of a count round."""
    patch.setattr(Arithmetic, "_swaps", lambda self: False)


@planted
def literal_left(patch: pytest.MonkeyPatch) -> None:
    """A negative factor to the left of a count does not turn its ends round."""
    honest = Arithmetic._swaps
    patch.setattr(Arithmetic, "_swaps", lambda self: self.left.ranged and honest(self))


@planted
def has_of_one_source(patch: pytest.MonkeyPatch) -> None:
    """has of a derived fact looks at its sources only, not at its value."""

    def spoilt(self: Derived, columns: Any) -> Any:
        return engines.all_of(source.known_sql(columns) for source in self.sources())

    patch.setattr(Derived, "known_sql", spoilt)


@planted
def has_of_value(patch: pytest.MonkeyPatch) -> None:
    """has of a boolean fact gives its value."""
    honest = Has.sql

    def spoilt(self: Has, columns: Any) -> Any:
        boolean = self.fact.type.value == "bool"
        return columns.condition(self.fact) if boolean else honest(self, columns)

    patch.setattr(Has, "sql", spoilt)


# --- dates, periods, answers -----------------------------------------------------------------------------------------


@planted
def leap_birthday(patch: pytest.MonkeyPatch) -> None:
    """Who is born on 29 February has the birthday on 28 February."""

    def spoilt(on: date, months: int) -> date:
        found = latest_start(on, months)
        return found.replace(day=29) if (on.month, on.day) == (2, 28) and last_day(found.year, 2) == 29 else found

    patch.setattr(comparisons, "latest_start", spoilt)


@planted
def birthday_late(patch: pytest.MonkeyPatch) -> None:
    """An age is reached on the day after the birthday."""
    patch.setattr(comparisons, "latest_start", lambda on, months: latest_start(on, months) - timedelta(days=1))


@planted
def exact_birth(patch: pytest.MonkeyPatch) -> None:
    """An estimated birth is taken as exact."""
    honest = Scope.birth

    def spoilt(self: Any, root: Any) -> Any:
        first, _ = honest(self, root)
        return first, first.copy()

    patch.setattr(Scope, "birth", spoilt)


@planted
def exact_date(patch: pytest.MonkeyPatch) -> None:
    """A date known by its month is taken as the first of it."""
    patch.setattr(Scope, "fact_to", lambda self, root, fact: self.fact(root, fact))


@planted
def exclusive_end(patch: pytest.MonkeyPatch) -> None:
    """A period does not include its last day."""

    def spoilt(self: Layer, alias: str, start: str | None, end: str | None) -> list[Any]:
        conditions = []
        for name, operator in ((start, "<="), (end, ">")):
            if name is not None:
                holds = compare(operator, column(name, alias), day(self.as_of))
                conditions.append(engines.any_of([engines.is_null(column(name, alias)), holds]))
        return conditions

    patch.setattr(Layer, "during", spoilt)


@planted
def absent_counted(patch: pytest.MonkeyPatch) -> None:
    """Who left, died or is not yet born counts as a member."""
    patch.setattr(Layer, "present", lambda self, alias, alone: [])


@planted
def stale_kept(patch: pytest.MonkeyPatch) -> None:
    """A stale answer is kept."""
    patch.setattr(relations, "fresh_since", lambda on, good_for, years=None: None)


@planted
def stale_a_day_late(patch: pytest.MonkeyPatch) -> None:
    """An answer is good on the very day on which it grows too old."""

    def spoilt(on: date, good_for: int | None, years: SchoolYears | None = None) -> date | None:
        found = fresh_since(on, good_for, years)
        return None if found is None else found - timedelta(days=1)

    patch.setattr(relations, "fresh_since", spoilt)


@planted
def school_year_forgotten(patch: pytest.MonkeyPatch) -> None:
    """The start of a school year does not end an answer."""
    patch.setattr(relations, "fresh_since", lambda on, good_for, years=None: fresh_since(on, good_for))


@planted
def none_in_order(patch: pytest.MonkeyPatch) -> None:
    """A date that does not apply is compared as a date."""
    patch.setattr(comparisons, "_may_not_apply", lambda node: False)


@planted
def days_turned(patch: pytest.MonkeyPatch) -> None:
    """as_of + N goes back."""
    patch.setattr(AsOf, "sql", lambda self, columns: engines.day(columns.as_of - timedelta(days=self.days)))


# --- households ------------------------------------------------------------------------------------------------------


@planted
def household_enrolment(patch: pytest.MonkeyPatch) -> None:
    """The enrolment of a household does not count for its members."""
    honest = Layer._join_enrolments

    def spoilt(self: Layer, found: exp.Select) -> None:
        enrolments = self.relations.enrolments
        self.relations = replace(self.relations, enrolments=enrolments and replace(enrolments, household=None))
        honest(self, found)

    patch.setattr(Layer, "_join_enrolments", spoilt)


@planted
def enrolled_unknown(patch: pytest.MonkeyPatch) -> None:
    """Who is not enrolled is unknown."""
    honest = Enrolled.sql
    patch.setattr(Enrolled, "sql", lambda self, columns: engines.case((honest(self, columns), engines.boolean(True))))


@planted
def latest_recorded(patch: pytest.MonkeyPatch) -> None:
    """The status recorded last, instead of the one begun last."""
    honest = Layer.status_in_force

    def spoilt(self: Layer, fact: Any) -> Any:
        found = honest(self, fact)
        for order in found.find_all(exp.Order):
            order.set("expressions", [one for one in order.expressions if one.this.name != "valid_from"])
        return found

    patch.setattr(Layer, "status_in_force", spoilt)


@planted
def first_recorded(patch: pytest.MonkeyPatch) -> None:
    """Of two statuses begun the same day the one recorded first."""
    honest = Layer.status_in_force

    def spoilt(self: Layer, fact: Any) -> Any:
        found = honest(self, fact)
        for one in found.find_all(exp.Ordered):
            if one.this.name == "recorded_at":
                one.set("desc", False)
        return found

    patch.setattr(Layer, "status_in_force", spoilt)


@planted
def larger_place(patch: pytest.MonkeyPatch) -> None:
    """A place known only as a larger one is closed."""
    honest = InArea.sql

    def spoilt(self: InArea, columns: Any) -> Any:
        return engines.coalesce(honest(self, columns), engines.boolean(False))

    patch.setattr(InArea, "sql", spoilt)


# --- numbers and codes -----------------------------------------------------------------------------------------------


@planted
def no_guard(patch: pytest.MonkeyPatch) -> None:
    """Overflow is not guarded."""
    patch.setattr(Engine, "bounded", lambda self, node, decimal, places: node)


@planted
def floor_division(patch: pytest.MonkeyPatch) -> None:
    """Whole division goes down instead of toward zero."""

    def spoilt(self: Engine, left: Any, right: Any) -> Any:
        quotient = exp.Div(
            this=engines.cast(left, "numeric", 0), expression=exp.Nullif(this=right, expression=engines.number(0))
        )
        return engines.call("FLOOR", quotient)

    patch.setattr(Engine, "divide", spoilt)


@planted
def zero_divisor(patch: pytest.MonkeyPatch) -> None:
    """A division by a fact that is zero gives zero."""
    honest = Engine.divide
    patch.setattr(
        Engine, "divide", lambda self, left, right: engines.coalesce(honest(self, left, right), engines.number(0))
    )


@planted
def remainder_sign(patch: pytest.MonkeyPatch) -> None:
    """A remainder is never negative."""
    honest = Engine.remainder
    patch.setattr(Engine, "remainder", lambda self, left, right: engines.call("ABS", honest(self, left, right)))


@planted
def rounded(patch: pytest.MonkeyPatch) -> None:
    """Decimals are kept to two places."""
    honest = Engine.widen
    patch.setattr(Engine, "widen", lambda self, node, places, decimal: honest(self, node, min(places, 2), decimal))


@planted
def letters(patch: pytest.MonkeyPatch) -> None:
    """Ordered codes are compared by their letters."""
    patch.setattr(CompareCodes, "sql", Compare.sql)


@planted
def first_choice(patch: pytest.MonkeyPatch) -> None:
    """Of a list only the first choice is compared."""
    patch.setattr(In, "sql", lambda self, columns: self.same[0].sql(columns))


@planted
def codes_as_numbers(patch: pytest.MonkeyPatch) -> None:
    """A code kept as a number is compared as one of the next."""
    honest = Literal.sql

    def spoilt(self: Literal, columns: Any) -> Any:
        if self.fact is not None and self.fact.stored_as_number and isinstance(self.constant, str):
            return engines.number(int(self.constant) + 1)
        return honest(self, columns)

    patch.setattr(Literal, "sql", spoilt)
