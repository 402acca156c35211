"""Trying a rule: a form that stores nothing, and beside it what the rule would do."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.areas.guards import needs
from onestop.areas.models import AdministrativeUnit
from onestop.areas.scope import Scope, current
from onestop.eligibility import trial
from onestop.eligibility.choices import TRIED
from onestop.eligibility.forms import TrialForm, areas
from onestop.eligibility.guarantees import book_for, own_area
from onestop.eligibility.rulebook import Rulebook
from onestop.eligibility.trial import Name, Tally
from onestop.journal.actions import record
from onestop.programmes.models import Programme
from onestop.staff.queries import officer_of
from onestop.staff.scope import figures_scope
from onestop.ui import format
from onestop.ui.components import Bar, Crumb, Part
from onestop.ui.context import address

ROUGH = 10  # figures without persons are rounded down to tens: many rules together must not single out one person


@dataclass(frozen=True)
class PlaceLine:
    """The counts of one place, as text."""

    name: dict[str, str]
    counts: list[tuple[Any, str]]


@dataclass(frozen=True)
class Named:
    """One of those concerned, with the place in words and the way to the folder."""

    name: Name
    village: dict[str, str]
    url: str


@needs("rule.try")
@require_http_methods(["GET", "HEAD", "POST"])
def try_rule(request: HttpRequest) -> HttpResponse:
    """The form; sent, also what is wrong, or the sentence and who would be in, out, unknown."""
    scope = current()
    area = own_area(scope, "rule.try")
    code = request.POST.get("unit") or area or ""
    unit = AdministrativeUnit.objects.filter(code=code).first() if code.isalnum() else None
    if unit is None or not scope.covers_all_of(unit.code, "rule.try"):
        raise Http404
    book = book_for(clock.today(), scope)
    form = TrialForm(
        request.POST or None,
        areas=areas(unit, scope, get_language() or "", "rule.try"),
        programmes=[(version.code, version.programme.name) for version in book.versions],
        initial={"unit": unit.code, "on": clock.today(), **begun_from(request.GET.get("programme", ""), book)},
    )
    if not scope.sees_everybody_of(unit.code):
        del form.fields["on"]  # figures are of today: of many days they would single out who came or left
    context: dict[str, Any] = {
        "form": form,
        "crumbs": [Crumb(_("Programmes"), reverse("eligibility:programmes")), Crumb(_("Try a rule"))],
        "facts": known_facts(scope),
    }
    if request.method == "POST" and form.is_valid():
        context |= tried(request, form.cleaned_data, unit, scope)
    return render(request, "eligibility/try.html", context)


def begun_from(code: str, book: Rulebook) -> dict[str, Any]:
    """A trial that begins with the rules of a programme and is compared with it."""
    version = book.get(code)
    if version is None:
        return {}
    rules = "\n".join(" ".join(version.rule(key).split()) for key, _tree in version.rules.criteria)
    return {"rules": rules, "kind": version.rules.unit, "against": code}


def tried(request: HttpRequest, asked: dict[str, Any], unit: AdministrativeUnit, scope: Scope) -> dict[str, Any]:
    """What the page adds for a form without errors: problems, or sentences and counts."""
    on = asked.get("on", clock.today())
    known = trial.known_to(scope)
    checked = trial.check(asked["rules"], asked["kind"], known, scope)
    found: dict[str, Any] = {"checked": checked, "unit": unit, "on": on}
    against = book_for(on, scope).get(asked["against"]) if asked["against"] else None
    if asked["against"] and against is None:
        return found | {"without_rules": Programme.objects.get(pk=asked["against"])}
    if against is not None and against.rules.unit != asked["kind"]:
        return found | {"other_unit": against.programme}
    if not checked.ok:
        return found
    book = trial.trial_book(checked, asked["kind"], on, scope, against.code if against else "")
    record(
        TRIED, by=officer_of(request), subject_kind="trial", unit_code=unit.code, note=f"{unit.code} {on.isoformat()}"
    )
    return found | counted(book, unit, scope) | {"against": against.programme if against else None}


def counted(book: Rulebook, unit: AdministrativeUnit, scope: Scope) -> dict[str, Any]:
    """The counts by place, and names for officers who may see persons; or that it takes too long."""
    rough = not scope.sees_everybody_of(unit.code)
    sees_persons = not rough and scope.may("registry.read", at=unit.code)
    length = next((level.length for level in pack().levels if level.length > len(unit.code)), len(unit.code))
    try:
        with transaction.atomic(), figures_scope() if rough else nullcontext():
            tallies = trial.tallies(book, unit.code, length=length)
            groups = ("gains", "loses") if len(book.versions) > 1 else ("in", "unknown")
            listed = [(group, trial.names(book, unit.code, group)) for group in groups] if sees_persons else []
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            return {"too_large": True}
        raise
    total = sum(tallies, Tally("", 0, 0, 0))
    parts = [Part("eligible", total.eligible, _("would be in")), Part("unknown", total.unknown, _("cannot tell"))]
    return {
        "total": total,
        "is_rough": rough,
        "cells": cells(total, book, rough=rough),
        "parts": [] if rough else [*parts, Part("not_eligible", total.not_eligible, _("would be out"))],
        "bar": Bar([*parts, Part("not_eligible", total.not_eligible, _("would be out"))]),
        "by_place": place_lines(tallies, book, rough=rough) if length > len(unit.code) else [],
        "heads": [head for head, _text in cells(total, book, rough=False)],
        "listed": [(GROUPS[group](), with_places(names)) for group, names in listed],
        "of_households": book.versions[0].counts_households,
    }


GROUPS = {
    "in": lambda: _("Would be in"),
    "unknown": lambda: _("Cannot be told"),
    "gains": lambda: _("Would gain"),
    "loses": lambda: _("Would lose"),
}


def cells(tally: Tally, book: Rulebook, *, rough: bool) -> list[tuple[str, str]]:
    """Heads and numbers of one line."""
    found = [(_("In"), tally.eligible), (_("Out"), tally.not_eligible), (_("Cannot tell"), tally.unknown)]
    if len(book.versions) > 1:
        found += [(_("Would gain"), tally.gains), (_("Would lose"), tally.loses)]
    return [(head, about(value) if rough else format.count(value)) for head, value in found]


def about(value: int) -> str:
    """A number rounded down to tens."""
    if value < ROUGH:
        return _("fewer than %(number)s") % {"number": ROUGH}
    return _("about %(number)s") % {"number": format.count(value // ROUGH * ROUGH)}


def place_lines(tallies: list[Tally], book: Rulebook, *, rough: bool) -> list[PlaceLine]:
    units = AdministrativeUnit.objects.in_bulk([one.place for one in tallies])
    return [
        PlaceLine(
            {language: units[one.place].full_name_in(language) for language in pack().languages}
            if one.place in units
            else {"en": one.place},
            cells(one, book, rough=rough),
        )
        for one in tallies
    ]


def with_places(names: list[Name]) -> list[Named]:
    units = AdministrativeUnit.objects.in_bulk({one.unit_code for one in names})
    return [
        Named(
            one,
            {language: units[one.unit_code].name_in(language) for language in pack().languages}
            if one.unit_code in units
            else {},
            address("desk:folder", one.household_id),
        )
        for one in names
    ]


def known_facts(scope: Scope) -> list[tuple[str, str, str]]:
    """The facts a rule may ask: how they are written, their name, their codes; none of a compartment outside."""
    language = (get_language() or "")[:2]
    return [(fact.key, fact.label(language), ", ".join(fact.codes)) for fact in trial.known_to(scope).facts]
