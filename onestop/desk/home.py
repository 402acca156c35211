"""Home: the search box first, then what waits for this officer, the area, and the folders opened last."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from onestop.areas.clock import today
from onestop.areas.country import pack
from onestop.areas.guards import signed_in
from onestop.areas.models import AdministrativeUnit, within
from onestop.areas.scope import Scope, current
from onestop.areas.terms import terms
from onestop.desk.forms import Search
from onestop.desk.words import names_of
from onestop.journal.models import JournalEntry
from onestop.journal.verbs import READ
from onestop.registry.models import Household, PersonRow
from onestop.staff import tasks
from onestop.staff.models import Officer
from onestop.staff.queries import officer_of
from onestop.staff.work_queries import stands_in_for
from onestop.ui import languages

RECENT = 8
READS_LOOKED_AT = 60


@dataclass(frozen=True)
class Recent:
    """A folder this officer opened last."""

    household: Household
    names: dict[str, str]


@dataclass(frozen=True)
class MyPlace:
    """A place of the officer's area; `households` None where the officer does not see everybody.

    `has_figures`: its page opens; that of a place open in an emergency does not.
    """

    unit: AdministrativeUnit
    households: int | None
    has_figures: bool


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a day begins: find somebody, what waits for me and what I wait for, the places, what was opened last."""
    officer, scope = officer_of(request), current()
    reads = "registry.read" in scope.rights and not scope.figures_only
    counts = reads and not scope.sees_some_only
    units = my_units(scope)
    places = my_places(units, officer, scope, counted=counts)
    lines = tasks.waiting(officer, scope)
    context = {
        "reads": reads,
        "counts": counts,
        "sees_places": scope.may("figures.read"),
        "search": Search(),
        "waiting": [line for line in lines if line.counted.count],
        "late": sum(1 for line in lines if line.counted.late),
        "idle": [line for line in lines if not line.counted.count],
        "standing": tasks.standing(scope),
        "standing_in": stands_in_for(officer),
        "handed": tasks.handed_on(officer),
        "demo_terms": any(line.counted.due for line in lines) and any(term.is_demo for term in terms().values()),
        "places_of_mine": places,
        "households": sum(place.households or 0 for place in places),
        "residents": residents_of(scope) if counts else 0,
        "recent": recent(officer) if reads else [],
    }
    return render(request, "desk/home.html", context)


def my_units(scope: Scope) -> list[AdministrativeUnit]:
    """The places of the officer's area: the units one step below each unit of the scope; of the nation the provinces.

    A village has nothing below it and stands for itself.
    """
    codes = scope.units
    lowest = pack().levels[-1].length
    found = AdministrativeUnit.objects.on(today()).filter(
        parent_code__in=[code for code in codes if len(code) < lowest]
    )
    villages = [code for code in codes if len(code) == lowest]
    if villages:
        found = found | AdministrativeUnit.objects.filter(code__in=villages)
    return list(found.in_order_for(get_language() or ""))


def my_places(units: list[AdministrativeUnit], officer: Officer, scope: Scope, *, counted: bool) -> list[MyPlace]:
    """The places with the households in each, counted in one pass; a place open in an emergency is not counted."""
    counts: Counter[str] = Counter()
    for length in {len(unit.code) for unit in units} if counted else ():
        rows = Household.objects.visible_to(officer).kept().values(place=Substr("unit_code", 1, length))
        counts.update({row["place"]: row["number"] for row in rows.annotate(number=Count("pk"))})
    return [
        MyPlace(
            unit,
            counts[unit.code] if counted and scope.sees_everybody_of(unit.code) else None,
            scope.may("figures.read", unit.code),
        )
        for unit in units
    ]


def residents_of(scope: Scope) -> int:
    """Who lives in a household of the officer's own area, as the page of a place counts them; without a place that is
    open in an emergency."""
    here = PersonRow.objects.filter(within(scope.figure_ranges), joined_on__lte=today())
    return int(here.filter(Q(left_on=None) | Q(left_on__gte=today())).count())


def recent(officer: Officer) -> list[Recent]:
    """The households whose folders this officer opened last, the newest first."""
    lines = JournalEntry.objects.filter(officer=officer, verb=READ, subject_kind=Household._meta.label_lower)
    keys = [UUID(key) for key in lines.order_by("-id").values_list("subject_id", flat=True)[:READS_LOOKED_AT]]
    wanted = list(dict.fromkeys(keys))[:RECENT]
    households = Household.objects.visible_to(officer).kept().select_related("head").in_bulk(wanted)
    return [
        Recent(one, names_of(one.head) if one.head else languages.texts(one.folder_number))
        for one in (households[key] for key in wanted if key in households)
    ]
