"""Looking for places by name: what fits, and when nothing does, what is spelt nearly so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz, process

from onestop.areas.country import pack
from onestop.areas.models import AdministrativeUnit, AdministrativeUnitQuerySet
from onestop.areas.names import latin_key, search_key, without_kind

NEAR = 70  # of 100: Chhar Chuk finds Char Chhuk (74), while a name that shares a syllable only stays out
MOST = 50


@dataclass(frozen=True)
class Found:
    """The answer to a search: the units that fit, best first; when none does, those of nearly that name."""

    units: list[AdministrativeUnit]
    near: list[AdministrativeUnit]
    more: bool = False


def search_places(text: str, *, on: date | None = None, under: str = "", most: int = MOST) -> Found:
    """Places whose name or code has the text in it; the word of a kind before or after the name is not needed.

    `on` leaves out units not valid that day. When nothing fits, `near` has at most ten units of nearly that name.
    """
    units = AdministrativeUnit.objects.under(under)
    if on is not None:
        units = units.on(on)
    for wanted in dict.fromkeys((text, without_kind(text, pack()))):
        found = list(units.named(wanted)[: most + 1])
        if found:
            return Found(found[:most], [], len(found) > most)
    return Found([], near_names(units, text))


def near_names(units: AdministrativeUnitQuerySet, text: str, *, most: int = 10) -> list[AdministrativeUnit]:
    """Units of nearly that name, the nearest first. Reads the keys of all units given: some 15 ms for a nation."""
    key = search_key(without_kind(text, pack()))
    if not key:
        return []
    column = "search_latin" if latin_key(key) == key else "search_km"
    keys = dict(units.values_list("code", column))
    best = process.extract(key, keys, scorer=fuzz.ratio, score_cutoff=NEAR, limit=most)
    order = {code: place for place, (_key, _score, code) in enumerate(best)}
    return sorted(units.filter(code__in=order), key=lambda unit: order[unit.code])


def paths_of(units: Sequence[AdministrativeUnit]) -> dict[str, list[AdministrativeUnit]]:
    """For each unit the units it lies in, the nearest first; one query for all."""
    lengths = [level.length for level in pack().levels]
    above = {unit.code: [unit.code[:n] for n in reversed(lengths) if n < len(unit.code)] for unit in units}
    found = AdministrativeUnit.objects.in_bulk({code for codes in above.values() for code in codes})
    return {code: [found[each] for each in codes if each in found] for code, codes in above.items()}


def path_of(code: str) -> list[AdministrativeUnit]:
    """The units a unit lies in, from the top, the unit itself last; [] for an unknown code."""
    path = list(AdministrativeUnit.objects.above(code))
    return path if path and path[-1].code == code else []


def tree(code: str, *, on: date | None = None, levels: int = 1) -> list[AdministrativeUnit]:
    """The units below a unit ('' = the nation), so many levels deep, each after the unit it lies in."""
    units = AdministrativeUnit.objects.under(code).exclude(code=code)
    if on is not None:
        units = units.on(on)
    here = next((level.number for level in pack().levels if level.length == len(code)), 0)
    below: dict[str, list[AdministrativeUnit]] = {}
    for unit in units.filter(level__lte=here + levels).order_by("name_sort", "code"):
        below.setdefault(unit.parent_code, []).append(unit)
    ordered: list[AdministrativeUnit] = []
    waiting = list(reversed(below.get(code, [])))
    while waiting:
        unit = waiting.pop()
        ordered.append(unit)
        waiting += reversed(below.get(unit.code, []))
    return ordered
