"""One place, from a village to the nation: how many receive, may receive, cannot be told, by programme.

Who sees everybody there sees the numbers as they are. Who sees figures only, or some of the people, gets them counted
in the figures' scope, with small cells hidden from the top of the officer's area down to this place
(eligibility.figures).
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.areas.guards import needs
from onestop.areas.models import AdministrativeUnit
from onestop.areas.queries import path_of
from onestop.areas.scope import Scope, current, range_of
from onestop.eligibility.figures import HOUSEHOLDS, PERSONS, Hidden, Row, Shown, Table, hidden, shown
from onestop.eligibility.guarantees import Guarantee, book_for, counted, guarantees, place_counts, seen_by
from onestop.eligibility.states import Counted, grouped, place_figures
from onestop.programmes.models import Programme
from onestop.staff.scope import figures_scope
from onestop.ui import format, languages
from onestop.ui.components import Bar, Crumb, Part
from onestop.ui.words import STATES as STATE_WORDS

STATES = ("receiving", "eligible", "unknown")
MEETS = STATES.index("eligible")  # where the figures of a count have those who meet its rule


@dataclass(frozen=True)
class Shares:
    """Three numbers with their bar: receiving, eligible and not receiving, cannot tell."""

    receiving: Shown
    eligible: Shown
    unknown: Shown

    @property
    def is_open(self) -> bool:
        """Nothing of it is hidden, so that a bar tells the truth."""
        return not any(isinstance(part, Hidden) for part in (self.receiving, self.eligible, self.unknown))

    @property
    def bar(self) -> Bar:
        return Bar(self._parts(), small=True)

    @property
    def large_bar(self) -> Bar:
        return Bar(self._parts())

    def _parts(self) -> list[Part]:
        return [
            Part(state, value if isinstance(value, int) else 0)
            for state, value in zip(STATES, (self.receiving, self.eligible, self.unknown), strict=True)
        ]

    @property
    def whole(self) -> int:
        """What the shares are of; 0 when a part is hidden."""
        return sum(part.count for part in self._parts()) if self.is_open else 0

    def cells(self) -> list[tuple[Any, SafeString, str]]:
        """Head, number and share of each of the three."""
        heads = (_("Receiving"), _("Eligible, not receiving"), _("Cannot tell"))
        values = (self.receiving, self.eligible, self.unknown)
        return [
            (head, number(value), format.percent(value, self.whole) if self.whole else "")
            for head, value in zip(heads, values, strict=True)
        ]


@dataclass(frozen=True)
class ProgrammeLine:
    """A programme of a guarantee with its numbers; without rules only the enrolled are counted."""

    programme: Programme
    shares: Shares
    url: str
    has_rules: bool
    also: tuple[Guarantee, ...]


@dataclass(frozen=True)
class CountLine:
    """How many of a place the country wants to see beside the programmes: poor households, old people."""

    names: Mapping[str, str]
    value: SafeString


@dataclass(frozen=True)
class GuaranteeLine:
    """A guarantee with its numbers (None: a gap), its programmes, and whom the country counts beside it."""

    guarantee: Guarantee
    shares: Shares | None
    programmes: list[ProgrammeLine]
    counts: list[CountLine]


@dataclass(frozen=True)
class PlaceLine:
    """One of the places below, with everybody and the numbers of each guarantee."""

    names: dict[str, str]
    url: str
    households: SafeString
    persons: SafeString
    shares: list[tuple[Guarantee, Shares]]


def number(value: Shown) -> SafeString:
    """A number as it may be shown: "< 5" for a small one, a dot for one that would give a small one away."""
    if not isinstance(value, Hidden):
        return format_html("{}", format.count(value))
    if value.small:
        return format_html("{}", "< 5")
    return format_html(
        '<span aria-hidden="true">··</span><span class="govuk-visually-hidden">{}</span>', _("not shown")
    )


@needs("figures.read")
@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a unit; the code of the country is the nation."""
    unit = None if code == pack().code else AdministrativeUnit.objects.filter(code=code).first()
    if unit is None and code != pack().code:
        raise Http404
    key = unit.code if unit else ""
    scope = current()
    sees_persons = scope.sees_everybody_of(key)
    if not sees_persons and top_of(scope, key) is None:
        raise Http404
    context: dict[str, Any] = {
        "unit": unit,
        "names": names_of(unit),
        "crumbs": crumbs(unit, scope),
        "sees_persons": sees_persons,
        "sectors": scope.sectors,
        "levels": pack().levels,
        "below_names": below_names(key),
    }
    programmes = guarantees(seen_by(scope))
    asked = counted(book_for(clock.today(), scope), programmes)
    table = read_table(asked, key, scope, sees_persons=sees_persons)
    if table is None:
        return render(request, "desk/place_too_large.html", context | {"below": units_below(key)})
    may_list = sees_persons and scope.may("crosstable.read", at=key)
    context |= {
        "guarantees": [guarantee_line(one, programmes, asked, table, key if may_list else None) for one in programmes],
        "counts": count_lines(table.total, ""),
        "households": number(table.total.everybody(HOUSEHOLDS)),
        "persons": number(table.total.everybody(PERSONS)),
        "is_empty": table.total.everybody(PERSONS) == 0,
        "rows": [] if unit and unit.level == len(pack().levels) else place_lines(table, programmes, key),
        "filled": [one for one in programmes if not one.is_gap],
        "has_hidden": has_hidden(table),
        "legend": grounds(),
        "gap_bar": Bar([Part("no_programme", 1)]),
    }
    return render(request, "desk/place.html", context)


