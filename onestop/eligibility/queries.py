"""The two cross-tables in the office's words (F3-04, F3-05): counts of an area, persons of a programme."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from criteria.compile import PlaceCount
from criteria.interpret import Verdict
from onestop.areas.country import pack
from onestop.areas.scope import Scope
from onestop.eligibility import live
from onestop.eligibility.rulebook import Rulebook, rulebook
from onestop.registry.models import Household, Person


class NoSuchProgramme(LookupError):
    """No programme of this code stands in the tables of the day, or none that this officer may see."""


@dataclass(frozen=True)
class Listed:
    """One line of cross-table 1: a present member by membership number, and the verdict of one programme."""

    person: str
    household: str
    village: str
    verdict: str


def code_length(level_name: str) -> int:
    """How many characters the codes of a level have, by its code in commands: 'commune', 'village'…"""
    levels = {name: level.length for level in pack().levels for name in _names(level.number)}
    return levels[level_name]


def _names(number: int) -> tuple[str, ...]:
    """What commands call a level: by its number and, as everywhere in the field, by rank from the lowest."""
    from_below = len(pack().levels) - number
    return (str(number), *((("village", "commune", "district", "province")[from_below],) if from_below < 4 else ()))


def table_counts(
    unit: str, on: date, scope: Scope, *, by: str = "", codes: frozenset[str] = frozenset()
) -> list[PlaceCount]:
    """Counts of every programme (or of some) in a unit, in catalogue order; `by` a level: for each place of it."""
    book = chosen(on, scope, codes)
    found = live.counts(book, unit, place_length=code_length(by) if by else None)
    order = {version.code: number for number, version in enumerate(book.versions)}
    return sorted(found, key=lambda one: (order[one.programme], one.place or ""))


def chosen(on: date, scope: Scope, codes: frozenset[str]) -> Rulebook:
    """The rulebook of a day, whole or with some programmes. Raises NoSuchProgramme."""
    book = rulebook(on, scope)
    unknown = codes - {version.code for version in book.versions}
    if unknown:
        raise NoSuchProgramme(", ".join(sorted(unknown)))
    return book.only(codes) if codes else book


def listing(on: date, scope: Scope) -> str:
    """Which programmes the tables of a day have, in a sentence for commands."""
    codes = [version.code for version in rulebook(on, scope).versions]
    return f"There are: {', '.join(codes)}." if codes else f"There is no programme in the tables of {on}."


def listed(unit: str, on: date, scope: Scope, code: str) -> Iterator[Listed]:
    """Cross-table 1 of a programme: every present member of the unit with the verdict, by village and number."""
    rows = live.rows(chosen(on, scope, frozenset({code})), unit)
    persons = dict(Person.objects.filter(pk__in=[row.person_id for row in rows]).values_list("pk", "number"))
    homes = {row.household_id for row in rows}
    folders = dict(Household.objects.filter(pk__in=homes).values_list("pk", "folder_number"))
    lines = [
        Listed(persons[row.person_id], folders[row.household_id], row.unit_code, Verdict.of(row.verdicts[0]).value)
        for row in rows
    ]
    yield from sorted(lines, key=lambda line: (line.village, line.person))
