"""Search: a person or household by name, number, paper or telephone; the words are sent, never part of an address."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from onestop.areas.clock import today
from onestop.areas.guards import needs
from onestop.areas.models import AdministrativeUnit
from onestop.areas.numbers import NumberWrong, read_number
from onestop.areas.queries import paths_of
from onestop.areas.scope import current
from onestop.desk.forms import Search
from onestop.desk.home import my_units
from onestop.desk.matrix import age_of, sex_of
from onestop.desk.words import names_of
from onestop.registry.models import HouseholdMembership, Person
from onestop.registry.queries import TooManyQuestions, household_by_folder, household_of, person_by_number
from onestop.registry.search import Found, find, looked_in, near
from onestop.staff.models import Officer
from onestop.staff.queries import officer_of
from onestop.ui.format import day


@dataclass(frozen=True)
class Hit:
    """A person found: names, what tells namesakes apart, and where the name leads.

    `url` is the family folder, of a person in no household the person's own page; there `folder_number` is ''.
    """

    person: Person
    names: dict[str, str]
    detail: str
    places: list[AdministrativeUnit]
    url: str
    folder_number: str
    why: str


@needs("registry.read")
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Find a person or household. The words come by POST: names have no place in an address."""
    officer = officer_of(request)
    units = my_units(current())
    form = Search(
        request.POST if request.method == "POST" else None, places=[(unit.code, unit.full_name) for unit in units]
    )
    figures = [unit for unit in units if current().may("figures.read", unit.code)]  # not of one open in an emergency
    context: dict[str, object] = {"search": form, "units": figures, "whole": True}
    if form.is_bound and form.is_valid() and (text := form.cleaned_data["q"].strip()):
        url = by_number(text, officer)
        if url:
            return HttpResponseRedirect(url)
        place, year = form.cleaned_data["place"], form.cleaned_data["born"]
        try:
            found = find(text, officer=officer, village=place, birth_year=year)
        except TooManyQuestions as refused:
            context["refused"] = str(refused.message)
            return render(request, "desk/search.html", context, status=429)
        context |= {
            "text": text,
            "hits": hits(found),
            "near": [] if found else hits(near(text, officer=officer)),
            "looked_in": looked_in(place, year),
        }
    return render(request, "desk/search.html", context)


def hits(found: list[Found]) -> list[Hit]:
    """What was found, with the places by name and who lives in a household today: three queries for all."""
    codes = {one.person.unit_code for one in found}
    units = AdministrativeUnit.objects.in_bulk(codes)
    above = paths_of(list(units.values()))
    on = today()
    members = HouseholdMembership.objects.in_force(on).filter(person__in=[one.person for one in found])
    at_home = set(members.values_list("person", "household"))
    return [hit(one, units, above, on, at_home) for one in found]


def hit(
    one: Found,
    units: dict[str, AdministrativeUnit],
    above: dict[str, list[AdministrativeUnit]],
    on: date,
    at_home: set[tuple[object, object]],
) -> Hit:
    """One line of what was found; `at_home`: persons with the households they live in on the day."""
    person, code = one.person, one.person.unit_code
    home = one.household if one.household and (person.pk, one.household.pk) in at_home else None
    return Hit(
        person,
        names_of(person),
        " · ".join(part for part in (sex_of(person), alive_or_dead(person, on)) if part),
        [units[code], *above.get(code, [])[:1]] if code in units else [],
        reverse("desk:folder", args=[home.pk]) if home else reverse("desk:person", args=[person.pk]),
        home.folder_number if home else "",
        one.why,
    )


def alive_or_dead(person: Person, on: date) -> str:
    """The age, or the day of the death."""
    if person.died_on and person.died_on <= on:
        return _("died on %(day)s") % {"day": day(person.died_on)}
    return age_of(person, on)


def by_number(text: str, officer: Officer) -> str:
    """Where a folder number or a person's membership number leads; '' for what is neither, or is nobody's."""
    try:
        read_number(text)
    except NumberWrong:
        return ""
    household = household_by_folder(text, officer=officer)
    person = None if household else person_by_number(text, officer=officer)
    if person is not None:
        household = household_of(person, today())
    if household is not None:
        return reverse("desk:folder", args=[household.pk])
    return reverse("desk:person", args=[person.pk]) if person else ""