def names_of(unit: AdministrativeUnit | None) -> dict[str, str]:
    """The unit's name with its kind by language; the country's for the nation."""
    if unit is None:
        return dict(pack().names)
    return {language: unit.full_name_in(language) for language in pack().languages}


def in_figures(scope: Scope, code: str) -> bool:
    bottom, top = range_of(code)
    return any(low <= bottom and top <= high for low, high in scope.figure_ranges)


def top_of(scope: Scope, code: str) -> str | None:
    """The highest unit above this one (or itself) all of whose figures the officer may ask; None: not even its own."""
    above = ["", *(code[: level.length] for level in pack().levels if level.length <= len(code))]
    return next((one for one in above if in_figures(scope, one)), None)


def crumbs(unit: AdministrativeUnit | None, scope: Scope) -> list[Crumb]:
    """The way from the country down; links only to places the officer may open."""

    def url(code: str) -> str:
        return reverse("desk:place", args=[code or pack().code]) if in_figures(scope, code) else ""

    found = [Crumb(_("Places"), reverse("areas:home"))]
    if unit is None:
        return [*found, Crumb(languages.one(pack().names))]
    if in_figures(scope, ""):
        found.append(Crumb(languages.one(pack().names), url("")))
    path = path_of(unit.code)
    return [*found, *(Crumb(each.full_name, url(each.code)) for each in path[:-1]), Crumb(unit.full_name)]


def length_below(code: str) -> int:
    """How long the codes of the next level are; a unit of the lowest level is its own only place."""
    return next((level.length for level in pack().levels if level.length > len(code)), len(code))


def below_names(code: str) -> dict[str, str]:
    return next((level.names for level in pack().levels if level.length > len(code)), {})


def units_below(code: str) -> list[AdministrativeUnit]:
    """The units one step below that are valid today, in the reader's order."""
    units = AdministrativeUnit.objects.on(clock.today()).children_of(code)
    return list(units.in_order_for(get_language() or ""))


def read_table(asked: Counted, code: str, scope: Scope, *, sees_persons: bool) -> Table | None:
    """The places below with their sums; None when the area is too large to be counted while somebody waits."""
    try:
        with transaction.atomic(), nullcontext() if sees_persons else figures_scope():
            if sees_persons:
                return shown(place_figures(asked, code, length=length_below(code)), asked.household_codes)
            return hidden_table(asked, code, scope)
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            return None
        raise


