"""Calendar arithmetic that every reader shares: ages, staleness, imprecise dates.

A year or month of age completes on the same day number or, where the month lacks it, on the first of the next month:
who is born on 29 February has the birthday on 1 March in a common year. SQL never computes an age: the cut-offs are
worked out here once, and every engine compares plain dates with them.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

Precision = Literal["day", "month", "year", "estimated"]

# "Does not apply" is stored as this date, which no birth, delivery or loss can have.
NONE_DATE = date(1, 1, 1)
FIRST = date(1, 1, 2)
LAST = date.max

Interval = tuple[date, date]


def shift_days(day: date, days: int) -> date:
    """`day` moved by `days`, held inside the calendar."""
    moved = day.toordinal() + days
    if moved < FIRST.toordinal():
        return FIRST
    if moved > LAST.toordinal():
        return LAST
    return date.fromordinal(moved)


def last_day(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def completes_on(start: date, months: int) -> date:
    """The day on which `months` months since `start` are complete."""
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > 9999:
        return LAST
    if year < 1:
        return FIRST
    if start.day <= last_day(year, month0 + 1):
        return date(year, month0 + 1, start.day)
    return completes_on(date(start.year, start.month, 1), months + 1)


@lru_cache(maxsize=4096)  # a page of one family asks for the same few days thousands of times
def latest_start(on: date, months: int) -> date:
    """The last day from which `months` months are complete on `on`: age in months ≥ n means born on or before it."""
    year, month0 = divmod(on.year * 12 + on.month - 1 - months, 12)
    if year > 9999:
        return LAST
    if year < 1:
        return FIRST
    return date(year, month0 + 1, min(on.day, last_day(year, month0 + 1)))


@dataclass(frozen=True)
class SchoolYears:
    """When school years start: `known` days, ascending, and month and day of every year before and after those."""

    start: tuple[int, int]
    known: tuple[date, ...] = ()

    def last(self, on: date) -> date:
        """The last start on or before `on`."""
        return max(day for day in self._around(on.year) if day <= on)

    def next(self, after: date) -> date:
        """The first start after `after`."""
        return min((day for day in self._around(after.year) if day > after), default=date.max)

    def _around(self, year: int) -> list[date]:
        """Every start of this year and of the two on both sides; the very first day of the calendar closes them."""
        years = range(max(1, year - 2), min(9999, year + 2) + 1)
        known = [day for day in self.known if day.year in years]
        listed = range(self.known[0].year, self.known[-1].year + 1) if self.known else range(0)
        month, first = self.start
        others = [date(one, month, min(first, last_day(one, month))) for one in years if one not in listed]
        return [date.min, *known, *others]


@lru_cache(maxsize=4096)
def fresh_since(on: date, good_for: int | None, school_years: SchoolYears | None = None) -> date | None:
    """The first day of observation that is still good on `on`; None when answers never age.

    An answer is good while fewer than `good_for` months are complete since it was given and, with `school_years`,
    while no school year has begun after it.
    """
    candidates = []
    if good_for is not None:
        candidates.append(shift_days(latest_start(on, good_for), 1))
    if school_years is not None:
        candidates.append(school_years.last(on))
    return max(candidates) if candidates else None


@lru_cache(maxsize=4096)
def stale_from(observed_on: date, good_for: int | None, school_years: SchoolYears | None = None) -> date | None:
    """The day from which an answer given on `observed_on` is too old; None when it never is."""
    candidates = []
    if good_for is not None:
        candidates.append(completes_on(observed_on, good_for))
    if school_years is not None:
        candidates.append(school_years.next(observed_on))
    return min(candidates) if candidates else None


def interval(value: date, precision: Precision = "day", estimated_years: int = 2) -> Interval:
    """The first and last day that a date of this precision can mean."""
    if precision == "day":
        return value, value
    if precision == "month":
        return value.replace(day=1), value.replace(day=last_day(value.year, value.month))
    around = estimated_years if precision == "estimated" else 0
    return date(max(1, value.year - around), 1, 1), date(min(9999, value.year + around), 12, 31)


def cut(birth: Interval | None, on: date) -> Interval | None:
    """A birth interval that does not reach past `on`; None when the birth is unknown or comes wholly after."""
    if birth is None or birth[0] > on:
        return None
    return birth[0], min(birth[1], on)
