"""Random rules and random families of the lending library, for tests that hold two readers equal.

Rules are typed trees written as text: every node kind in every place, literals near the values that families have, so
that verdicts fall on all three sides. Reusable with any `random.Random`.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from criteria.catalogue import Catalogue, Fact, FactType
from criteria.dates import interval
from criteria.family import Answer, Enrolment, Family, Member, Opening, Openings, Period, Status
from criteria.problems import RuleRefused
from criteria.read import read
from criteria.tests.lending import LIBRARY
from criteria.tree import Node
from criteria.values import NONE, Range, Value

AS_OF = date(2026, 2, 28)
PLACES = ("1701", "170102", "170103", "1712", "17", "18", "180101", None)
_COMPARE = ("==", "!=", "<", "<=", ">", ">=")


class Rules:
    """Draws rules. `unit` is person or household."""

    def __init__(self, random: Random, catalogue: Catalogue = LIBRARY, unit: str = "person") -> None:
        self.random = random
        self.catalogue = catalogue
        self.unit = unit

    def rule(self, depth: int = 4) -> tuple[str, Node]:
        """A rule that reads, with its tree."""
        while True:
            text = self.condition(self.unit == "person", False, depth)
            try:
                return text, read(text, self.catalogue, unit=self.unit)  # type: ignore[arg-type]
            except RuleRefused:
                continue

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def roots(self, person: bool, member: bool) -> list[tuple[str, str]]:
        found = [("household", "household")]
        if member:
            found = [("person", "m"), ("person", "m"), *found]
        elif person:
            found = [("person", "person"), ("person", "person"), *found]
        return found

    def fact(self, person: bool, member: bool, *types: FactType) -> tuple[str, Fact] | None:
        options = [
            (f"{root}.{fact.code}", fact)
            for of, root in self.roots(person, member)
            for fact in self.catalogue.of(of)
            if fact.type in types
        ]
        return self.random.choice(options) if options else None

    # --- conditions ------------------------------------------------------------------------------------------------

    def condition(self, person: bool, member: bool, depth: int) -> str:
        if depth <= 0:
            return self.atom(person, member, depth)
        kind = self.random.random()
        if kind < 0.3:
            joiner = self.pick(" && ", " || ")
            parts = [self.condition(person, member, depth - 1) for _ in range(self.random.randint(2, 3))]
            return joiner.join(f"({part})" for part in parts)
        if kind < 0.42:
            return f"!({self.condition(person, member, depth - 1)})"
        if kind < 0.52:
            parts = [self.condition(person, member, depth - 1) for _ in range(3)]
            return f"(({parts[0]}) ? ({parts[1]}) : ({parts[2]}))"
        if kind < 0.68 and not member:
            return self.macro(depth)
        if kind < 0.72:
            left, right = self.condition(person, member, depth - 1), self.atom(person, member, depth)
            return f"({left}) {self.pick('==', '!=')} ({right})"
        return self.atom(person, member, depth)

    def macro(self, depth: int) -> str:
        body = self.condition(False, True, depth - 1)
        kind = self.pick("exists", "all", "count", "count")
        if kind != "count":
            return f"household.members.{kind}(m, {body})"
        left = self.count(depth)
        right = self.count(depth) if self.random.random() < 0.4 else self.whole_near()
        if self.random.random() < 0.15:
            return f"{left} in [{self.random.randint(0, 3)}, {self.random.randint(0, 3)}]"
        return f"{left} {self.pick(*_COMPARE)} {right}"

    def count(self, depth: int) -> str:
        text = f"household.members.filter(m, {self.condition(False, True, depth - 2)}).size()"
        kind = self.random.random()
        if kind < 0.35:
            factor = self.pick("2", "3", "-1", "-2", "5000000000000000000", "9000000000000000000")
            return f"{text} * {factor}"
        if kind < 0.5:
            return f"{text} / {self.pick('2', '-2', '3')}"
        if kind < 0.65:
            return (
                f"({text} {self.pick('+', '-')} {self.pick('1', '2', '0.5', 'household.shelves', 'household.garden')})"
            )
        if kind < 0.75:
            return f"-{text}"
        return text

    def whole_near(self) -> str:
        return self.pick("0", "1", "2", "3", "-1", "household.shelves", "household.size", "1.5")

    # --- atoms -----------------------------------------------------------------------------------------------------

    def atom(self, person: bool, member: bool, depth: int) -> str:
        makers = [
            self.boolean, self.age, self.age, self.code, self.code, self.ordered, self.number, self.number, self.number,
            self.dates, self.dates, self.dates, self.text, self.set, self.has, self.function,
        ]  # fmt: skip
        while True:
            found = self.random.choice(makers)(person, member, depth)
            if found is not None:
                return found

    def boolean(self, person: bool, member: bool, depth: int) -> str | None:
        found = self.fact(person, member, FactType.BOOL)
        if found is None or self.random.random() < 0.8:
            return found and found[0]
        return f"{found[0]} {self.pick('==', '!=')} {self.pick('true', 'false')}"

    def age(self, person: bool, member: bool, depth: int) -> str | None:
        found = self.fact(person, member, FactType.AGE_YEARS, FactType.AGE_MONTHS)
        if found is None:
            return None
        text, fact = found
        limits = [0, 1, 2, 5, 15, 18, 20, 60, 65]
        if fact.type is FactType.AGE_MONTHS:
            limits = [0, 1, 6, 12, 23, 24, 60, 216, 720]
        if self.random.random() < 0.2:
            return f"{text} in [{', '.join(str(self.random.choice(limits)) for _ in range(3))}]"
        limit = self.random.choice(limits)
        if self.random.random() < 0.15:
            return f"{limit} {self.pick(*_COMPARE)} {text}"
        return f"{text} {self.pick(*_COMPARE)} {limit}"

    def literal(self, fact: Fact) -> str:
        code = self.random.choice(fact.codes)
        return code if fact.numeric_codes else f"'{code}'"

    def code(self, person: bool, member: bool, depth: int) -> str | None:
        found = self.fact(person, member, FactType.CODE)
        if found is None:
            return None
        text, fact = found
        if self.random.random() < 0.4:
            codes = ", ".join(self.literal(fact) for _ in range(self.random.randint(1, 3)))
            return f"{text} in [{codes}]"
        return f"{text} {self.pick('==', '!=')} {self.literal(fact)}"

    def ordered(self, person: bool, member: bool, depth: int) -> str | None:
        found = self.fact(person, member, FactType.CODE)
        if found is None or not found[1].ordered:
            return None
        if self.random.random() < 0.2:
            return f"{found[0]} {self.pick(*_COMPARE)} {found[0]}"
        return f"{found[0]} {self.pick(*_COMPARE)} {self.literal(found[1])}"

    def number(self, person: bool, member: bool, depth: int) -> str | None:
        left, right = self.term(person, member, 2), self.term(person, member, 1)
        if self.random.random() < 0.15:
            return f"{left} in [{self.pick('0', '1', '2')}, {self.pick('3', '4', '0.5')}]"
        return f"{left} {self.pick(*_COMPARE)} {right}"

    def term(self, person: bool, member: bool, depth: int) -> str:
        kind = self.random.random()
        if depth <= 0 or kind < 0.35:
            found = self.fact(person, member, FactType.WHOLE, FactType.WHOLE, FactType.DECIMAL)
            if found is not None and kind < 0.3:
                return found[0]
            return self.pick("0", "1", "2", "3", "7", "-2", "0.5", "1.25", "12", "9223372036854775807", "3000000000")
        operator = self.pick("+", "-", "*", "/", "%", "+", "-")
        left, right = self.term(person, member, depth - 1), self.term(person, member, depth - 1)
        if kind > 0.9:
            condition = self.condition(person, member, 0)
            return f"(({condition}) ? {left} : {right})"
        return f"({left} {operator} {right})"

    def day(self) -> str:
        near = AS_OF + timedelta(days=self.random.choice((-400, -30, -1, 0, 1, 30, 300)))
        moved = self.pick("as_of", "as_of", f"as_of {self.pick('+', '-')} {self.pick('1', '30', '300', '400')}")
        return self.pick(moved, moved, f"date('{near.isoformat()}')")

    def dates(self, person: bool, member: bool, depth: int) -> str | None:
        found = self.fact(person, member, FactType.DATE)
        if found is None:
            return None
        kind = self.random.random()
        if kind < 0.15:
            return f"{found[0]} {self.pick('==', '!=', '<', '>=')} none"
        if kind < 0.3:
            other = self.fact(person, member, FactType.DATE)
            assert other is not None
            return f"{found[0]} {self.pick(*_COMPARE)} {other[0]}"
        if kind < 0.4:
            return (
                f"{found[0]} in [date('{AS_OF.isoformat()}'), {self.pick('none', 'date(' + repr('2026-03-01') + ')')}]"
            )
        if kind < 0.5:
            return f"{self.day()} {self.pick(*_COMPARE)} {found[0]}"
        if kind < 0.6:
            condition = self.condition(person, member, 0)
            return f"(({condition}) ? {found[0]} : {self.day()}) {self.pick(*_COMPARE)} {self.day()}"
        return f"{found[0]} {self.pick(*_COMPARE)} {self.day()}"

    def text(self, person: bool, member: bool, depth: int) -> str | None:
        found = self.fact(person, member, FactType.TEXT)
        if found is None:
            return None
        if self.random.random() < 0.3:
            return f"{found[0]} in ['north', \"it's\", '100%']"
        literal = self.pick("'north'", '"it\'s"')
        return f"{found[0]} {self.pick('==', '!=')} {literal}"

    def set(self, person: bool, member: bool, depth: int) -> str | None:
        found = self.fact(person, member, FactType.SET)
        return found and f"'{self.random.choice(found[1].codes)}' in {found[0]}"

    def has(self, person: bool, member: bool, depth: int) -> str | None:
        found = self.fact(person, member, *FactType)
        return found and f"has({found[0]})"

    def function(self, person: bool, member: bool, depth: int) -> str | None:
        programme = self.random.choice(list(self.catalogue.programmes))
        if member:
            return f"m.enrolled('{programme}')"
        if person and self.random.random() < 0.5:
            return f"enrolled('{programme}')"
        return f"in_area('{programme}')"


class Families:
    """Draws families; answers are missing, stale, of the next year, at the edges of 64 bits."""

    def __init__(self, random: Random, catalogue: Catalogue = LIBRARY, as_of: date = AS_OF) -> None:
        self.random = random
        self.catalogue = catalogue
        self.as_of = as_of

    def openings(self) -> Openings:
        """Where programmes are open: common to all families of a run."""
        found: dict[str, tuple[Opening, ...]] = {}
        for programme in self.catalogue.programmes:
            openings = []
            for _ in range(self.random.choice((0, 1, 1, 2))):
                units = tuple(self.random.sample(("1701", "1712", "18", "170102"), self.random.randint(1, 2)))
                openings.append(Opening(units, self.period()))
            found[programme] = tuple(openings)
        return found

    def family(self, name: str, openings: Openings | None = None) -> Family:
        members = tuple(self.member(f"m{number}") for number in range(self.random.choice((1, 1, 2, 2, 3, 4, 6))))
        statuses = {
            fact.code: tuple(
                Status(
                    self.random.choice(fact.codes), self.period(), self.random.choice(("", "2024-01-01", "2025-01-01"))
                )
                for _ in range(self.random.choice((0, 1, 1, 2, 3)))
            )
            for fact in self.catalogue.facts
            if fact.status
        }
        enrolments = tuple(
            Enrolment(
                self.random.choice(list(self.catalogue.programmes)),
                self.random.choice((None, *(member.id for member in members))),
                self.period(),
            )
            for _ in range(self.random.choice((0, 0, 1, 2, 3)))
        )
        answers = self.answers("household")
        place = self.random.choice(PLACES)
        return Family(name, members, answers, statuses, enrolments, openings or {}, place)

    def day(self) -> date:
        return self.as_of + timedelta(days=self.random.choice((-900, -400, -366, -365, -31, -1, 0, 0, 1, 20, 200)))

    def period(self) -> Period:
        start = self.random.choice((None, self.day(), self.day()))
        end = self.random.choice((None, None, self.day()))
        return Period(start, end)

    def member(self, name: str) -> Member:
        memberships = (Period(),) if self.random.random() < 0.8 else (self.period(), self.period())
        died = self.day() if self.random.random() < 0.05 else None
        return Member(name, self.answers("person"), self.birth(), memberships, died)

    def birth(self) -> tuple[date, date] | None:
        if self.random.random() < 0.1:
            return None
        years = self.random.choice((0, 1, 2, 5, 15, 18, 20, 60, 65, self.random.randint(0, 90)))
        born = date(self.as_of.year - years, 3, 1) + timedelta(days=self.random.choice((-2, -1, 0, 1, 30, -60)))
        if self.random.random() < 0.1:
            born = date(2008, 2, 29)
        kind = self.random.random()
        precision = "day" if kind < 0.6 else "month" if kind < 0.75 else "year" if kind < 0.9 else "estimated"
        return interval(born, precision, 2)  # type: ignore[arg-type]

    def answers(self, of: str) -> dict[str, Answer]:
        found = {}
        for fact in self.catalogue.of(of):
            if fact.stored and not fact.status and self.random.random() < 0.85:
                found[fact.code] = Answer(self.value(fact), self.observed(fact))
        return found

    def observed(self, fact: Fact) -> date | None:
        good_for = fact.good_for or 12
        days = self.random.choice((0, 0, 1, 30, 100, 30 * good_for, 31 * good_for + 5, -3))
        return self.as_of - timedelta(days=days)

    def value(self, fact: Fact) -> Value:
        random = self.random
        if fact.type is FactType.BOOL:
            return random.random() < 0.5
        if fact.type is FactType.CODE:
            return random.choice(fact.codes)
        if fact.type is FactType.SET:
            return frozenset(code for code in fact.codes if random.random() < 0.4)
        if fact.type is FactType.TEXT:
            return random.choice(("north", "it's", "100%", "south"))
        if fact.type is FactType.DECIMAL:
            return Decimal(random.choice((0, 1, 5000, 12500, 3, 10**17, 20000))) / 10000
        if fact.type is FactType.DATE:
            return self.date_value(fact)
        if fact.maximum is not None:
            return random.randint(0, int(fact.maximum))  # type: ignore[arg-type]
        return random.choice((0, 1, 2, 3, 7, -7, 12, 2**63 - 1, -(2**63), 4 * 10**18, 3_000_000_000))

    def date_value(self, fact: Fact) -> Value:
        if self.random.random() < 0.2:
            return NONE
        day = self.day()
        if fact.imprecise and self.random.random() < 0.4:
            return Range(*interval(day, "month"))
        return Range(day, day)
