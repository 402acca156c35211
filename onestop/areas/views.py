"""Looking up places: the country from the top, one unit with what lies in it, and the search. Every officer may."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.areas.forms import PlaceSearch
from onestop.areas.guards import signed_in
from onestop.areas.models import AdministrativeUnit, AdministrativeUnitQuerySet
from onestop.areas.queries import Found, path_of, paths_of, search_places
from onestop.areas.scope import current, range_of
from onestop.ui.components import Crumb


@dataclass(frozen=True)
class PlaceRow:
    """A unit as a line of a list: names with their kind by language, units one step below, the way up, valid today.

    `below` is None for the lowest level, which has nothing below it.
    """

    unit: AdministrativeUnit
    names: dict[str, str]
    below: int | None
    above: list[dict[str, str]]
    valid: bool


def names_of(unit: AdministrativeUnit) -> dict[str, str]:
    """The unit's name with its kind, in each of the country's languages."""
    return {language: unit.full_name_in(language) for language in pack().languages}


def rows_of(units: Iterable[AdministrativeUnit], today: date, *, with_path: bool = False) -> list[PlaceRow]:
    """The lines of a list of units; two queries for all."""
    units = list(units)
    below = AdministrativeUnit.objects.on(today).filter(parent_code__in=[unit.code for unit in units])
    counts = Counter(below.values_list("parent_code", flat=True))
    paths = paths_of(units) if with_path else {}
    return [
        PlaceRow(
            unit,
            names_of(unit),
            counts[unit.code] if unit.level < len(pack().levels) else None,
            [names_of(each) for each in paths.get(unit.code, ())],
            unit.is_valid_on(today),
        )
        for unit in units
    ]


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The highest level of the country, and the search over all places."""
    form = PlaceSearch(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    today = clock.today()
    found = search_places(text) if text else Found([], [])
    context = {
        "form": form,
        "text": text,
        "found": rows_of(found.units, today, with_path=True),
        "near": rows_of(found.near, today, with_path=True),
        "more": found.more,
        "mine": [] if text else [(row, has_figures(row.unit.code)) for row in rows_of(my_places(), today)],
        "units": [] if text else rows_of(children("").on(today), today),
        "level": pack().levels[0].names,
        "counted": True,
        "crumbs": [Crumb(_("Places"))],
        "attribution": pack().attribution,
    }
    return render(request, "areas/home.html", context)


@signed_in
@require_safe
def tree(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: what it is, where it lies, its period and successors, and the units one step below."""
    path = path_of(code)
    if not path:
        raise Http404
    unit, today = path[-1], clock.today()
    rows = rows_of(children(code), today)
    levels = pack().levels
    context = {
        "unit": unit,
        "has_figures": has_figures(code),
        "names": names_of(unit),
        "kind": unit.kind_entry.names,
        "valid": unit.is_valid_on(today),
        "successors": [names_of(each) | {"code": each.code} for each in successors(unit)],
        "units": [row for row in rows if row.valid],
        "others": [row for row in rows if not row.valid],
        "below": levels[unit.level].names if unit.level < len(levels) else {},
        "counted": unit.level + 1 < len(levels),
        "crumbs": [
            Crumb(_("Places"), reverse("areas:home")),
            *(Crumb(each.full_name, reverse("areas:tree", args=[each.code])) for each in path[:-1]),
            Crumb(unit.full_name),
        ],
        "attribution": pack().attribution,
    }
    return render(request, "areas/tree.html", context)


def my_places() -> AdministrativeUnitQuerySet:
    """The units an officer's roles are held for: where the day's work lies. None for one who has the whole nation."""
    held = {low for _rights, (low, _high) in current().grants if low}
    return AdministrativeUnit.objects.filter(code__in=held).in_order_for(get_language() or "")


def has_figures(code: str) -> bool:
    """Whether the officer may open the figures of this unit: all of it lies in the area of a role that gives them."""
    scope, (low, high) = current(), range_of(code)
    inside = any(first <= low and high <= last for first, last in scope.figure_ranges)
    return inside and scope.may("figures.read", at=code)


def children(code: str) -> AdministrativeUnitQuerySet:
    """The units one step below, in the reader's order."""
    return AdministrativeUnit.objects.children_of(code).in_order_for(get_language() or "")


def successors(unit: AdministrativeUnit) -> list[AdministrativeUnit]:
    """The units that came after a closed one."""
    return list(AdministrativeUnit.objects.filter(code__in=unit.successors).order_by("code"))
