"""Ages, months, staleness and imprecise dates, day by day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from criteria.dates import (
    SchoolYears,
    completes_on,
    cut,
    fresh_since,
    interval,
    latest_start,
    shift_days,
    stale_from,
)

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
MONTHS = st.integers(0, 1300)


@given(DAYS, MONTHS, st.integers(-3, 3))
def test_the_cut_off_is_the_last_birth_that_has_completed_the_months(on: date, months: int, near: int) -> None:
    born = shift_days(latest_start(on, months), near)
    assert (completes_on(born, months) <= on) is (born <= latest_start(on, months))


@given(DAYS, st.integers(1, 80))
def test_an_answer_is_fresh_until_the_eve_of_the_day_it_goes_stale(observed: date, good_for: int) -> None:
    for years in (None, SchoolYears((9, 1))):
        stale = stale_from(observed, good_for, years)
        assert stale is not None
        eve = stale - timedelta(days=1)
        assert observed >= (fresh_since(eve, good_for, years) or date.min)
        assert observed < (fresh_since(stale, good_for, years) or date.min)


def test_a_birthday_of_the_29th_of_february() -> None:
    born = date(2008, 2, 29)
    assert completes_on(born, 12) == date(2009, 3, 1)
    assert completes_on(born, 48) == date(2012, 2, 29)
    assert latest_start(date(2026, 2, 28), 216) == date(2008, 2, 28)
    assert latest_start(date(2026, 3, 1), 216) == date(2008, 3, 1)


def test_a_month_without_the_day_completes_on_the_first_of_the_next() -> None:
    assert completes_on(date(2026, 1, 31), 1) == date(2026, 3, 1)
    assert completes_on(date(2026, 1, 31), 2) == date(2026, 3, 31)
    assert latest_start(date(2026, 2, 28), 1) == date(2026, 1, 28)


def test_the_first_answer_of_a_school_year_lasts_to_the_next_start() -> None:
    years = SchoolYears((9, 1))
    assert stale_from(date(2025, 9, 1), 12, years) == date(2026, 9, 1)
    assert stale_from(date(2026, 8, 31), 12, years) == date(2026, 9, 1)
    assert fresh_since(date(2026, 8, 31), 12, years) == date(2025, 9, 1)


def test_the_calendar_has_ends() -> None:
    assert latest_start(date(2026, 1, 1), 12 * 9000) == date(1, 1, 2)
    assert shift_days(date(2026, 1, 1), 10**9) == date.max
    assert shift_days(date(2026, 1, 1), -(10**9)) == date(1, 1, 2)


def test_less_precise_dates_are_longer() -> None:
    born = date(2014, 7, 15)
    assert interval(born, "month") == (date(2014, 7, 1), date(2014, 7, 31))
    assert interval(born, "year") == (date(2014, 1, 1), date(2014, 12, 31))
    assert interval(born, "estimated") == (date(2012, 1, 1), date(2016, 12, 31))
    assert cut(interval(born, "year"), date(2014, 8, 1)) == (date(2014, 1, 1), date(2014, 8, 1))
    assert cut(interval(born, "year"), date(2013, 8, 1)) is None
