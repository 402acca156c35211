"""From an officer's roles to a scope, and the one place that tells the database about it.

    with scope(officer):            # one transaction; the walls show the officer's areas
        …
    with system_scope("system.loader"):   # a named task of the machine, with a listed purpose
        …

Everything that reads or writes personal data runs inside one of these. Scopes nest: the inner one counts, and on the
way out the outer one is set again. The settings last for the transaction, so no pooled connection keeps them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.country import Role, pack
from onestop.areas.scope import (
    BROKEN,
    NATION,
    Broken,
    Range,
    Scope,
    current,
    current_or_none,
    merged,
    range_of,
    shown_to,
)
from onestop.staff.models import BreakGlass, Officer

__all__ = [
    "UnknownOfficer", "figures_scope", "has_right", "open_scope", "projecting", "reckoning", "scope", "scope_of",
    "system_scope",
]  # fmt: skip


class UnknownOfficer(LookupError):
    """There is no such officer, or the account is closed. The message says how to get one."""


def scope_of(officer: Officer, on: date | None = None) -> Scope:
    """What the officer may see and do on the day (today). Without a role in force: nothing at all.

    Where roles differ from place to place, a sector or compartment counts only if it is held over every area of the
    scope: of two roles the narrower one is taken, never the wider.
    """
    if officer.is_system:
        return _system_scope_of(officer)
    held = [
        (role, range_of(assignment.unit_code))
        for assignment in officer.assignments.in_force(on or clock.today())
        if (role := assignment.role_entry) is not None
    ]
    if not officer.is_active:
        held = []
    own = held
    broken = _broken(officer, held) if on is None else ()
    held = [*held, *((_BROKEN, range_of(one.unit_code)) for one in broken)]
    persons = [(role, codes) for role, codes in held if role.sees_people]
    seen = persons or held
    ranges = merged(codes for _role, codes in seen)
    everyone = merged(codes for role, codes in persons if role.sees == "persons")
    return Scope(
        officer_id=officer.pk,
        ranges=ranges,
        sectors=_sectors(seen, ranges),
        compartments=frozenset() if broken else _compartments(seen, ranges),
        figures_only=not persons,
        rights=frozenset().union(*(role.rights for role, _codes in held)),
        figure_ranges=merged(codes for role, codes in own if role.sees == "persons" or "figures.read" in role.rights),
        reach=_reach(persons, everyone, ranges),
        everyone=everyone,
        grants=tuple((role.rights, codes) for role, codes in held),
        masks=tuple((role.masks, codes) for role, codes in persons),
        roles=tuple(sorted({role.code for role, _codes in own})),
        office_code=officer.office.code if officer.office else "",
        broken=broken,
    )


# What an opened place gives beside the roles: reading persons, nothing masked: in an emergency one rings and looks for
# somebody. No compartment: as of two roles the narrower is taken,
# the officer's own compartments are closed too while it is open.
_BROKEN: Final = Role(
    code=BROKEN, level=0, label={}, rights=frozenset({"registry.read"}), sees="persons", sectors=None,
    compartments=frozenset(),
)  # fmt: skip


def _broken(officer: Officer, held: list[tuple[Role, Range]]) -> tuple[Broken, ...]:
    """The places this officer has open in an emergency now; asked only of who may open some."""
    if not any("registry.break_glass" in role.rights and role.sees_people for role, _codes in held):
        return ()
    found = BreakGlass.objects.of(officer).open_now().values_list("unit_code", "ends_at")
    return tuple(Broken(unit_code, until) for unit_code, until in found)


def _reach(
    persons: list[tuple[Role, Range]], everyone: tuple[Range, ...], ranges: tuple[Range, ...]
) -> frozenset[str] | None:
    """The sectors whose enrolments lead to people where not everybody is seen; None when everybody is.

    A role without sectors leads to nobody yet: its cases do, when they stand. As elsewhere the narrower counts.
    """
    if not persons or everyone == ranges:
        return None
    own = [(role, codes) for role, codes in persons if role.sees == "own"]
    named = frozenset().union(*(role.sectors for role, _codes in own if role.sectors))
    return frozenset(
        name
        for name in named
        if merged([*everyone, *(codes for role, codes in own if name in (role.sectors or ()))]) == ranges
    )


def _sectors(held: list[tuple[Role, Range]], ranges: tuple[Range, ...]) -> frozenset[str] | None:
    """The sectors held over every area; None when a role without sectors covers all of them."""
    if merged(codes for role, codes in held if role.sectors is None) == ranges:
        return None
    named = frozenset().union(*(role.sectors for role, _codes in held if role.sectors is not None))
    return frozenset(
        name
        for name in named
        if merged(codes for role, codes in held if role.sectors is None or name in role.sectors) == ranges
    )


def _compartments(held: list[tuple[Role, Range]], ranges: tuple[Range, ...]) -> frozenset[str]:
    """The compartments held over every area."""
    named = frozenset().union(*(role.compartments for role, _codes in held))
    return frozenset(
        name for name in named if merged(codes for role, codes in held if name in role.compartments) == ranges
    )


def _system_scope_of(officer: Officer) -> Scope:
    """The scope of a named task of the machine, from system_officers.yaml of the country pack."""
    for node in pack().node("system_officers.yaml").each("officers"):
        if node.text("username") == officer.username:
            break
    else:
        raise UnknownOfficer(f"The country pack lists no system officer '{officer.username}' (system_officers.yaml).")
    ranges: tuple[Range, ...] = (NATION,)
    if node.has("units"):
        ranges = merged(range_of(code) for code in node.texts("units"))
    sees = node.text("sees")
    rights = frozenset(node.texts("rights"))
    return Scope(
        officer_id=officer.pk,
        ranges=ranges if sees != "none" else (),
        compartments=frozenset(node.texts("compartments")),
        figures_only=sees != "persons",
        counting=sees == "figures",
        rights=rights,
        figure_ranges=ranges,
        grants=tuple((rights, codes) for codes in ranges),
        roles=(officer.username,),
    )


def open_scope(opened: Scope | None) -> None:
    """Tell the database what the running transaction may see; None closes it. Nothing else sets these values."""
    low, high = opened.bounds() if opened else ("", "")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('onestop.lo', %s, true), set_config('onestop.hi', %s, true),"
            " set_config('onestop.ranges', %s, true), set_config('onestop.officer', %s, true),"
            " set_config('onestop.sectors', %s, true), set_config('onestop.compartments', %s, true),"
            " set_config('onestop.reach', %s, true), set_config('onestop.everyone', %s, true)",
            [
                low,
                high,
                opened.edges() if opened else "",
                str(opened.officer_id) if opened else "",
                opened.sector_setting() if opened else "",
                opened.compartment_setting() if opened else "",
                opened.reach_setting() if opened else "",
                opened.everyone_setting() if opened else "",
            ],
        )


@contextmanager
def _opened(wanted: Scope) -> Iterator[Scope]:
    """One transaction (or savepoint) in which this scope is the open one."""
    outer, nested = current_or_none(), connection.in_atomic_block
    with transaction.atomic():
        open_scope(wanted)
        with shown_to(wanted):
            yield wanted
        # After an exception the savepoint takes the settings back by itself; a transaction's end does so anyway.
        if nested and not connection.needs_rollback:
            open_scope(outer)


@contextmanager
def scope(officer: Officer, on: date | None = None) -> Iterator[Scope]:
    """One transaction with the officer's scope, as of the day (today)."""
    with _opened(scope_of(officer, on)) as opened:
        yield opened


