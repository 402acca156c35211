"""One family as the interpreter sees it: answers with their dates, and everything that has a period.

All periods include both ends; no end means open. Nothing here is worked out for a date: that is the interpreter's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from criteria.catalogue import Catalogue, Fact
from criteria.dates import Interval, SchoolYears, fresh_since, stale_from
from criteria.values import Truth, Value


@dataclass(frozen=True)
class Period:
    """From `start` to `end`, both days included; None is without limit."""

    start: date | None = None
    end: date | None = None

    def includes(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Answer:
    """What was answered and when; a date is a Range, a set a frozenset, a code its text."""

    value: Value
    observed_on: date | None = None


@dataclass(frozen=True)
class Member:
    """`birth` is the first and last possible day of birth, None when unknown."""

    id: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    birth: Interval | None = None
    memberships: tuple[Period, ...] = (Period(),)
    died_on: date | None = None

    def present(self, on: date) -> bool:
        """A member of the household on this day: belongs to it, may be born, has not died before."""
        if self.birth is not None and self.birth[0] > on:
            return False
        if self.died_on is not None and self.died_on < on:
            return False
        return any(period.includes(on) for period in self.memberships)


@dataclass(frozen=True)
class Status:
    """A level that holds for a period, as a card or a decision says; `recorded` breaks ties."""

    level: str | int
    period: Period = Period()
    recorded: str = ""


@dataclass(frozen=True)
class Enrolment:
    """Of one member, or of the whole household (member None)."""

    programme: str
    member: str | None = None
    period: Period = Period()


@dataclass(frozen=True)
class Opening:
    """A programme is open in these administrative units; a unit holds all whose code begins with its own."""

    units: tuple[str, ...]
    period: Period = Period()


Openings = Mapping[str, tuple[Opening, ...]]


@dataclass(frozen=True)
class Family:
    """A household with everyone who ever belonged to it; or, with `is_household` False, a person in none.

    `place` is the code of the unit it lives in, as exactly as known. `openings` by programme; a programme without any
    is open everywhere.
    """

    id: str
    members: tuple[Member, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    statuses: Mapping[str, tuple[Status, ...]] = field(default_factory=dict)
    enrolments: tuple[Enrolment, ...] = ()
    openings: Openings = field(default_factory=dict)
    place: str | None = None
    is_household: bool = True

    def member(self, member_id: str) -> Member:
        """KeyError when the family has no such member."""
        for member in self.members:
            if member.id == member_id:
                return member
        raise KeyError(member_id)

    def present(self, on: date) -> list[Member]:
        return [member for member in self.members if member.present(on)]

    def answered(self, subject: str | None, fact: Fact, answer: Answer) -> Family:
        """The same family with one answer more: of the member with this id, or of the household (None)."""
        if subject is None and fact.status:
            level = answer.value
            assert isinstance(level, str | int)
            status = Status(level, Period(answer.observed_on, None), "\U0010ffff")
            return replace(self, statuses={**self.statuses, fact.code: (*self.statuses.get(fact.code, ()), status)})
        if subject is None:
            return replace(self, answers={**self.answers, fact.code: answer})
        changed = replace(self.member(subject), answers={**self.member(subject).answers, fact.code: answer})
        return self.with_member(changed)

    def with_member(self, changed: Member) -> Family:
        """The same family with one member replaced by the one of the same id."""
        members = tuple(changed if member.id == changed.id else member for member in self.members)
        return replace(self, members=members)


def school_years(fact: Fact, catalogue: Catalogue) -> SchoolYears | None:
    """The school years, where answers to this fact end with them."""
    return catalogue.school_years if fact.school_year else None


def is_stale(fact: Fact, observed_on: date | None, on: date, catalogue: Catalogue) -> bool:
    """The answer is too old on this day."""
    since = fresh_since(on, fact.good_for, school_years(fact, catalogue))
    return since is not None and (observed_on is None or observed_on < since)


def held(fact: Fact, answer: Answer | None, on: date, catalogue: Catalogue) -> Value:
    """The value that an answer gives on a day; None when there is none yet, or it is too old."""
    if answer is None or is_stale(fact, answer.observed_on, on, catalogue):
        return None
    if answer.observed_on is not None and answer.observed_on > on and not fact.timeless:
        return None
    return answer.value


def goes_stale(fact: Fact, answer: Answer, catalogue: Catalogue) -> date | None:
    """The day from which the answer is too old; None when it never is."""
    if answer.observed_on is None:
        return None
    return stale_from(answer.observed_on, fact.good_for, school_years(fact, catalogue))


def in_force(statuses: tuple[Status, ...], on: date) -> Status | None:
    """The status in force that began last; of two begun the same day the one recorded later."""
    holding = [status for status in statuses if status.period.includes(on)]
    return max(holding, key=lambda s: (s.period.start or date.min, s.recorded, str(s.level)), default=None)


def is_open(openings: tuple[Opening, ...], place: str | None, on: date) -> Truth:
    """Open at a place: unknown when the place is only known as a larger one that holds an opened unit."""
    if not openings:
        return True
    units = [unit for opening in openings if opening.period.includes(on) for unit in opening.units]
    if place is not None and any(place.startswith(unit) for unit in units):
        return True
    if any(unit.startswith(place or "") for unit in units):
        return None
    return False
