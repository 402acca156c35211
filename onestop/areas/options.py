"""Options that commands of every room read alike, and the demonstration before Django is there."""

from argparse import ArgumentTypeError
from datetime import date

from onestop.areas.dates import YEARS


def read_day(text: str) -> date:
    """A day as `--on` takes it: 2014-06-11 and no other way of writing it. Raises ArgumentTypeError, for argparse."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if found.isoformat() != text or found.year not in YEARS:
        raise ArgumentTypeError(f"'{text}' is no day from {YEARS[0]} to {YEARS[-1]}; write it like 2014-06-11")
    return found
