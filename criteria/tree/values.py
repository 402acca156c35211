"""Nodes that stand for one value: literals and `as_of`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlglot import exp

from criteria import engines
from criteria.catalogue import Fact, FactType
from criteria.dates import NONE_DATE, shift_days
from criteria.tree.base import Columns, Node, Speech, World
from criteria.values import NONE, Number, Range, Value


@dataclass(frozen=True)
class Literal(Node):
    """A value written in the rule. `none` is the date that does not apply; a code remembers whose list it is from."""

    constant: bool | int | Decimal | str | date
    kind: FactType
    fact: Fact | None = field(default=None, compare=False)

    @property
    def type(self) -> FactType:
        return self.kind

    @property
    def is_none(self) -> bool:
        return self.constant == NONE_DATE

    @property
    def places(self) -> int:
        if isinstance(self.constant, Decimal):
            exponent = self.constant.as_tuple().exponent
            return max(0, -exponent) if isinstance(exponent, int) else 0
        return 0

    @property
    def bounds(self) -> tuple[Number, Number] | None:
        constant = self.constant
        return (constant, constant) if isinstance(constant, int | Decimal) and self.kind.is_number else None

    def value(self, world: World) -> Value:
        if isinstance(self.constant, date):
            return NONE if self.is_none else Range(self.constant, self.constant)
        return self.constant

    def sql(self, columns: Columns) -> exp.Expr:
        constant = self.constant
        if isinstance(constant, bool):
            return engines.boolean(constant)
        if isinstance(constant, date):
            return engines.day(constant)
        if isinstance(constant, str):
            if self.fact is not None and self.kind is FactType.CODE and self.fact.stored_as_number:
                return engines.number(int(constant))
            return engines.text(constant)
        return engines.number(constant)

    def words(self, speech: Speech) -> str:
        constant = self.constant
        if isinstance(constant, bool):
            return speech.say("true" if constant else "false")
        if isinstance(constant, date):
            return speech.say("none") if self.is_none else speech.date(constant)
        if isinstance(constant, str):
            return speech.code(self.fact, constant) if self.fact is not None else speech.say("text", text=constant)
        if self.kind.is_age:
            return speech.say(self.kind.value, n=speech.number(constant))
        return speech.number(constant)


@dataclass(frozen=True)
class AsOf(Node):
    """The date asked, moved by a number of days."""

    days: int = 0

    @property
    def type(self) -> FactType:
        return FactType.DATE

    def on(self, as_of: date) -> date:
        return shift_days(as_of, self.days) if self.days else as_of

    def value(self, world: World) -> Value:
        day = self.on(world.as_of)
        return Range(day, day)

    def sql(self, columns: Columns) -> exp.Expr:
        return engines.day(self.on(columns.as_of))

    def words(self, speech: Speech) -> str:
        if not self.days:
            return speech.say("as_of")
        return speech.say("as_of_plus" if self.days > 0 else "as_of_minus", days=speech.number(abs(self.days)))
