"""Working days of the country, from the country pack."""

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