@contextmanager
def system_scope(name: str) -> Iterator[Scope]:
    """One transaction with the scope of a system officer. Raises UnknownOfficer."""
    with _opened(_system_scope_of(system_officer(name))) as opened:
        yield opened


@contextmanager
def figures_scope() -> Iterator[Scope]:
    """For the figures of one who may not see persons: counting SQL over the areas of whose figures the officer may ask.

    To be opened inside the officer's scope; its sectors and compartments stay. Only totals may leave the block, with
    small cells hidden. Raises PermissionDenied without the right figures.read.
    """
    asking = current()
    if "figures.read" not in asking.rights:
        raise PermissionDenied(_("Your role does not show figures. Ask your district's IT officer."))
    counting = replace(
        _system_scope_of(system_officer("system.figures")),
        ranges=asking.figure_ranges,
        figure_ranges=asking.figure_ranges,
        sectors=asking.sectors,
        compartments=asking.compartments,
    )
    with _opened(counting) as opened:
        yield opened


@contextmanager
def reckoning() -> Iterator[Scope]:
    """For the verdicts of one who sees some sectors only: a rule of theirs may ask an enrolment of another sector.

    Inside, the enrolments of all sectors of the officer's area are there for SQL; compartments stay closed. Only
    verdicts and the facts of the officer's own rules may leave the block.
    """
    asking = current()
    if asking.sectors is None:
        yield asking
        return
    with _opened(replace(asking, sectors=None)) as opened:
        yield opened


@contextmanager
def projecting() -> Iterator[None]:
    """For making rows anew from the answers: every answer counts, also those the officer may not read.

    Nothing may leave the block but what is written in the projection, whose readers have walls of their own. Where no
    scope is open (the owner, who passes the walls) there is nothing to widen.
    """
    asking = current_or_none()
    every = frozenset(node.text("code") for node in pack().node("country.yaml").each("compartments"))
    if asking is None or every <= asking.compartments:
        yield
        return
    with _opened(replace(asking, compartments=every, sectors=None)):
        yield


def system_officer(name: str) -> Officer:
    """A system officer by name. Raises UnknownOfficer."""
    officer: Officer | None = Officer.objects.filter(username=name, is_system=True).first()
    if officer is None:
        raise UnknownOfficer(f"There is no system officer '{name}' yet. Run: ./run onestop officers load")
    return officer


def officer_named(username: str) -> Officer:
    """The officer of a command's --as. Raises UnknownOfficer, with the names that exist."""
    officer: Officer | None = Officer.objects.filter(username=username.strip().lower(), is_active=True).first()
    if officer is None:
        known = ", ".join(Officer.objects.filter(is_active=True).values_list("username", flat=True)[:20])
        known = known or "none (run ./run onestop officers load)"
        raise UnknownOfficer(f"There is no officer '{username}'. Known: {known}")
    return officer


def has_right(officer: Officer, right: str, at: str | None = None) -> bool:
    """True when a role in force today gives the officer the right, with `at` at that unit."""
    opened = current_or_none()
    held = opened if opened and opened.officer_id == officer.pk else scope_of(officer)
    return held.may(right, at)
