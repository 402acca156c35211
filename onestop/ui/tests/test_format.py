"""Numbers and dates as the office writes them."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from onestop.ui import format

TODAY = date(2014, 6, 11)


def test_numbers_have_a_comma_at_the_thousands_in_both_languages() -> None:
    for language in ("km", "en"):
        with translation.override(language):
            assert format.count(58912) == "58,912"
            assert format.riel(160000) == "160,000\u00a0៛"


def test_a_missing_number_is_a_dash_and_not_a_nought() -> None:
    assert format.count(None) == format.riel("") == format.day(None) == "–"
    assert format.count(0) == "0"


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 10, "0 %"), (1, 1000, "< 1 %"), (999, 1000, "> 99 %"), (10, 10, "100 %"), (1, 3, "33 %"), (0, 0, "–")],
)
def test_a_share_is_never_rounded_to_none_or_all(part: int, whole: int, shown: str) -> None:
    assert format.percent(part, whole) == shown


@pytest.mark.parametrize(
    ("language", "precision", "shown"),
    [
        ("en", "day", "14 Aug 2018"),
        ("en", "month", "Aug 2018"),
        ("en", "year", "year 2018"),
        ("en", "estimated", "about 2018"),
        ("km", "day", "14 សីហា 2018"),
        ("km", "month", "សីហា 2018"),
        ("km", "year", "ឆ្នាំ 2018"),
        ("km", "estimated", "ប្រហែលឆ្នាំ 2018"),
    ],
)
def test_a_date_is_only_as_exact_as_it_is_known(language: str, precision: str, shown: str) -> None:
    with translation.override(language):
        assert format.day(date(2018, 8, 14), precision) == shown
        assert format.day(SimpleNamespace(value=date(2018, 8, 14), precision=precision)) == shown


def test_a_sentence_has_the_full_name_of_the_month() -> None:
    with translation.override("en"):
        assert format.day(date(2026, 11, 23), months=format.MONTHS) == "23 November 2026"
        assert format.month_year(date(2027, 6, 1)) == "June 2027"
        assert format.moment(datetime(2026, 11, 23, 8, 10)) == "23 Nov 2026, 08:10"  # noqa: DTZ001


def test_an_instant_is_told_by_the_clocks_of_the_country_whichever_zone_it_comes_in() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    with translation.override("en"):
        for same in (late, late.astimezone(ZoneInfo("Asia/Phnom_Penh")), late.astimezone(ZoneInfo("America/Lima"))):
            assert format.day(same) == "23 Nov 2026"
            assert format.moment(same) == "23 Nov 2026, 06:30"


@pytest.mark.parametrize(
    ("birth", "precision", "shown"),
    [
        (date(2013, 11, 11), "day", "7 m"),
        (date(2012, 8, 11), "day", "1 y 10 m"),
        (date(2012, 6, 11), "day", "2 y"),
        (date(1978, 6, 12), "day", "35 y"),
        (date(1955, 1, 1), "year", "about 59 y"),
        (date(2014, 6, 12), "day", "–"),
    ],
)
def test_an_age_is_told_in_months_for_small_children(birth: date, precision: str, shown: str) -> None:
    with translation.override("en"):
        assert format.age(birth, TODAY, precision) == shown


@pytest.mark.parametrize(
    ("observed", "shown"),
    [
        (date(2014, 6, 11), "today"),
        (date(2014, 6, 10), "1 day ago"),
        (date(2014, 5, 12), "30 days ago"),
        (date(2014, 5, 11), "1 month ago"),
        (date(2013, 6, 12), "11 months ago"),
        (date(2013, 6, 11), "over a year ago"),
        (date(2012, 6, 11), "over 2 years ago"),
        (date(2014, 6, 12), "on 12 June 2014"),
        (None, "never"),
    ],
)
def test_the_age_of_a_fact_is_told_in_the_largest_unit_that_says_enough(observed: date | None, shown: str) -> None:
    with translation.override("en"):
        assert format.age_of_data(observed, TODAY) == shown


@pytest.mark.parametrize(
    ("on", "kind", "words"),
    [
        (date(2014, 5, 29), "late", "13 days late"),
        (date(2014, 6, 11), "soon", "today"),
        (date(2014, 6, 12), "soon", "tomorrow"),
        (date(2014, 6, 14), "soon", "14 June 2014"),
        (date(2014, 6, 15), "ok", "15 June 2014"),
    ],
)
def test_a_term_is_late_soon_or_just_a_date(on: date, kind: str, words: str) -> None:
    with translation.override("en"):
        assert format.due(on, TODAY) == (kind, words)


def test_khmer_digits_are_only_a_way_of_showing() -> None:
    assert format.khmer_digits("10 kg, 2014") == "១០ kg, ២០១៤"
