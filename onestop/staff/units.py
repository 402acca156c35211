"""Reading a place as people write it, a code or a name, and saying what is wrong with it and what may be meant."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.country import in_words, pack
from onestop.areas.models import AdministrativeUnit, within
from onestop.areas.queries import near_names
from onestop.areas.scope import Range
from onestop.areas.text import ascii_digits, normalise

__all__ = ["UnitRead", "nation_words", "read_unit", "unit_names"]


@dataclass(frozen=True)
class UnitRead:
    """What came of reading: the code, or what is wrong with it in words. '' is the nation."""

    code: str = ""
    problem: str = ""


def nation_words() -> frozenset[str]:
    """How the whole country may be written: its code and its names."""
    return frozenset({pack().code.casefold(), "*", *(name.casefold() for name in pack().names.values())})


def read_unit(text: str, *, inside: tuple[Range, ...], level: int | None = None, empty: str = "") -> UnitRead:
    """The unit that is meant, looked for in the areas `inside`; `empty` is said of nothing written.

    A name that several units of the area have is not guessed, it asks for the code. An unknown one is answered with
    near names, one outside the area with where it lies.
    """
    text = normalise(text).strip()
    if not text:
        return UnitRead(problem=empty)
    if text.casefold() in nation_words():
        if not any(low == "" for low, _high in inside):
            return UnitRead(problem=_("The whole country is not your area."))
        return UnitRead() if level in (None, 0) else UnitRead(problem=_wrong_level("", level))
    units = AdministrativeUnit.objects.on(clock.today())
    code = ascii_digits(text).replace(" ", "")
    found = list(units.filter(code=code))
    if not found:
        mine = units.filter(within(inside, "code"))
        exact = [unit for unit in mine.named(text)[:200] if normalise(text) in _names(unit)]
        found = [unit for unit in exact if level is None or unit.level == level] or exact
        if len(found) > 1:
            listed = ", ".join(f"{unit.full_name} {unit.code}" for unit in found[:6])
            return UnitRead(problem=_("Several places are called so; write the code: %(units)s.") % {"units": listed})
    if not found:
        return UnitRead(problem=_unknown(text, code, inside, level))
    unit = found[0]
    if not any(low <= unit.code < high for low, high in inside):
        return UnitRead(
            problem=_("%(unit)s (%(code)s) lies outside your area.") % {"unit": unit.full_name, "code": unit.code}
        )
    if level is not None and unit.level != level:
        return UnitRead(problem=_wrong_level(unit.code, level, unit))
    return UnitRead(unit.code)


def _names(unit: AdministrativeUnit) -> set[str]:
    languages = pack().languages
    return {unit.name_km, unit.name_latin, *unit.other_names, *(unit.full_name_in(language) for language in languages)}


def _wrong_level(code: str, level: int, unit: AdministrativeUnit | None = None) -> str:
    wanted = pack().levels[level - 1].name() if level else _("the nation")
    if unit is None:
        return _("This is the whole country; wanted is: %(level)s.") % {"level": wanted}
    above = next((each for each in pack().levels if each.number == level), None)
    hint = f" ({code[: above.length]}?)" if above and above.length < len(code) else ""
    return _("%(unit)s is a %(kind)s; wanted is: %(level)s%(hint)s.") % {
        "unit": unit.full_name,
        "kind": unit.level_entry.name(),
        "level": wanted,
        "hint": hint,
    }


def _unknown(text: str, code: str, inside: tuple[Range, ...], level: int | None) -> str:
    units = AdministrativeUnit.objects.on(clock.today()).filter(within(inside, "code"))
    if level:
        units = units.filter(level=level)
    if code.isalnum() and code.isascii() and any(sign.isdigit() for sign in code):
        near = list(units.filter(code__startswith=code[:-2]).order_by("code")[:5]) if len(code) > 2 else []
    else:
        near = near_names(units, text, most=4)
    listed = ", ".join(f"{unit.full_name} {unit.code}" for unit in near)
    if listed:
        return _("There is no place “%(text)s”. Is it: %(near)s?") % {"text": text, "near": listed}
    return _("There is no place “%(text)s” in your area. The pages of places show the codes.") % {"text": text}


def unit_names(codes: "set[str]") -> dict[str, str]:
    """Full names by code, in the reader's language; '' is the country. One query."""
    found = AdministrativeUnit.objects.in_bulk(codes - {""})
    names = {code: unit.full_name for code, unit in found.items()}
    return {code: names.get(code, code) if code else in_words(pack().names) for code in codes}
