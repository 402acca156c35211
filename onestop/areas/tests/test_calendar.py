from datetime import date, timedelta

import pytest

from onestop.areas.calendar import add_working_days, is_working_day
from onestop.areas.country import pack
from onestop.areas.tests.lun import lun


def test_the_weekend_is_the_country_s() -> None:
    friday, sunday = date(2025, 2, 7), date(2025, 2, 9)
    assert is_working_day(friday)
    assert not is_working_day(sunday)
    assert not is_working_day(friday, lun())
    assert is_working_day(sunday, lun())


def test_a_holiday_is_of_every_year_or_of_one() -> None:
    assert not is_working_day(date(2025, 1, 1), lun())
    assert not is_working_day(date(2030, 1, 1), lun())
    assert not is_working_day(date(2025, 3, 3), lun())
    assert is_working_day(date(2026, 3, 3), lun())


def test_working_days_are_counted_over_weekends_both_ways() -> None:
    friday = date(2014, 6, 6)
    assert add_working_days(friday, 7) == date(2014, 6, 17)
    assert add_working_days(date(2014, 6, 17), -7) == friday
    assert add_working_days(friday, 0) == friday


@pytest.mark.parametrize(
    ("day", "start"),
    [
        (date(2014, 6, 11), date(2013, 10, 1)),
        (date(2014, 10, 31), date(2013, 10, 1)),
        (date(2014, 11, 1), date(2014, 11, 1)),
        (date(2020, 12, 31), date(2019, 11, 1)),
        (date(2021, 1, 11), date(2021, 1, 11)),
        (date(2035, 10, 31), date(2034, 11, 1)),
    ],
)
def test_a_day_lies_in_the_school_year_that_began_last(day: date, start: date) -> None:
    assert pack().school_years.last(day) == start


@pytest.mark.parametrize("offset", range(0, 365 * 30, 37))
def test_the_next_school_year_begins_after_the_day_and_none_lies_between(offset: int) -> None:
    day = date(2012, 1, 1) + timedelta(days=offset)
    years = pack().school_years
    following = years.next(day)
    assert following > day
    assert years.last(following) == following
    assert years.last(following - timedelta(days=1)) == years.last(day)


def test_a_country_without_a_listed_start_before_the_day_goes_by_month_and_day() -> None:
    assert lun().school_years.last(date(2010, 5, 1)) == date(2010, 2, 1)
    assert lun().school_years.last(date(2025, 2, 2)) == date(2024, 2, 5)
    assert lun().school_years.next(date(2025, 2, 3)) == date(2026, 2, 1)
