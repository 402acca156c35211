"""Working days and school years of the country, from the country pack."""

from bisect import bisect_right
from datetime import date, timedelta

from onestop.areas.country import Country, pack


def is_working_day(day: date, country: Country | None = None) -> bool:
    """True when offices are open: no weekend, no public holiday."""
    country = country or pack()
    if day.isoweekday() in country.weekend:
        return False
    return not any(
        (holiday.month, holiday.day) == (day.month, day.day) and holiday.year in {None, day.year}
        for holiday in country.holidays
    )


def add_working_days(day: date, days: int, country: Country | None = None) -> date:
    """The day that lies so many working days after `day` (before it when negative); 0 gives `day` itself.

    A term of 7 working days from a Friday ends on the second Tuesday after it, holidays apart.
    """
    step = timedelta(days=1 if days > 0 else -1)
    left = abs(days)
    while left:
        day += step
        left -= is_working_day(day, country)
    return day


def working_days_between(first: date, last: date, country: Country | None = None) -> int:
    """Working days after `first` up to and with `last`; 0 when last is not later."""
    country = country or pack()
    span = range(1, (last - first).days + 1)
    return sum(is_working_day(first + timedelta(days=days), country) for days in span)


def school_year_start(day: date, country: Country | None = None) -> date:
    """The start of the school year that `day` lies in: the last start on or before it."""
    starts, (month, first) = (country or pack()).school_year_starts
    if starts and day < starts[-1]:
        place = bisect_right(starts, day)
        return starts[place - 1] if place else _start_in(day, month, first)
    return max(_start_in(day, month, first), starts[-1]) if starts else _start_in(day, month, first)


def next_school_year_start(day: date, country: Country | None = None) -> date:
    """The first start of a school year after `day`; schooling answers are not good from then on (rules.md §3)."""
    starts, (month, first) = (country or pack()).school_year_starts
    place = bisect_right(starts, day)
    if place < len(starts):
        return starts[place]
    this_year = date(day.year, month, first)
    return this_year if this_year > day else date(day.year + 1, month, first)


def _start_in(day: date, month: int, first: int) -> date:
    this_year = date(day.year, month, first)
    return this_year if this_year <= day else date(day.year - 1, month, first)
