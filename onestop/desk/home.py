"""Home and search: the search box first, then what this officer's area holds and the folders opened last."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from onestop.areas.clock import today
from onestop.areas.country import pack
from onestop.areas.guards import needs, signed_in
from onestop.areas.models import AdministrativeUnit
from onestop.areas.numbers import NumberWrong, read_number
from onestop.areas.scope import Scope, current
from onestop.desk.forms import Search
from onestop.desk.words import names_of
from onestop.journal.models import JournalEntry
from onestop.journal.verbs import READ
from onestop.registry.models import Household, Person
from onestop.registry.queries import household_by_folder, household_of, person_by_number
from onestop.staff.models import Officer

RECENT = 8
READS_LOOKED_AT = 60


@dataclass(frozen=True)
class Recent:
    """A folder this officer opened last."""

    household: Household
    names: dict[str, str]


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a day begins: find somebody, the places of the area, what the office holds, what was opened last."""
    officer, scope = request.user, current()
    assert isinstance(officer, Officer)
    reads = "registry.read" in scope.rights and not scope.figures_only
    context = {
        "reads": reads,
        "search": Search(),
        "units": my_units(scope),
        "households": Household.objects.visible_to(officer).kept().count() if reads else 0,
        "persons": Person.objects.visible_to(officer).kept().living(today()).count() if reads else 0,
        "recent": recent(officer) if reads else [],
    }
    return render(request, "desk/home.html", context)


def my_units(scope: Scope) -> list[AdministrativeUnit]:
    """The places of the officer's area: the units one step below each range of the scope; of the nation the provinces.

    A village has nothing below it and stands for itself.
    """
    codes = [low for low, _high in (scope.ranges or scope.figure_ranges)]
    lowest = pack().levels[-1].length
    found = AdministrativeUnit.objects.on(today()).filter(
        parent_code__in=[code for code in codes if len(code) < lowest]
    )
    villages = [code for code in codes if len(code) == lowest]
    if villages:
        found = found | AdministrativeUnit.objects.filter(code__in=villages)
    return list(found.in_order_for(get_language() or ""))


def recent(officer: Officer) -> list[Recent]:
    """The households whose folders this officer opened last, the newest first."""
    lines = JournalEntry.objects.filter(officer=officer, verb=READ, subject_kind=Household._meta.label_lower)
    keys = [UUID(key) for key in lines.order_by("-id").values_list("subject_id", flat=True)[:READS_LOOKED_AT]]
    wanted = list(dict.fromkeys(keys))[:RECENT]
    households = Household.objects.visible_to(officer).kept().select_related("head").in_bulk(wanted)
    return [
        Recent(households[key], names_of(households[key].head) if households[key].head else {})
        for key in wanted
        if key in households
    ]


@needs("registry.read")
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Find a person or household. The words come by POST: names have no place in an address."""
    officer = request.user
    assert isinstance(officer, Officer)
    form = Search(request.POST if request.method == "POST" else None)
    text = form.cleaned_data["q"].strip() if form.is_bound and form.is_valid() else ""
    if text:
        household = by_number(text, officer)
        if household is not None:
            return HttpResponseRedirect(reverse("desk:folder", args=[household.pk]))
    return render(request, "desk/search.html", {"search": form, "text": text, "units": my_units(current())})


def by_number(text: str, officer: Officer) -> Household | None:
    """The household of a folder number, or of a person's membership number; None for what is neither."""
    try:
        read_number(text)
    except NumberWrong:
        return None
    found = household_by_folder(text, officer=officer)
    if found is not None:
        return found
    person = person_by_number(text, officer=officer)
    return household_of(person, today()) if person else None
