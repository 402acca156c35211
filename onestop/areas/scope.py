"""Whose eyes are open: the plain value of a scope, and the scope of the running request, command or job.

A scope is made from an officer's roles by `staff.scope`, which also tells the database. Here is only the value, so that
every room can ask it. No scope is an error (ScopeMissing), never "everything" and never "nothing".
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final
from uuid import UUID

__all__ = [
    "BROKEN", "NATION", "Broken", "Range", "Scope", "ScopeMissing", "current", "current_or_none", "merged", "range_of",
    "shown_to",
]  # fmt: skip

Range = tuple[str, str]
BROKEN: Final = "break_glass"  # beside the roles in the journal, of what was done in a place open in an emergency
NATION: Range = ("", "~")  # codes are ASCII letters and digits: every code lies below '~'


class ScopeMissing(RuntimeError):
    """Personal data was asked for while no scope was open."""


def range_of(code: str) -> Range:
    """The half-open range of codes of a unit and all below it: 1701 → ('1701', '1702'); '' → the nation.

    The upper bound is the code with its last character raised by one, compared byte by byte as the database's
    collation C does: 1709 → '170:', and every code beginning with 1709 lies below it.
    """
    return (code, code[:-1] + chr(ord(code[-1]) + 1)) if code else NATION


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The same codes in the fewest ranges, ascending and disjoint; empty ranges are dropped."""
    result: list[Range] = []
    for low, high in sorted(pair for pair in ranges if pair[0] < pair[1]):
        if result and low <= result[-1][1]:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)


def _edges(ranges: Iterable[Range]) -> str:
    return ",".join(chain.from_iterable(ranges))


@dataclass(frozen=True)
class Broken:
    """A place outside the officer's area that is open in an emergency until an instant, to read."""

    unit_code: str
    until: datetime


