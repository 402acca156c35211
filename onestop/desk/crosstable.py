"""Cross-table 1: everybody one programme may reach in an area (F3-04), as a page, a workbook, a list to carry along."""

from dataclasses import dataclass
from functools import partial

import psycopg
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from criteria.catalogue import Fact
from onestop.areas import clock
from onestop.areas.guards import demand, needs
from onestop.areas.models import AdministrativeUnit
from onestop.areas.queries import paths_of
from onestop.areas.scope import Scope, current
from onestop.desk import crosstable_papers as papers
from onestop.desk.crosstable_forms import CrosstableForm, ExportForm, Place, place_of, sorting, villages_of, wanted
from onestop.desk.links import folder_url, reason_url
from onestop.eligibility.forms import areas
from onestop.eligibility.guarantees import book_for, guarantees, seen_by
from onestop.eligibility.listing import SIZE, Line, Listing, Wanted, listing
from onestop.eligibility.rulebook import Rulebook, Version
from onestop.staff.models import Officer
from onestop.ui import format, languages
from onestop.ui.components import Bar, Crumb, Part
from onestop.ui.pagination import KeysetPage, Position, page_of_rows

ELIGIBLE = pgettext_lazy("state", "eligible, not receiving")


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
        query, areas=areas(place.unit, scope, language), villages=villages_of(place, language), of_persons=of_persons
    )
    return Asked(book, version, place, form, wanted(form, place, query, of_persons=of_persons))


@needs("crosstable.read")
def crosstable(request: HttpRequest) -> HttpResponse:
    """The list of a programme; without a programme, the programmes to choose from."""
    scope = current()
    if scope.figures_only:
        raise PermissionDenied(_("Your role shows figures, not persons. See the places."))
    if not request.GET.get("programme"):
        return choose(request, scope)
    return listed(request, asked(request.GET, scope), request.GET, ExportForm())


def listed(
    request: HttpRequest, one: Asked, query: QueryDict, export_form: ExportForm, *, status: int = 200
) -> HttpResponse:
    """The page of one programme under the filters of `query`, with the form that exports it."""
    scope = current()
    page, found = read_page(one, query)
    shown = lines_of(one, list(page)) if page is not None else []
    context = {
        "programme": one.version.programme,
        "names": one.version.programme.document["name"],
        "of_persons": one.of_persons,
        "place": one.place,
        "form": one.form,
        "sorting": sorting(query, of_persons=one.of_persons),
        "page": page,
        "lines": shown,
        "query": query,
        "crumbs": [Crumb(_("Who may have what"), reverse("desk:crosstable")), Crumb(_("by programme"))],
        "may_export": scope.may("export.write", at=one.place.narrowest.code),
        "is_confidential": bool(one.version.programme.compartment),
        "filters": [(name, value) for name, values in query.lists() for value in values if name != "after"],
        "day": one.book.on,
        "export_form": export_form,
    }
    if found is not None:
        counts = found.counts
        parts = [
            Part("receiving", counts.receiving),
            Part("eligible", counts.eligible, ELIGIBLE),
            Part("unknown", counts.unknown),
        ]
        context |= {
            "parts": parts,
            "bar": Bar(parts),
            "everybody": counts.total,
            "total": sum(getattr(counts, code) for code in one.form.ticked),
        }
    return render(request, "desk/crosstable.html", context, status=status)


def choose(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The programmes with criteria in force, by guarantee."""
    book = book_for(clock.today(), scope)
    groups = [
        (one, [programme for programme in one.listed if book.get(programme.code)]) for one in guarantees(seen_by(scope))
    ]
    context = {
        "groups": [(one, programmes) for one, programmes in groups if programmes],
        "unit": request.GET.get("unit", ""),
        "crumbs": [Crumb(_("Who may have what"))],
        "day": book.on,
    }
    return render(request, "desk/crosstable_choose.html", context)


def read_page(one: Asked, query: QueryDict) -> tuple[KeysetPage[Line] | None, Listing | None]:
    """One page of the list; (None, None) when the area is too large to be listed while somebody waits."""
    position = Position.of(query)
    read = partial(listing, one.book, one.version.code, one.wanted)
    try:
        with transaction.atomic():
            found = read(after=position.id, backward=position.is_backward)
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            return None, None
        raise
    if position.id and not found.found_place:  # the row has gone meanwhile: the list begins anew
        query = query.copy()
        query.pop("after", None)
        query.pop("before", None)
        if position.is_backward:
            found = read()
    lines = found.lines
    return page_of_rows(lines, query, ids=[line.id for line in lines], size=SIZE), found


def lines_of(one: Asked, lines: list[Line], *, with_links: bool = True) -> list[Shown]:
    """The lines of a page with places by name; two queries for all. A file needs no links."""
    units = AdministrativeUnit.objects.in_bulk({line.unit_code for line in lines})
    above = paths_of(list(units.values()))
    villages = {code: names(unit) for code, unit in units.items()}
    communes = {code: names(path[0]) for code, path in above.items() if path}
    nothing: dict[str, str] = {}
    return [
        Shown(
            line,
            villages.get(line.unit_code, nothing),
            communes.get(line.unit_code, nothing),
            reason_url(line.household_id, one.version.code, line.id if one.of_persons else None) if with_links else "",
            folder_url(line.household_id) if with_links else "",
            [label(fact) for fact in line.ask],
            format.age(line.birth_date, one.book.on, line.birth_precision),
        )
        for line in lines
    ]


def names(unit: AdministrativeUnit) -> dict[str, str]:
    return dict(zip(languages.codes(), (unit.name_km, unit.name_latin), strict=False))


def label(fact: Fact) -> str:
    """What to ask: the fact's name."""
    return fact.label(languages.current())


@needs("export.write")
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The whole list under its filters as Excel, CSV, or the paper for village chiefs; recorded in the journal."""
    scope, officer = current(), request.user
    assert isinstance(officer, Officer)
    demand(scope, "crosstable.read")
    one = asked(request.POST, scope)
    demand(scope, "export.write", at=one.place.narrowest.code)
    form = ExportForm(request.POST)
    if not form.is_valid():
        return listed(request, one, QueryDict(without_keys(request.POST)), form, status=422)
    kind = request.POST.get("kind", "")
    if kind not in papers.KINDS:
        kind = "xlsx"
    found = listing(one.book, one.version.code, one.wanted, limit=papers.KINDS[kind])
    if refused := papers.refusal(kind, one.version.programme, found.lines):
        messages.error(request, refused)
        return redirect(f"{reverse('desk:crosstable')}?{without_keys(request.POST)}")
    return papers.written(kind, officer, one, lines_of(one, found.lines, with_links=False), form.cleaned_data)


def without_keys(query: QueryDict) -> str:
    """The filters of a form as an address."""
    query = query.copy()
    for name in ("csrfmiddlewaretoken", "idempotency_key", "kind", "purpose", "recipient"):
        query.pop(name, None)
    return query.urlencode()
