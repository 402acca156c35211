"""The only days on which an answer can change, if nothing new is learned: between them nothing moves.

A `Reading` is what rules ask at all: of a family with five members and answers on forty facts, a rule that asks two of
them turns on very few days, and each day left out is one assessment less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from criteria.candidates import age_limits, conditions
from criteria.catalogue import Catalogue
from criteria.dates import NONE_DATE, completes_on, shift_days
from criteria.family import Answer, Family, Member, Period, goes_stale
from criteria.tree import AsOf, Enrolled, FactNode, InArea, Literal, Node
from criteria.tree.members import Aggregate
from criteria.values import Range


@dataclass(frozen=True)
class Reading:
    """What rules read: facts by (of, code), ages in months, days added to the date asked, dates written out,
    programmes asked by `enrolled` and `in_area`, and whether they look at every member."""

    facts: frozenset[tuple[str, str]]
    ages: frozenset[int]
    moves: frozenset[int]
    constants: frozenset[date]
    enrolled: frozenset[str]
    opened: frozenset[str]
    members: bool

    @classmethod
    def of(cls, trees: Sequence[Node]) -> Reading:
        nodes = list(conditions(trees))
        facts = [node.fact for node in nodes if isinstance(node, FactNode)]
        written = [node.constant for node in nodes if isinstance(node, Literal)]
        return cls(
            facts=frozenset((fact.of, fact.code) for fact in facts),
            ages=frozenset(age_limits(trees)),
            moves=frozenset(node.days for node in nodes if isinstance(node, AsOf)),
            constants=frozenset(day for day in written if isinstance(day, date) and day != NONE_DATE),
            enrolled=frozenset(node.programme for node in nodes if isinstance(node, Enrolled)),
            opened=frozenset(node.programme for node in nodes if isinstance(node, InArea)),
            members=any(isinstance(node, Aggregate) for node in nodes) or any(fact.counts_members for fact in facts),
        )


def turning_days(
    family: Family,
    reading: Reading,
    after: date,
    until: date,
    catalogue: Catalogue,
    *,
    person: str | None = None,
) -> list[date]:
    """The days in (after, until] on which a verdict of this person, or of the household, can change."""
    asked = [member for member in family.members if reading.members or person is None or member.id == person]
    days = _moved(reading.constants, reading.moves)
    for member in asked:
        days |= _days_of_member(member, reading)
        days |= _days_of_answers("person", member.answers, reading, catalogue)
    days |= _days_of_answers("household", family.answers, reading, catalogue)
    for period in _periods(family, reading):
        days |= _ends(period)
    return sorted(day for day in days if after < day <= until)


def _periods(family: Family, reading: Reading) -> Iterator[Period]:
    for code, statuses in family.statuses.items():
        if ("household", code) in reading.facts:
            yield from (status.period for status in statuses)
    yield from (one.period for one in family.enrolments if one.programme in reading.enrolled)
    for code in reading.opened:
        yield from (opening.period for opening in family.openings.get(code, ()))


def _ends(period: Period) -> set[date]:
    """The first day of a period, and the day after its last."""
    days = set() if period.start is None else {period.start}
    return days if period.end is None else {*days, shift_days(period.end, 1)}


def _days_of_member(member: Member, reading: Reading) -> set[date]:
    """When somebody comes, goes, is born, dies or reaches an age that is asked."""
    days: set[date] = set()
    for period in member.memberships:
        days |= _ends(period)
    if member.died_on is not None:
        days.add(shift_days(member.died_on, 1))
    if member.birth is not None:
        days |= set(member.birth)
        days |= {completes_on(birth, months) for birth in set(member.birth) for months in reading.ages if months > 0}
    return days


def _days_of_answers(of: str, answers: Mapping[str, Answer], reading: Reading, catalogue: Catalogue) -> set[date]:
    """When an answer begins to hold, when it is too old, and when the date it tells is passed."""
    days: set[date] = set()
    for code, answer in answers.items():
        if (of, code) not in reading.facts:
            continue
        fact = catalogue.get(of, code)
        if fact is None:
            continue
        days |= {day for day in (answer.observed_on, goes_stale(fact, answer, catalogue)) if day is not None}
        if isinstance(answer.value, Range) and _is_day(answer.value.low):
            days |= _moved({answer.value.low, answer.value.high}, reading.moves)
    return days


def _moved(fixed: Iterable[date], moves: Iterable[int]) -> set[date]:
    """`fact >= as_of + N` turns on the day told, moved by −N, and on the day after."""
    return {shift_days(day, extra - move) for day in fixed if _is_day(day) for move in moves for extra in (0, 1)}


def _is_day(value: object) -> bool:
    return isinstance(value, date) and value != NONE_DATE
