"""The lines of cross-table 1, for the page and for its papers: which list is asked, and its lines in words."""

from dataclasses import dataclass

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import get_language

from onestop.areas import clock
from onestop.areas.models import AdministrativeUnit
from onestop.areas.queries import paths_of
from onestop.areas.scope import Scope
from onestop.desk.crosstable_forms import CrosstableForm, Place, place_of, villages_of, wanted
from onestop.desk.words import label
from onestop.eligibility.forms import areas
from onestop.eligibility.guarantees import book_for
from onestop.eligibility.listing import Line, Wanted
from onestop.eligibility.rulebook import Rulebook, Version
from onestop.ui import format, languages


@dataclass(frozen=True)
class Asked:
    """Which list is asked: the programme on the day, the place, the filters."""

    book: Rulebook
    version: Version
    place: Place
    form: CrosstableForm
    wanted: Wanted

    @property
    def of_persons(self) -> bool:
        return not self.version.counts_households


@dataclass(frozen=True)
class Shown:
    """A line with its place in words, where its name and its folder lead, and what to ask."""

    line: Line
    village: dict[str, str]
    commune: dict[str, str]
    url: str
    folder: str
    ask: list[str]
    age: str


def asked(query: QueryDict, scope: Scope) -> Asked:
    """What an address (or the form of an export) asks for. Raises Http404 for what this officer may not see."""
    book = book_for(clock.today(), scope)
    version = book.get(query.get("programme", ""))
    place = place_of(query, scope)
    if version is None or place is None:
        raise Http404
    language = get_language() or ""
    of_persons = not version.counts_households
    form = CrosstableForm(
        query,
        areas=areas(place.unit, scope, language, "crosstable.read"),
        villages=villages_of(place, language),
        of_persons=of_persons,
    )
    return Asked(book, version, place, form, wanted(form, place, query, of_persons=of_persons))


def lines_of(one: Asked, lines: list[Line], *, with_links: bool = True) -> list[Shown]:
    """The lines of a page with places by name; two queries for all. A file needs no links."""
    units = AdministrativeUnit.objects.in_bulk({line.unit_code for line in lines})
    above = paths_of(list(units.values()))
    villages = {code: languages.texts(unit.name_km, unit.name_latin) for code, unit in units.items()}
    communes = {code: languages.texts(path[0].name_km, path[0].name_latin) for code, path in above.items() if path}
    nothing: dict[str, str] = {}
    return [
        Shown(
            line,
            villages.get(line.unit_code, nothing),
            communes.get(line.unit_code, nothing),
            _reason(one, line) if with_links else "",
            reverse("desk:folder", args=[line.household_id]) if with_links else "",
            [label(fact) for fact in line.ask],
            format.age(line.birth_date, one.book.on, line.birth_precision),
        )
        for line in lines
    ]


def _reason(one: Asked, line: Line) -> str:
    """Why: the cell of the person, or of the whole household."""
    keys = [line.household_id, one.version.code, *([line.id] if one.of_persons else [])]
    return reverse("desk:reason", args=keys)
