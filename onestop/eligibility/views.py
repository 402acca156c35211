"""Pages of this room: the programmes, one programme, and trying a rule."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from onestop.areas import clock
from onestop.areas.guards import needs
from onestop.areas.models import AdministrativeUnit
from onestop.areas.scope import Scope, current
from onestop.areas.text import normalise
from onestop.eligibility.described import Described
from onestop.eligibility.forms import ProgrammeSearch
from onestop.eligibility.guarantees import Guarantee, book_for, named, own_area
from onestop.eligibility.states import Counted, Four, place_figures, together
from onestop.eligibility.trial import known_to
from onestop.eligibility.words import BENEFITS, PROVIDERS
from onestop.programmes.choices import Status
from onestop.programmes.models import Programme
from onestop.ui.components import Bar, Crumb, Part
from onestop.ui.context import address


@dataclass(frozen=True)
class ProgrammeLine:
    """A programme in the list: what it gives, who offers it, and under which other guarantees it stands."""

    programme: Programme
    gives: list[Any]
    provider: Any
    courses: list[Any]
    also: list[Guarantee]


@needs("programme.read")
@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """Every programme the officer may see, by guarantee; active, planned and known for information."""
    form = ProgrammeSearch(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    every = list(Programme.objects.visible_to(current()))
    found = [programme for programme in every if fits(programme, asked)]
    order = [one.code for one in named()]
    groups = [(one, [line_of(programme) for programme in found if programme.guarantees[:1] == [one.code]])
              for one in named()]  # fmt: skip
    others = [line_of(programme) for programme in found if not set(programme.guarantees) & set(order)]
    context = {
        "form": form,
        "groups": [(one, lines, is_gap(one, every)) for one, lines in groups if lines or not any(asked.values())],
        "others": others,
        "total": len(found),
        "crumbs": [Crumb(_("Programmes"))],
    }
    return render(request, "eligibility/programmes.html", context)


def is_gap(guarantee: Guarantee, programmes: list[Programme]) -> bool:
    """No active programme fills it."""
    return not any(one.status == Status.ACTIVE and guarantee.code in one.guarantees for one in programmes)


def fits(programme: Programme, asked: dict[str, Any]) -> bool:
    """Whether a programme has what is asked: each word somewhere in its texts, in either language."""
    data = programme.document
    wanted = {
        "guarantee": set(programme.guarantees),
        "sector": {programme.sector},
        "status": {programme.status},
        "provider": {(data.get("provider") or {}).get("kind")},
    }
    if any(asked.get(name) and asked[name] not in values for name, values in wanted.items()):
        return False
    words = normalise(asked.get("q") or "").casefold().split()
    text = " ".join(searchable(programme))
    return all(word in text for word in words)


def searchable(programme: Programme) -> list[str]:
    """Name, code, summary, benefits, courses, provider, in every language."""
    data = programme.document
    texts = [programme.code, data["name"], data.get("summary") or "", (data.get("provider") or {}).get("name", "")]
    texts += [part["name"] for key in ("benefits", "courses") for part in data.get(key) or []]
    texts += [str(BENEFITS.get(part["kind"], "")) for part in data.get("benefits") or []]
    texts += [str(PROVIDERS.get((data.get("provider") or {}).get("kind", ""), ""))]
    plain = [list(text.values()) if isinstance(text, dict) else [text] for text in texts]
    return [normalise(str(text)).casefold() for each in plain for text in each]


def line_of(programme: Programme) -> ProgrammeLine:
    data = programme.document
    return ProgrammeLine(
        programme,
        [one["name"] for one in data.get("benefits") or []],
        (data.get("provider") or {}).get("name", ""),
        [one["name"] for one in data.get("courses") or []],
        [one for one in named() if one.code in programme.guarantees[1:]],
    )


@needs("programme.read")
@require_safe
def programme(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one programme, and how many of the officer's area it reaches."""
    scope = current()
    found = Programme.objects.visible_to(scope).filter(pk=code).first()
    if found is None:
        raise Http404
    described = Described(found, scope, clock.today(), known_to(scope))
    context = {
        "programme": found,
        "is_active": found.status == Status.ACTIVE,
        "about": described,
        "crumbs": [Crumb(_("Programmes"), reverse("eligibility:programmes")), Crumb(found.name)],
        **counts_in_my_area(found, scope),
        "may_try": "rule.try" in scope.rights and bool(described.versions),
        "day": described.on,
    }
    return render(request, "eligibility/programme.html", context)


def counts_in_my_area(found: Programme, scope: Scope) -> dict[str, Any]:
    """The states of the officer's own area, with the way to the list; who sees some people only gets the place's."""
    area = own_area(scope, "figures.read")
    unit = AdministrativeUnit.objects.filter(code=area).first() if area else None
    if unit is None or not scope.sees_everybody_of(unit.code):
        return {
            "place_url": address("desk:place", unit.code) if unit else "",
            "area": unit,
        }
    book = book_for(clock.today(), scope)
    if book.get(found.code) is None:
        return {"area": unit}
    book = book.only(frozenset({found.code}))
    places = place_figures(Counted(book), unit.code, length=len(unit.code))
    four = together(places).programmes.get(found.code, Four())
    parts = [
        Part("receiving", four.receiving),
        Part("eligible", four.eligible),
        Part("unknown", four.unknown),
    ]
    may_list = scope.may("crosstable.read", at=unit.code)
    listed = address("desk:crosstable") if may_list else ""
    return {
        "area": unit,
        "parts": parts,
        "bar": Bar(parts),
        "everybody": four.total,
        "list_url": f"{listed}?programme={found.code}" if listed else "",
    }
