"""Cross-table 1: everybody one programme may reach in an area (F3-04), as a page, a workbook, a list to carry along."""

from functools import partial

import psycopg
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from onestop.areas import clock
from onestop.areas.guards import demand, needs
from onestop.areas.scope import Scope, current
from onestop.desk import crosstable_papers as papers
from onestop.desk.crosstable_forms import ExportForm, sorting
from onestop.desk.crosstable_lines import Asked, asked, lines_of
from onestop.eligibility.guarantees import book_for, guarantees, seen_by
from onestop.eligibility.listing import SIZE, Line, Listing, listing
from onestop.staff.queries import officer_of
from onestop.ui.components import Bar, Crumb, Part
from onestop.ui.pagination import KeysetPage, Position, page_of_rows


@needs("crosstable.read")
@require_safe
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
        "may_export": may_export(scope, one),
        "is_confidential": bool(one.version.programme.compartment),
        "filters": [(name, value) for name, values in query.lists() for value in values if name != "after"],
        "day": one.book.on,
        "export_form": export_form,
    }
    if not scope.sees_everybody_of(one.place.narrowest.code):  # of some of the people no number is made
        unit = one.place.narrowest
        context["place_url"] = reverse("desk:place", args=[unit.code]) if scope.may("figures.read", unit.code) else ""
    elif found is not None:
        counts = found.counts
        parts = [
            Part("receiving", counts.receiving),
            Part("eligible", counts.eligible),
            Part("unknown", counts.unknown),
        ]
        context |= {
            "parts": parts,
            "bar": Bar(parts),
            "counted": True,
            "everybody": counts.total,
            "total": sum(getattr(counts, code) for code in one.form.ticked),
        }
    return render(request, "desk/crosstable.html", context, status=status)


def may_export(scope: Scope, one: Asked) -> bool:
    """Whether this list may leave the office: by right, and of everybody only, since no paper says who is missing."""
    code = one.place.narrowest.code
    return scope.may("export.write", at=code) and scope.sees_everybody_of(code)


def choose(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The programmes with criteria in force, by guarantee."""
    book = book_for(clock.today(), scope)
    groups = [
        (one, [programme for programme in one.listed if book.get(programme.code)]) for one in guarantees(seen_by(scope))
    ]
    context = {
        "groups": [(one, programmes) for one, programmes in groups if programmes],
        "unit": request.GET.get("unit", ""),
        "asks": request.GET.get("state") == "unknown",
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


@needs("export.write")
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The whole list under its filters as Excel, CSV, or the paper for village chiefs; recorded in the journal."""
    scope, officer = current(), officer_of(request)
    demand(scope, "crosstable.read")
    one = asked(request.POST, scope)
    demand(scope, "export.write", at=one.place.narrowest.code)
    if not may_export(scope, one):
        raise PermissionDenied(_("You see only some of the people of this place, so no list of it is exported."))
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
