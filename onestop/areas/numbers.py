"""Membership numbers: nine digits and a check digit, readable aloud, given to offices in blocks.

The check digit is Damm's (H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004): it catches every single
wrong digit and every swap of two neighbours, the check digit included, and needs no letter. Numbers have ten digits
and never begin with 0, so nobody takes one for a telephone number and a spreadsheet does not shorten it.
A number is never given twice: an office takes the next from its block, and blocks never overlap nor come back.
The functions are pure; the tables that remember blocks belong to the registry.
"""

import re
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from onestop.areas.text import ascii_digits, normalise

FIRST_SERIAL: Final = 100_000_000
LAST_SERIAL: Final = 999_999_999
_GROUPS: Final = (3, 3, 4)

# Row = digit so far, column = next digit. The diagonal is 0, so a number with its check digit ends in 0.
_TABLE: Final = tuple(
    tuple(map(int, row))
    for row in (
        "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
        "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
    )
)  # fmt: skip
_SEPARATORS: Final = re.compile(r"[\s./·-]+")


class NumberWrong(ValueError):
    """The text is no membership number; the message says why and what to do."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


def _damm(digits: str) -> int:
    state = 0
    for digit in map(int, digits):
        state = _TABLE[state][digit]
    return state


def check_digit(serial: int) -> str:
    """The digit that closes a serial number."""
    return str(_damm(str(serial)))


def membership_number(serial: int) -> str:
    """The ten digits stored for a serial number; ValueError outside 100 000 000 to 999 999 999."""
    if not FIRST_SERIAL <= serial <= LAST_SERIAL:
        raise ValueError(f"membership_number: {serial} is outside {FIRST_SERIAL}–{LAST_SERIAL}")
    return f"{serial}{check_digit(serial)}"


def is_valid(number: str) -> bool:
    """Whether the stored form (ten digits 0–9, nothing else) is a membership number."""
    return len(number) == 10 and number.isascii() and number.isdigit() and number[0] != "0" and _damm(number) == 0


def read_number(text: str) -> str:
    """The stored form of a number as typed: Khmer digits, spaces, points and hyphens are accepted.

    Raises NumberWrong when a digit is missing, wrong or swapped.
    """
    digits = _SEPARATORS.sub("", ascii_digits(normalise(text)))
    if not (digits.isascii() and digits.isdigit()):
        raise NumberWrong(_("A membership number has digits only. Copy the ten digits from the card."))
    if len(digits) != 10 or digits[0] == "0":
        raise NumberWrong(_("A membership number has ten digits and does not begin with 0. Copy it again."))
    if _damm(digits) != 0:
        raise NumberWrong(_("One digit is wrong or two are swapped. Compare the number with the card, digit by digit."))
    return digits


def spoken(number: str) -> str:
    """The number in groups as it is printed and read aloud: 100 000 0013."""
    groups, start = [], 0
    for length in _GROUPS:
        groups.append(number[start : start + length])
        start += length
    return " ".join(groups)


@dataclass(frozen=True, slots=True)
class Block:
    """A run of serial numbers given to one office, both ends included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not FIRST_SERIAL <= self.first <= self.last <= LAST_SERIAL:
            raise ValueError(f"Block: {self.first}–{self.last} is no run within {FIRST_SERIAL}–{LAST_SERIAL}")


def next_block(last_given: int | None, size: int) -> Block:
    """The block after the last serial number ever given to any office (None: the very first block).

    Taking blocks only upwards is what keeps a number from being given twice, also after an office returns its rest.
    ValueError when the numbers are used up.
    """
    first = FIRST_SERIAL if last_given is None else last_given + 1
    return Block(first, first + size - 1)
