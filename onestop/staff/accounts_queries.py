"""Reads about accounts: the list of those one may see, and what the page of one shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from onestop.areas import clock
from onestop.areas.country import in_words, pack
from onestop.areas.models import AdministrativeUnit, within
from onestop.areas.scope import Scope
from onestop.staff import accounts_factor
from onestop.staff.models import Account, Office, Officer, OfficerSession, RoleAssignment
from onestop.staff.sessions import sessions_of

__all__ = [
    "HeldRole",
    "SessionSeen",
    "Standing",
    "accounts_seen",
    "filtered",
    "held_roles",
    "local_or_none",
    "offices_for",
    "sessions_seen",
    "standing_of",
    "standings",
]

RIGHT = "account.write"


def accounts_seen(scope: Scope) -> QuerySet[Officer]:
    """Accounts of people whose office, or one of whose roles, lies where the right to make accounts holds."""
    where = scope.where(RIGHT)
    roles = RoleAssignment.objects.filter(within(where), officer=OuterRef("pk"))
    seen: QuerySet[Officer] = (
        Officer.objects.filter(is_system=False)
        .filter(within(where, "office__unit_code") | Exists(roles))
        .select_related("office", "account")
        .prefetch_related("assignments")
    )
    return seen


def filtered(officers: QuerySet[Officer], *, text: str = "", office: str = "", role: str = "", state: str = "") -> Any:
    """The list's filters: part of a name, an office, a role of today, a state."""
    today = clock.today()
    if text:
        officers = officers.filter(
            Q(username__icontains=text) | Q(name_km__icontains=text) | Q(name_latin__icontains=text)
        )
    if office:
        officers = officers.filter(office__code=office)
    held = RoleAssignment.objects.in_force(today).filter(officer=OuterRef("pk"))
    if role:
        officers = officers.filter(Exists(held.filter(role=role)))
    if state == "suspended":
        officers = officers.filter(is_active=False)
    elif state:
        officers = officers.filter(is_active=True)
    if state == "waiting":
        officers = officers.filter(account__first_password_until__isnull=False)
    elif state == "no_role":
        officers = officers.filter(~Exists(held))
    return officers


def offices_for(scope: Scope) -> QuerySet[Office]:
    """The offices in which the officer may make accounts."""
    offices: QuerySet[Office] = Office.objects.filter(within(scope.where(RIGHT)), voided_at=None).order_by(
        "unit_code", "code"
    )
    return offices


@dataclass(frozen=True)
class HeldRole:
    """A role of an officer, with its place in words; `when` is 'now', 'last' (its last day), 'later' or 'over'."""

    assignment: RoleAssignment
    label: str
    place: str
    when: str
    opens_session: bool


def held_roles(officer: Officer) -> list[HeldRole]:
    """Every role the officer holds, held or will hold: those of today first."""
    today, roles = clock.today(), pack().roles
    given = list(officer.assignments.all())
    units = {unit.code: unit for unit in AdministrativeUnit.objects.filter(code__in={one.unit_code for one in given})}
    found = []
    for one in given:
        role = roles.get(one.role)
        when = "later" if one.valid_from > today else "now"
        if one.valid_to is not None and one.valid_to <= today:
            when = "last" if one.valid_to == today else "over"
        place = units[one.unit_code].full_name if one.unit_code in units else one.unit_code
        label = in_words(role.label) if role else one.role
        found.append(HeldRole(one, label, place, when, bool(role and role.may_sign_in)))
    order = {"now": 0, "last": 0, "later": 1, "over": 2}
    return sorted(found, key=lambda role: (order[role.when], role.assignment.valid_from, role.label))


@dataclass(frozen=True)
class SessionSeen:
    """A running session for a page; times as the country's clocks show them."""

    pk: str
    number: UUID
    browser: str
    network: str
    began: datetime
    seen: datetime


def sessions_seen(officer: Officer) -> list[SessionSeen]:
    """The officer's running sessions, the last used first."""
    return [
        SessionSeen(one.pk, one.number, one.browser, one.network, clock.local(one.began_at), clock.local(one.seen_at))
        for one in sessions_of(officer)
    ]


def local_or_none(instant: datetime | None) -> datetime | None:
    """An instant as the country's clocks show it."""
    return clock.local(instant) if instant else None


@dataclass(frozen=True)
class Standing:
    """How an account stands: 'open', 'waiting' (for its first sign-in), 'expired', 'suspended'."""

    state: str
    until: datetime | None
    has_factor: bool
    asks_factor: bool
    last_seen: datetime | None


def standing_of(officer: Officer) -> Standing:
    """How this account stands now."""
    (_officer, standing, _words), *_rest = standings([officer])
    return standing


def standings(officers: list[Officer]) -> list[tuple[Officer, Standing, str]]:
    """The rows of the list: officer, how the account stands, the roles of today in words."""
    today, roles = clock.today(), pack().roles
    last = OfficerSession.objects.filter(officer__in=officers).values_list("officer").annotate(last=Max("seen_at"))
    seen = dict(last)
    rows = []
    for officer in officers:
        held = [
            one.role
            for one in officer.assignments.all()
            if one.valid_from <= today and (one.valid_to is None or one.valid_to >= today)
        ]
        words = ", ".join(sorted({in_words(roles[code].label) if code in roles else code for code in held}))
        account: Account | None = getattr(officer, "account", None)
        until = account.first_password_until if account else None
        has_factor = bool(account and account.has_second_factor)
        asks = settings.SECOND_FACTOR and any(code in roles and accounts_factor.asks(roles[code]) for code in held)
        standing = Standing(
            _state(officer, until), local_or_none(until), has_factor, asks, local_or_none(seen.get(officer.pk))
        )
        rows.append((officer, standing, words))
    return rows


def _state(officer: Officer, until: datetime | None) -> str:
    if not officer.is_active:
        return "suspended"
    if until is None:
        return "open"
    return "waiting" if until > clock.now() else "expired"
