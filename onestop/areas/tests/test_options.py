"""A day that an option cannot mean is refused with the way to write it."""

from argparse import ArgumentTypeError
from datetime import date

import pytest

from onestop.areas.options import read_day


@pytest.mark.parametrize("text", ["2014-06-11", "2016-02-29", "1870-01-01", "2150-12-31"])
def test_a_day_is_read_as_it_is_written(text: str) -> None:
    assert read_day(text) == date.fromisoformat(text)


@pytest.mark.parametrize(
    "text", ["", "today", "2014-02-29", "11/06/2014", "20140611", "2014-W24-3", "2014-6-11", "1869-12-31", "0001-01-01",
             "9999-12-31", " 2014-06-11", "២០១៤-០៦-១១"]
)  # fmt: skip
def test_what_is_no_day_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match=f"'{text}' is no day from 1870 to 2150; write it like 2014-06-11"):
        read_day(text)