def hidden_table(asked: Counted, code: str, scope: Scope) -> Table:
    """The same with small cells hidden: first in the tables of the units above, as far as the officer may see.

    All of it comes from one count of the villages of the highest unit, so that the pages cannot differ.
    """
    top = top_of(scope, code) or code
    villages = place_figures(asked, top, length=pack().levels[-1].length)
    above: Row | None = None
    for length in (0, *(level.length for level in pack().levels)):
        if len(top) <= length < len(code):
            here = grouped(villages, code[:length], length_below(code[:length]))
            table = hidden(here, asked.household_codes, above)
            above = table.row(code[: length_below(code[:length])])
    return hidden(grouped(villages, code, length_below(code)), asked.household_codes, above)


def guarantee_line(
    one: Guarantee, everything: Sequence[Guarantee], asked: Counted, table: Table, list_unit: str | None
) -> GuaranteeLine:
    """A guarantee of the page; `list_unit` is the unit whose persons may be listed, None when they may not be seen."""
    others = {other.code: other for other in everything}
    lines = [
        ProgrammeLine(
            programme,
            shares(table.total, programme.code),
            programme_url(programme, asked, list_unit),
            asked.book.get(programme.code) is not None,
            tuple(others[code] for code in programme.guarantees[1:] if code in others),
        )
        for programme in one.listed
    ]
    whole = None if one.is_gap else shares(table.total, f"guarantee {one.code}")
    return GuaranteeLine(one, whole, lines, count_lines(table.total, one.code))


def count_lines(row: Row, beside: str) -> list[CountLine]:
    """The country's counts that stand beside a guarantee, or with '' at the head of the page."""
    return [
        CountLine(one.names, number(row.tables[one.table][MEETS]))
        for one in place_counts()
        if one.beside == beside and one.table in row.tables
    ]


def shares(row: Row, name: str) -> Shares:
    values = row.tables.get(name, (0, 0, 0))
    return Shares(*values[:3])


def programme_url(programme: Programme, asked: Counted, list_unit: str | None) -> str:
    """To the list of persons where the officer may see it, else to the programme."""
    if list_unit is not None and asked.book.get(programme.code) is not None:
        return f"{reverse('desk:crosstable')}?unit={list_unit}&programme={programme.code}"
    return reverse("eligibility:programme", args=[programme.code])


def place_lines(table: Table, everything: Sequence[Guarantee], code: str) -> list[PlaceLine]:
    """The places below in the reader's order: those valid today, and older ones where somebody lives."""
    lived_in = {row.place: row for row in table.rows}
    units = units_below(code)
    missing = set(lived_in) - {unit.code for unit in units}
    units += AdministrativeUnit.objects.filter(code__in=missing).order_by("code")
    found = []
    for unit in units:
        row = lived_in.get(unit.code)
        if row is None and len(lived_in) and len(units) > len(lived_in) and code == "":
            continue  # of the nation only the places where the registry stands
        found.append(
            PlaceLine(
                names_of(unit),
                reverse("desk:place", args=[unit.code]),
                number(row.everybody(HOUSEHOLDS) if row else 0),
                number(row.everybody(PERSONS) if row else 0),
                [
                    (one, shares(row, f"guarantee {one.code}") if row else Shares(0, 0, 0))
                    for one in everything
                    if not one.is_gap
                ],
            )
        )
    return found


def has_hidden(table: Table) -> bool:
    """Whether anything of the page is not shown."""
    rows = (*table.rows, table.total)
    return any(isinstance(value, Hidden) for row in rows for values in row.tables.values() for value in values)


def grounds() -> list[Part]:
    """The grounds of the bars, without counts."""
    words = {"unknown": STATE_WORDS["unknown"].short}
    return [Part(state, None, words.get(state, "")) for state in (*STATES, "no_programme")]  # type: ignore[arg-type]
