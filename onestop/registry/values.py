"""The written form of an answer, as it stands in an answer sheet, and back.

    bool      true, false                          code      "tin" (codes are texts, "2" too)
    whole     12                                   set       ["cooking", "sewing"], ascending
    decimal   "1.2500" (a text: exact)             text      normalised
    date      "2014-06-11", or "none" when it does not apply
    imprecise date  the same, or the days it may be: "2014-09-01/2014-09-30" (ISO 8601 interval)

`written` is the door through which every answer passes, from a form, a file or another office: type, range and code
are checked here and nowhere else.
"""

from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from criteria.dates import NONE_DATE
from onestop.areas.dates import DateNotUnderstood, PartialDate, birth_interval, read_date
from onestop.areas.text import ascii_digits, normalise
from onestop.registry.declared import Declared

# How "does not apply" of a date is written in a sheet and given to `written`
NONE: Final = "none"
_WHOLE: Final = 2**63
_DECIMAL_PLACES: Final = Decimal("0.0001")
_LONGEST_TEXT: Final = 2_000

Written = bool | int | str | list[str]


class AnswerRefused(ValueError):
    """The value is no answer to this question. `message` says what is wrong and how to put it right."""

    def __init__(self, fact: Declared, message: str | Promise) -> None:
        super().__init__(f"{fact.of}.{fact.code}: {message}")
        self.fact, self.message = fact, message


def written(fact: Declared, value: Any, *, estimated_years: int = 2) -> Written:
    """The form stored in a sheet. Raises AnswerRefused; None is refused too, an unanswered question is left out."""
    if value is None:
        raise AnswerRefused(fact, _("No answer was given. Leave the question out instead."))
    return _WRITERS[fact.type](fact, value, estimated_years)


def _bool(fact: Declared, value: Any, years: int) -> bool:
    if isinstance(value, bool):
        return value
    raise AnswerRefused(fact, _("The answer is yes or no."))


def _whole(fact: Declared, value: Any, years: int) -> int:
    if isinstance(value, str):
        text = ascii_digits(normalise(value)).replace(",", "").replace(" ", "")
        try:
            value = int(text)
        except ValueError:
            raise AnswerRefused(fact, _("Write a whole number, for example 12.")) from None
    if isinstance(value, bool) or not isinstance(value, int):
        raise AnswerRefused(fact, _("Write a whole number, for example 12."))
    if not -_WHOLE <= value < _WHOLE:
        raise AnswerRefused(fact, _("This number is too large to be true."))
    _in_range(fact, value)
    return value


def _decimal(fact: Declared, value: Any, years: int) -> str:
    if isinstance(value, float):
        value = repr(value)
    if isinstance(value, str):
        value = ascii_digits(normalise(value)).replace(",", "").replace(" ", "")
    try:
        number = Decimal(value) if not isinstance(value, bool) else Decimal("NaN")
        exact = number.quantize(_DECIMAL_PLACES)
    except (InvalidOperation, TypeError, ValueError):
        raise AnswerRefused(fact, _("Write a number with a point, for example 1.5.")) from None
    if not number.is_finite() or exact != number or abs(number) >= Decimal(10) ** 14:
        raise AnswerRefused(fact, _("Write a number with at most four places after the point, for example 1.25."))
    _in_range(fact, number)
    return str(exact)


def _in_range(fact: Declared, value: int | Decimal) -> None:
    if (fact.minimum is not None and value < fact.minimum) or (fact.maximum is not None and value > fact.maximum):
        low = "…" if fact.minimum is None else fact.minimum
        high = "…" if fact.maximum is None else fact.maximum
        raise AnswerRefused(
            fact, _("The answer lies between %(low)s and %(high)s. Look at it again.") % {"low": low, "high": high}
        )


def _code(fact: Declared, value: Any, years: int) -> str:
    code = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not fact.has_code(code):
        raise AnswerRefused(fact, _("Choose one of the answers of the list."))
    return code


def _set(fact: Declared, value: Any, years: int) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Collection):
        raise AnswerRefused(fact, _("Choose from the answers of the list; several are possible, and none is one."))
    return sorted({_code(fact, one, years) for one in value})


def _text(fact: Declared, value: Any, years: int) -> str:
    if not isinstance(value, str):
        raise AnswerRefused(fact, _("Write the answer as a text."))
    text = normalise(value)
    if len(text) > _LONGEST_TEXT:
        raise AnswerRefused(fact, _("This text is too long. Shorten it to 2,000 letters."))
    return text


def _date(fact: Declared, value: Any, years: int) -> str:
    if value in (NONE, NONE_DATE, (NONE_DATE, NONE_DATE)):
        if not fact.may_not_apply:
            raise AnswerRefused(fact, _("“Does not apply” is no answer to this question. Write a date."))
        return NONE
    if isinstance(value, str):
        if "/" in value and len(value) == 21:
            value = tuple(date.fromisoformat(part) for part in value.split("/"))
        else:
            try:
                value = read_date(value)
            except DateNotUnderstood as error:
                raise AnswerRefused(fact, error.message) from None
    if isinstance(value, PartialDate):
        value = birth_interval(value.value, value.precision, years)
    first, last = value if isinstance(value, tuple) else (value, value)
    if not isinstance(first, date) or not isinstance(last, date) or first > last:
        raise AnswerRefused(fact, _("Write a date, for example 14/6/2014."))
    if first == last:
        return first.isoformat()
    if not fact.imprecise:
        raise AnswerRefused(fact, _("The whole date is needed: day, month and year."))
    return f"{first.isoformat()}/{last.isoformat()}"


_WRITERS: Final[dict[str, Callable[[Declared, Any, int], Written]]] = {
    "bool": _bool,
    "whole": _whole,
    "decimal": _decimal,
    "code": _code,
    "set": _set,
    "text": _text,
    "date": _date,
}


def value_of(fact: Declared, stored: Written) -> Any:
    """The Python value of a written form.

    A date that does not apply is `criteria.dates.NONE_DATE`; an imprecise date is its (first, last) day, both
    NONE_DATE when it does not apply; a set is a frozenset; a decimal a Decimal.
    """
    match fact.type:
        case "decimal":
            return Decimal(str(stored))
        case "set":
            return frozenset(stored if isinstance(stored, list) else ())
        case "date":
            first, _slash, last = str(stored).partition("/")
            begin = NONE_DATE if first == NONE else date.fromisoformat(first)
            return (begin, date.fromisoformat(last) if last else begin) if fact.imprecise else begin
    return stored