@dataclass(frozen=True)
class Scope:
    """What one officer may see and do on one day (design §5).

    `ranges`: half-open ranges of unit codes, merged: where the officer sees persons or, with `figures_only`, figures.
    `figure_ranges`: where figures may be asked; at least `ranges`. `sectors`: None for all. `figures_only`: counts but
    no persons; then the walls show no row. `counting`: only the system officer that counts; the walls are open to its
    SQL, while `visible_to` still shows nobody. `broken`: places open in an emergency; they lie in `ranges`, persons
    are found and read there, but no list, table or figure is made of them. `rights`: the union over all roles, for a
    first look at the door; `may(right, at)` is exact. `masks`: what each role that shows persons masks, and where
    (masks.py). `reach`: None for one who sees everybody of the ranges; else the sectors of whose enrolments the people
    are seen, and `everyone` are the ranges where all are seen all the same. `roles` and `office_code` are written into
    the journal.
    """

    officer_id: UUID
    ranges: tuple[Range, ...]
    sectors: frozenset[str] | None = None
    compartments: frozenset[str] = frozenset()
    figures_only: bool = False
    rights: frozenset[str] = frozenset()
    figure_ranges: tuple[Range, ...] = ()
    grants: tuple[tuple[frozenset[str], Range], ...] = ()
    masks: tuple[tuple[frozenset[str], Range], ...] = ()
    reach: frozenset[str] | None = None
    everyone: tuple[Range, ...] = ()
    roles: tuple[str, ...] = ()
    office_code: str = ""
    counting: bool = False
    broken: tuple[Broken, ...] = ()

    def may(self, right: str, at: str | None = None) -> bool:
        """True when a role in force gives the right and, with `at`, when that role covers the unit.

        In a place of the own area that is open in an emergency, only what its being open gives: to read.
        """
        if at is not None and self.reach is not None and self.is_broken_at(at):
            open_there = {range_of(one.unit_code) for one in self.broken}
            return any(right in rights and (low, high) in open_there for rights, (low, high) in self.grants)
        return any(right in rights and (at is None or low <= at < high) for rights, (low, high) in self.grants)

    def where(self, right: str) -> tuple[Range, ...]:
        """The ranges over which a role gives the right."""
        return merged(codes for rights, codes in self.grants if right in rights)

    @property
    def units(self) -> list[str]:
        """The units the roles are held for where persons, or only figures, are seen; none inside another.

        Neighbours are two units, though their codes make one range.
        """
        held = {low for _what, (low, _high) in (self.grants if self.figures_only else self.masks)}
        held = held or {low for low, _high in self.ranges}
        return sorted(one for one in held if not any(one != other and one.startswith(other) for other in held))

    def hides(self, kind: str, at: str) -> bool:
        """True when every role that shows the people of the unit masks this kind of column (masks.py)."""
        here = [masks for masks, (low, high) in self.masks if low <= at < high]
        return bool(here) and all(kind in masks for masks in here)

    def covers(self, code: str) -> bool:
        """True when the unit of this code lies in the scope. '' is the nation and needs the whole nation."""
        return any(low <= code < high for low, high in self.ranges)

    def covers_all_of(self, code: str, right: str = "") -> bool:
        """True when the unit and everything below it lie in the scope, and lists and tables may be made of it.

        With `right`, only when a role that gives it covers the unit.
        """
        if right and not self.may(right, at=code):
            return False
        bottom, top = range_of(code)
        if any(low < top and bottom < high for low, high in (range_of(one.unit_code) for one in self.broken)):
            return False
        return any(low <= bottom and top <= high for low, high in self.ranges)

    def sees_everybody_of(self, code: str) -> bool:
        """True when nobody of the unit is out of sight, so that a number counted there is the number of the place."""
        bottom, top = range_of(code)
        whole = self.reach is None or any(low <= bottom and top <= high for low, high in self.everyone)
        return whole and not self.figures_only and self.covers_all_of(code)

    @property
    def sees_some_only(self) -> bool:
        """True when the people of the area, or of a part of it, are seen by an enrolment of the own sector only."""
        return self.reach is not None and not self.figures_only

    @property
    def open_ranges(self) -> tuple[Range, ...]:
        """The ranges in which any person may be seen: those where everybody is, where no sector leads to somebody."""
        return self.everyone if self.reach is not None and not self.reach else self.ranges

    def is_broken_at(self, code: str) -> bool:
        """True when the unit is seen only because it is open in an emergency."""
        return any(low <= code < high for low, high in (range_of(one.unit_code) for one in self.broken))

    def bounds(self) -> Range:
        """The one range around all ranges, for the walls' index; ('', '') when no person may be seen."""
        if self.figures_only and not self.counting:
            return ("", "")
        ranges = self.open_ranges
        return (ranges[0][0], ranges[-1][1]) if ranges else ("", "")

    def edges(self) -> str:
        """The exact ranges as the walls read them: 'lo,hi,lo,hi…' ascending; '' when the bounds say it all."""
        return _edges(self.open_ranges) if len(self.open_ranges) > 1 else ""

    def sector_setting(self) -> str:
        """The sectors as the walls read them: '*' for all, else 'a,b'."""
        return "*" if self.sectors is None else ",".join(sorted(self.sectors))

    def compartment_setting(self) -> str:
        """The compartments as the walls read them: 'a,b', '' for none."""
        return ",".join(sorted(self.compartments))

    def reach_setting(self) -> str:
        """'*' for who sees everybody, else the sectors whose enrolments lead to people: 'a,b', '' for none."""
        return "*" if self.reach is None else ",".join(sorted(self.reach))

    def everyone_setting(self) -> str:
        """The ranges where everybody is seen beside those that are reached, as `edges`; also of one range."""
        return _edges(self.everyone)

    def sees_sector(self, sector: str) -> bool:
        """True when the scope is not bound to sectors, or to this one among others."""
        return self.sectors is None or sector in self.sectors

    def sees_compartment(self, compartment: str | None) -> bool:
        """True for what stands in no compartment, or in one of the officer's."""
        return not compartment or compartment in self.compartments


_current: ContextVar[Scope | None] = ContextVar("onestop_scope", default=None)


def current_or_none() -> Scope | None:
    """The open scope, or None."""
    return _current.get()


def current() -> Scope:
    """The open scope. Raises ScopeMissing when there is none."""
    scope = _current.get()
    if scope is None:
        raise ScopeMissing(
            "No scope is open. A page gets one from its signed-in officer; a command or job opens one: "
            "`with scope(officer):` or `with system_scope(name):` (onestop/staff/scope.py)."
        )
    return scope


@contextmanager
def shown_to(scope: Scope) -> Iterator[Scope]:
    """Make this the open scope of the block. Only `staff.scope` calls it: it sets the database's side as well."""
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)
