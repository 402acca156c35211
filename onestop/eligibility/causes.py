"""Why cells turn on a day: a birthday, a card that runs out, an answer grown old, a programme that opens or closes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from criteria.catalogue import Fact
from criteria.dates import NONE_DATE, completes_on, shift_days
from criteria.family import Answer, Family, Period, goes_stale
from criteria.interpret import HOUSEHOLD
from criteria.values import Range
from onestop.eligibility.explain import Cell, Folder

Kind = Literal[
    "age", "perhaps_age", "status_ends", "status_begins", "school_year", "old", "date", "opens", "closes",
    "enrolment_ends", "leaves",
]  # fmt: skip


@dataclass(frozen=True)
class Cause:
    """One thing that happens on a day. `of`: a member's id or "household"; `fact`, `months` and `programme` say which.

    `perhaps_age`: of a birth known only by its month or year, the first or last day on which the age may be reached.
    """

    kind: Kind
    of: str = HOUSEHOLD
    fact: Fact | None = None
    months: int = 0
    programme: str = ""


def causes(folder: Folder, day: date, cells: Iterable[Cell]) -> list[Cause]:
    """What happens on the day that these cells read, each thing once."""
    found: dict[Cause, None] = {}
    for cell in cells:
        found |= dict.fromkeys(_of_cell(folder, day, cell))
    return list(found)


def _of_cell(folder: Folder, day: date, cell: Cell) -> Iterator[Cause]:
    family, reading = folder.family, cell.version.rules.reading
    for member in family.members:
        if cell.member is not None and member.id != cell.member and not reading.members:
            continue
        if any(_ended(period, day) for period in member.memberships):
            yield Cause("leaves", member.id)
        if member.birth is not None:
            exact = member.birth[0] == member.birth[1]
            for months in sorted(reading.ages):
                if months > 0 and day in {completes_on(end, months) for end in member.birth}:
                    yield Cause("age" if exact else "perhaps_age", member.id, months=months)
        yield from _of_answers(folder, day, cell, "person", member.id)
    yield from _of_answers(folder, day, cell, "household", HOUSEHOLD)
    for code, statuses in family.statuses.items():
        fact = folder.book.catalogue.get("household", code)
        if ("household", code) in reading.facts:
            for status in statuses:
                if _ended(status.period, day):
                    yield Cause("status_ends", fact=fact)
                elif status.period.start == day:
                    yield Cause("status_begins", fact=fact)
    yield from _of_programmes(family, day, cell)


def _of_answers(
    folder: Folder, day: date, cell: Cell, of: Literal["person", "household"], whose: str
) -> Iterator[Cause]:
    family, reading, catalogue = folder.family, cell.version.rules.reading, folder.book.catalogue
    answers = family.answers if of == "household" else family.member(whose).answers
    for code, answer in answers.items():
        fact = catalogue.get(of, code)
        if fact is None or (of, code) not in reading.facts:
            continue
        if goes_stale(fact, answer, catalogue) == day:
            years = catalogue.school_years if fact.school_year else None
            yield Cause("school_year") if years and years.last(day) == day else Cause("old", whose, fact)
        if _passes(answer, day, reading.moves):
            yield Cause("date", whose, fact)


def _of_programmes(family: Family, day: date, cell: Cell) -> Iterator[Cause]:
    for one in family.enrolments:
        own = one.programme == cell.version.code and one.member in {None, cell.member}
        if (own or one.programme in cell.version.rules.reading.enrolled) and _ended(one.period, day):
            yield Cause("enrolment_ends", one.member or HOUSEHOLD, programme=one.programme)
    for code in cell.version.rules.reading.opened:
        for opening in family.openings.get(code, ()):
            if _ended(opening.period, day):
                yield Cause("closes", programme=code)
            elif opening.period.start == day:
                yield Cause("opens", programme=code)


def _passes(answer: Answer, day: date, moves: Iterable[int]) -> bool:
    """Whether a date that was told is reached or passed on this day, as the rule counts it."""
    value = answer.value
    if not isinstance(value, Range) or not isinstance(value.low, date) or value.low == NONE_DATE:
        return False
    return any(
        day == shift_days(told, extra - move) for told in (value.low, value.high) for move in moves for extra in (0, 1)
    )


def _ended(period: Period, day: date) -> bool:
    return period.end is not None and shift_days(period.end, 1) == day
