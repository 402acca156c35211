"""Drawing families whose facts are missing, stale, imprecise, or turn on the very day asked.

Every boundary is drawn from both sides and on the day itself: memberships, deaths and births,
29 February, the day an answer grows too old, the start of a school year, periods that end, 64 bits.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from criteria.catalogue import Catalogue, Fact, FactType
from criteria.dates import Precision, interval
from criteria.family import Answer, Enrolment, Family, Member, Opening, Openings, Period, Status
from criteria.values import NONE, Range, Value

# The days asked: ends of February, the first of March, the start of a school year and its eve, the end of a long month.
DAYS = (
    date(2026, 2, 28), date(2024, 2, 29), date(2025, 3, 1), date(2025, 9, 1), date(2025, 8, 31), date(2024, 3, 31),
)  # fmt: skip
PLACES = ("1701", "170102", "17010203", "1712", "17", "18", "180101", "99", None)
UNITS = ("1701", "1712", "18", "170102", "17010203")
WHOLES = (0, 0, 1, 1, 2, 3, 7, -7, 12, 2**63 - 1, -(2**63), 4 * 10**18, -(4 * 10**18), 3_000_000_000)
TENTHOUSANDTHS = (0, 0, 1, 5000, 12500, 30000, -5000, 10**18 - 1, -(10**18) + 1, 2 * 10**10)
MISSING = 0.08


class People:
    """Draws families as they are asked on one day."""

    def __init__(self, random: Random, catalogue: Catalogue, as_of: date) -> None:
        self.random = random
        self.catalogue = catalogue
        self.as_of = as_of

    def openings(self) -> Openings:
        """Where each programme is open, common to all families: nowhere named, in some units, or no longer."""
        found: dict[str, tuple[Opening, ...]] = {}
        for number, programme in enumerate(self.catalogue.programmes):
            openings = []
            for _ in range((1, 2, 0, 1)[number % 4]):
                units = tuple(self.random.sample(UNITS, self.random.randint(1, 2)))
                openings.append(Opening(units, self.period()))
            found[programme] = tuple(openings)
        return found

    def family(self, name: str, openings: Openings) -> Family:
        """A household, now and then without anyone."""
        count = self.random.choice((0, 1, 1, 2, 2, 3, 4, 6))
        members = tuple(self.member(f"m{number}") for number in range(count))
        facts = [fact for fact in self.catalogue.facts if fact.status]
        statuses = {fact.code: self.statuses(fact) for fact in facts}
        place = self.random.choice(PLACES)
        answers = self.answers("household")
        return Family(name, members, answers, statuses, self.enrolments(members), openings, place)

    def alone(self, name: str) -> Family:
        """A person in no household."""
        member = self.member("a", memberships=())
        return Family(name, (member,), enrolments=self.enrolments((member,)), is_household=False)

    # --- periods and people ----------------------------------------------------------------------------------------

    def day(self) -> date:
        days = (-900, -400, -366, -365, -31, -1, -1, 0, 0, 0, 1, 1, 20, 200)
        return self.as_of + timedelta(days=self.random.choice(days))

    def period(self) -> Period:
        start, end = self.random.choice((None, self.day())), self.random.choice((None, None, self.day()))
        if start is not None and end is not None and end < start:
            start, end = end, start
        return Period(start, end)

    def statuses(self, fact: Fact) -> tuple[Status, ...]:
        """Overlapping levels; some begin on one day, and then the one recorded later counts."""
        recorded = iter(self.random.sample(("2023-05-01", "2024-01-01", "2025-01-01", "2025-06-01"), 4))
        shared = self.day()
        found = []
        for _ in range(self.random.choice((0, 1, 1, 2, 2, 3))):
            period = self.period()
            if self.random.random() < 0.3:
                period = Period(shared, None if period.end is None else max(shared, period.end))
            level: str | int = self.random.choice(fact.codes) if fact.codes else self.random.randint(0, 5)
            found.append(Status(level, period, next(recorded)))
        return tuple(found)

    def enrolments(self, members: tuple[Member, ...]) -> tuple[Enrolment, ...]:
        subjects = (None, *(member.id for member in members))
        return tuple(
            Enrolment(self.random.choice(list(self.catalogue.programmes)), self.random.choice(subjects), self.period())
            for _ in range(self.random.choice((0, 1, 1, 2, 3)))
        )

    def member(self, name: str, memberships: tuple[Period, ...] | None = None) -> Member:
        if memberships is None:
            always = self.random.random() < 0.8
            memberships = (Period(),) if always else (self.period(), self.period())
        died = self.day() if self.random.random() < 0.08 else None
        return Member(name, self.answers("person"), self.birth(), memberships, died)

    def birth(self) -> tuple[date, date] | None:
        """Around a birthday on the day asked; on 29 February; of every precision; also just born and not yet born."""
        random = self.random
        if random.random() < 0.06:
            return None
        if random.random() < 0.15:
            # of the leap years those in which a rule's limit is reached: 2 and 18 years before 2026
            born = date(random.choice((2008, 2024, 2008, 2024, 1964, 2004, 2020)), 2, 29)
        else:
            months = random.choice((0, 1, 6, 12, 23, 24, 60, 180, 216, 240, 720, 780, random.randint(0, 1100)))
            born = self.months_before(months) + timedelta(days=random.choice((-40, -2, -1, -1, 0, 0, 1, 1, 2, 40)))
        precision: Precision = random.choices(("day", "month", "year", "estimated"), (60, 15, 15, 10))[0]
        return interval(born, precision, self.catalogue.estimated_years)

    def months_before(self, months: int) -> date:
        year, month0 = divmod(self.as_of.year * 12 + self.as_of.month - 1 - months, 12)
        return date(year, month0 + 1, min(self.as_of.day, monthrange(year, month0 + 1)[1]))

    # --- answers ---------------------------------------------------------------------------------------------------

    def answers(self, of: str) -> Mapping[str, Answer]:
        stored = [fact for fact in self.catalogue.of(of) if fact.stored and not fact.status]
        return {fact.code: self.answer(fact) for fact in stored if self.random.random() > MISSING}

    def answer(self, fact: Fact) -> Answer:
        return Answer(self.value(fact), self.observed(fact))

    def observed(self, fact: Fact) -> date:
        """Fresh, stale by a day, good to the day, given tomorrow, given on the eve or the first of a school year."""
        kind = self.random.random()
        if kind < 0.66:
            return self.as_of - timedelta(days=self.random.choice((0, 0, 1, 5, 20)))
        if kind < 0.72:
            return self.as_of + timedelta(days=self.random.choice((1, 30)))
        if fact.school_year and kind < 0.84:
            year = self.random.choice((self.as_of.year, self.as_of.year - 1))
            start = date(year, 9, 1) + timedelta(days=self.random.choice((-1, 0, 1)))
            return min(start, self.as_of)
        limit = self.months_before(fact.good_for or 12)
        return limit + timedelta(days=self.random.choice((-30, -2, -1, 0, 0, 1, 1, 2, 3)))

    def value(self, fact: Fact) -> Value:
        random = self.random
        match fact.type:
            case FactType.BOOL:
                return random.random() < 0.5
            case FactType.CODE:
                return random.choice(fact.codes)
            case FactType.SET:
                return frozenset(code for code in fact.codes if random.random() < 0.4)
            case FactType.TEXT:
                return random.choice(("north", "it's", "100%", "south", "none", ""))
            case FactType.DECIMAL:
                return Decimal(random.choice(TENTHOUSANDTHS)) / 10000
            case FactType.DATE:
                return self.date_value(fact)
        if fact.maximum is not None and random.random() < 0.4:
            return random.randint(0, int(fact.maximum))  # type: ignore[arg-type]
        return random.choice((0, 1, 2, 3, 7)) if fact.maximum is not None else random.choice(WHOLES)

    def date_value(self, fact: Fact) -> Value:
        if self.random.random() < 0.2:
            return NONE
        day = date(2024, 2, 29) if self.random.random() < 0.08 else self.day()
        if fact.imprecise and self.random.random() < 0.5:
            return Range(*interval(day, self.random.choice(("month", "year"))))
        return Range(day, day)
