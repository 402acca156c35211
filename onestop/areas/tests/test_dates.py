from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onestop.areas.dates import DateNotUnderstood, PartialDate, birth_interval, read_date


@pytest.mark.parametrize(
    "text",
    [
        "14/6/1987", "14-06-1987", "14.6.1987", "1987-06-14", "១៤/៦/១៩៨៧", "14 June 1987", "14 jun 1987",
        "June 14, 1987", "14th of June 1987", "១៤ មិថុនា ១៩៨៧", "ថ្ងៃទី១៤ ខែមិថុនា ឆ្នាំ១៩៨៧", "14/6/2530",
        "ថ្ងៃទី ១៤ ខែ មិថុនា ព.ស. ២៥៣០", "  14 / 6 / 1987 ",
    ],
)  # fmt: skip
def test_it_reads_a_whole_date_however_it_is_written(text: str) -> None:
    assert read_date(text) == PartialDate(date(1987, 6, 14), "day")


@pytest.mark.parametrize("text", ["6/1987", "06.1987", "1987-06", "មិថុនា 1987", "ខែមិថុនា ឆ្នាំ១៩៨៧", "June 1987", "6/2530"])
def test_it_reads_a_month_and_its_year(text: str) -> None:
    assert read_date(text) == PartialDate(date(1987, 6, 1), "month")


@pytest.mark.parametrize("text", ["1987", "១៩៨៧", "ឆ្នាំ១៩៨៧", "2530", "2530 B.E."])
def test_it_reads_a_year_alone(text: str) -> None:
    assert read_date(text) == PartialDate(date(1987, 1, 1), "year")


@pytest.mark.parametrize("text", ["about 1950", "~1950", "ប្រហែល ១៩៥០", "ប្រហែលជាឆ្នាំ 1950", "1950?", "ca. 1950"])
def test_it_takes_a_guess_for_a_guess(text: str) -> None:
    assert read_date(text) == PartialDate(date(1950, 1, 1), "estimated")


def test_it_understands_a_year_of_the_buddhist_era() -> None:
    assert read_date("២៥៦១") == PartialDate(date(2018, 1, 1), "year")


def test_february_is_read_in_each_of_its_spellings() -> None:
    assert {read_date(f"3 {name} 1990").value for name in ("កុម្ភៈ", "កុម្ភះ", "កុម្ភ", "Feb")} == {date(1990, 2, 3)}


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "14/6/87", "30/2/1987", "6/14/1987", "0/6/1987", "1987-00", "1/2/3/1987", "14 June July 1987",
        "1987 B.E.", "3000", "²", "14/6/198²", "1/6/1987 x", "14", "June", "14!6!1987", "29/2/2558",
    ],
)  # fmt: skip
def test_it_refuses_what_it_cannot_read_and_says_why(text: str) -> None:
    with pytest.raises(DateNotUnderstood) as refused:
        read_date(text)
    assert str(refused.value.message)


@given(st.text(max_size=20) | st.from_regex(r"[0-9/. -]{1,12}", fullmatch=True))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        read = read_date(text)
    except DateNotUnderstood:
        return
    first, last = birth_interval(read.value, read.precision)
    assert first <= read.value <= last


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_written_date_reads_back(day: date) -> None:
    assert read_date(f"{day.day}/{day.month}/{day.year}") == PartialDate(day, "day")
    assert read_date(f"{day.day}/{day.month}/{day.year + 543}").value == day or (day.month, day.day) == (2, 29)


def test_a_birth_date_stands_for_the_days_its_precision_leaves_open() -> None:
    day = date(1984, 2, 1)
    assert birth_interval(day, "day") == (day, day)
    assert birth_interval(day, "month") == (day, date(1984, 2, 29))
    assert birth_interval(day, "year") == (date(1984, 1, 1), date(1984, 12, 31))
    assert birth_interval(day, "estimated") == (date(1982, 1, 1), date(1986, 12, 31))
    assert birth_interval(day, "estimated", 5) == (date(1979, 1, 1), date(1989, 12, 31))
    with pytest.raises(ValueError, match="precision"):
        birth_interval(day, "decade")  # type: ignore[arg-type]
