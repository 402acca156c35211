"""Dates as people tell them: in Khmer digits, in the Buddhist era, by month or only by year.

A date of birth is stored with its precision and as the interval it stands for, so that a rule can say
"cannot tell" near a limit instead of guessing. An entry that cannot be read is refused with a reason, never guessed.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final, get_args

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from criteria.dates import Precision, interval
from onestop.areas.text import ascii_digits, normalise

# Earlier years belong to nobody alive; years from 2400 on are of the Buddhist era, 543 ahead.
YEARS: Final = range(1870, 2151)
_BUDDHIST_YEARS: Final = range(2400, 2700)
_BUDDHIST_OFFSET: Final = 543

_KHMER_MONTHS: Final = (
    "មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា", "កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ",
)  # fmt: skip
_ENGLISH_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


def _months() -> dict[str, int]:
    months: dict[str, int] = {}
    for number, (khmer, english) in enumerate(zip(_KHMER_MONTHS, _ENGLISH_MONTHS, strict=True), start=1):
        months |= {normalise(khmer): number, english: number, english[:3]: number}
    # February is often typed without its last sign, or with the visarga or the colon of a keyboard that lacks it.
    return months | dict.fromkeys(("កុម្ភ", "កុម្ភះ", "កុម្ភ:"), 2) | {"sept": 9}


_MONTHS: Final = _months()
# Words that say what a number is and add nothing: day, day number, month, year, common era.
_FILLER: Final = re.compile(r"ថ្ងៃទី|ថ្ងៃ|ទី(?=\s*\d)|ខែ|ឆ្នាំ|គ\.ស\.?|\bof\b|\bthe\b|\b(?:a\.?d|c\.?e)\b\.?", re.IGNORECASE)
_ESTIMATED: Final = re.compile(r"ប្រហែលជា|ប្រហែល|\babout\b|\baround\b|\bcirca\b|\bca?\.(?=\s*\d)|~|\?", re.IGNORECASE)
_BUDDHIST_WORDS: Final = re.compile(r"ព\.ស\.?|ពុទ្ធសករាជ|\bb\.?e\b\.?", re.IGNORECASE)
_ORDINAL: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_TOKEN: Final = re.compile(r"\d+|[^\W\d_][^\s\d/.,-]*")


class DateNotUnderstood(ValueError):
    """The text is no date; the message says why and how to write it."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as far as it is known.

    `value` is the first day of what was said (1 January for a year); `precision` says how much of it counts.
    """

    value: date
    precision: Precision


def read_date(text: str) -> PartialDate:
    """Read a date typed by a clerk.

    Understood: 14/6/1987, 14-06-1987, 14.6.1987 (day first), 1987-06-14, 14 June 1987, June 14, 1987,
    ថ្ងៃទី១៤ ខែមិថុនា ឆ្នាំ១៩៨៧; without the day 6/1987, 06.1987, មិថុនា 1987; only the year 1987; about 1987,
    ប្រហែល ១៩៨៧; years of the Buddhist era (2561 is 2018). Raises DateNotUnderstood.
    """
    plain = ascii_digits(normalise(text))
    if not plain:
        raise DateNotUnderstood(_("Write a date, for example 14/6/1987, 6/1987 or 1987."))
    plain, estimated = _ESTIMATED.subn(" ", plain)
    plain, buddhist = _BUDDHIST_WORDS.subn(" ", plain)
    plain = _ORDINAL.sub("", _FILLER.sub(" ", plain)).strip()
    year, month, day = _numbers(plain)
    if year in _BUDDHIST_YEARS:
        year -= _BUDDHIST_OFFSET
    elif buddhist:
        raise DateNotUnderstood(_("A year of the Buddhist era lies between 2400 and 2699: look at the year again."))
    if year not in YEARS:
        raise DateNotUnderstood(_("Write the year with four digits, for example 1987 or 2530."))
    precision: Precision = "day" if day else "month" if month else "year"
    value = _date(year, month or 1, day or 1)
    return PartialDate(value, "estimated" if estimated else precision)


def _numbers(plain: str) -> tuple[int, int, int]:
    """Year, month, day of the cleaned text; month and day 0 when not said."""
    if iso := _ISO.fullmatch(plain):
        year, month, day = (int(group or 0) for group in iso.groups())
        if month == 0 or (iso[3] and day == 0):
            raise DateNotUnderstood(_("There is no month or day 0: leave out what is not known."))
        return year, month, day
    tokens: list[str] = _TOKEN.findall(plain)
    named = [token for token in tokens if not token.isdecimal()]  # ² is a digit, and no number
    numbers = [int(token) for token in tokens if token.isdecimal()]
    months = [_MONTHS[token.lower()] for token in named if token.lower() in _MONTHS]
    if len(named) > 1 or len(months) < len(named) or _TOKEN.sub("", plain).strip(" /.,-"):
        raise DateNotUnderstood(_("This date was not understood. Write it as 14/6/1987, 6/1987 or 1987."))
    if months and len(numbers) in (1, 2):
        return numbers[-1], months[0], _given(numbers[0]) if len(numbers) == 2 else 0
    if not months and len(numbers) in (1, 2, 3):
        day, month = [0, 0, 0, *map(_given, numbers[:-1])][-2:]
        return numbers[-1], month, day
    raise DateNotUnderstood(_("This date was not understood. Write it as 14/6/1987, 6/1987 or 1987."))


def _given(number: int) -> int:
    if number == 0:
        raise DateNotUnderstood(_("There is no month or day 0: leave out what is not known."))
    return number


def _date(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        raise DateNotUnderstood(_("There are twelve months. Write the day before the month: 14/6/1987."))
    if not 1 <= day <= monthrange(year, month)[1]:
        raise DateNotUnderstood(_("This month does not have that day: look at the day and the month again."))
    return date(year, month, day)


def birth_interval(value: date, precision: Precision, estimated_years: int = 2) -> tuple[date, date]:
    """First and last day on which the birth may have been, both included.

    `estimated_years` is the country's setting: an estimated birth lies in its year, that many years more or less.
    """
    if precision not in get_args(Precision):
        raise ValueError(f"birth_interval: unknown precision {precision!r}; use day, month, year or estimated")
    return interval(value, precision, estimated_years)
