"""Telephone numbers: the one door through which they come in, and how they are shown.

Stored as E.164 (`+85512345678`), so that a message can be sent and the same number is found however it was typed:
with Khmer digits, spaces or strokes, with the 0 in front or the country's code. Shown as people here write it
(`012 345 678`); a number of another country keeps its `+`. What a number of the country looks like is said by its pack
(country.yaml, `phone`); how others look, by libphonenumber. Whether a number is in use is not asked: prefixes are given
out faster than lists of them appear.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import phonenumbers
from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from onestop.areas.country import pack
from onestop.areas.text import ascii_digits, normalise

__all__ = ["PhoneField", "PhoneWrong", "e164", "local_phone"]

_STORED: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_BETWEEN: Final = re.compile(r"[\s./()\u2010-\u2015-]+")


@dataclass(frozen=True)
class _Rules:
    """How numbers of the country look: its code, how many digits without the 0, the 0 itself, the country's letters."""

    code: str
    digits: frozenset[int]
    trunk: str
    country: str


class PhoneWrong(ValueError):
    """This is no telephone number; the message is for who typed it."""


def e164(text: str) -> str:
    """The stored form of a typed number; '' for nothing typed. Raises PhoneWrong."""
    here = _here()
    if _STORED.fullmatch(text) and text.startswith(f"+{here.code}"):  # of a file of many thousands: no more to do
        typed = text
    else:
        typed = _BETWEEN.sub("", ascii_digits(normalise(text)))
    if not typed:
        return ""
    if typed.startswith("00"):
        typed = "+" + typed[2:]
    if not (typed.isascii() and typed.removeprefix("+").isdigit()):
        raise PhoneWrong(_incomplete())
    if national := _national(typed, here):
        return f"+{here.code}{national}"
    if typed.startswith("+") and not typed.startswith(f"+{here.code}") and _is_possible(typed):
        return typed
    raise PhoneWrong(_incomplete())


def _national(typed: str, here: _Rules) -> str:
    """The number without the country's code and without the 0 in front; '' when it is none of this country."""
    if typed.startswith("+"):
        ways = [typed[1 + len(here.code) :]] if typed.startswith(f"+{here.code}") else []
    else:
        # as it is dialled, without the 0, or with the code and no plus
        ways = [typed, *([typed[len(here.code) :]] if typed.startswith(here.code) else [])]
    for way in ways:
        bare = way.removeprefix(here.trunk)
        if len(bare) in here.digits and not bare.startswith("0"):
            return bare
    return ""


def _is_possible(typed: str) -> bool:
    try:
        number = phonenumbers.parse(typed, None)
    except NumberParseException:
        return False
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


def local_phone(stored: str) -> str:
    """A stored number as it is written here: `012 345 678`; of another country `+66 81 234 5678`."""
    here = _here()
    if not _STORED.fullmatch(stored):
        return stored
    try:
        number = phonenumbers.parse(stored, None)
    except NumberParseException:  # of a country libphonenumber does not know
        home = f"+{here.code}"
        return here.trunk + stored.removeprefix(home) if stored.startswith(home) else stored
    if here.country in phonenumbers.region_codes_for_country_code(number.country_code or 0):
        return str(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
    return str(phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL))


def _here() -> _Rules:
    return _of(settings.COUNTRY_PACK)


@lru_cache(maxsize=2)
def _of(folder: Path) -> _Rules:
    told = pack(folder).node("country.yaml").child("phone")
    return _Rules(
        told.text("country_code"),
        frozenset(one.whole() for one in told.each("national_digits")),
        told.text("trunk", ""),
        told.text("country"),
    )


def _incomplete() -> str:
    return _("The telephone number is not complete. Write it with all its digits.")


class PhoneField(forms.CharField):
    """A telephone number in a form: typed as people write it, cleaned to the stored form."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**{"max_length": 40, "required": False, **arguments})
        self.widget.attrs.update({"inputmode": "tel", "autocomplete": "off"})

    def to_python(self, value: Any) -> str:
        try:
            return e164(super().to_python(value) or "")
        except PhoneWrong as wrong:
            raise forms.ValidationError(str(wrong), code="phone") from wrong

    def prepare_value(self, value: Any) -> Any:
        """What the form shows: the number as it is written here."""
        return local_phone(value) if isinstance(value, str) else value
