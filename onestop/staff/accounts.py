"""What is done to accounts: made, moved, suspended, reopened, given a first password, freed of a lost telephone.

Whoever makes accounts does so in the areas where a role gives `account.write`, for officers whose office and roles all
lie there, and never for themselves, whichever of their accounts. Roles are given and ended in organising.py, under the
same rules. What an officer does with an account of their own (a new password, a new telephone) stands at the end.

Raises PermissionDenied with the reason, and ValidationError with words for the form.
"""

import hashlib
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.areas.guards import demand
from onestop.areas.scope import Scope, current, range_of
from onestop.journal.actions import record
from onestop.staff import accounts_factor
from onestop.staff.accounts_factor import account_of
from onestop.staff.choices import (
    ACCOUNT_CHANGED,
    ACCOUNT_MADE,
    ACCOUNT_REOPENED,
    ACCOUNT_SUSPENDED,
    CODES_RENEWED,
    FACTOR_REMOVED,
    FACTOR_SET,
    FIRST_PASSWORD_GIVEN,
    PASSWORD_CHANGED,
    SESSIONS_ENDED,
)
from onestop.staff.models import Account, KnownDevice, Office, Officer, OfficerSession, RoleAssignment
from onestop.staff.rosters import level_of
from onestop.staff.scope import scope, system_officer, system_scope
from onestop.staff.sessions import end_sessions
from onestop.staff.signing_in_passwords import FIRST_PASSWORD_FOR, first_password

__all__ = [
    "NotFromServer",
    "StaleAccount",
    "change",
    "choose_password",
    "close_from_server",
    "end_all_sessions",
    "end_session",
    "first_from_server",
    "give_first_password",
    "make",
    "remove_factor",
    "renew_codes",
    "reopen",
    "roles_changed",
    "set_factor",
    "suspend",
    "why_not",
]

RIGHT: Final = "account.write"
CONSOLE: Final = "system.console"


def holds(scope: Scope, code: str) -> bool:
    """True when the right to make accounts covers a unit and everything below it."""
    bottom, top = range_of(code)
    return any(low <= bottom and top <= high for low, high in scope.where(RIGHT))


def why_not(officer: Officer, *, by: Officer) -> str:
    """Why this account may not be changed by the officer; '' when it may."""
    held = current()
    if officer.is_system:
        return _("This is a task of the machine, not an account of a person.")
    if officer.human == by.human:
        return _("Nobody changes their own account here. Ask another officer who makes accounts.")
    roles = [one for one in officer.assignments.all() if one.valid_to is None or one.valid_to >= clock.today()]
    places = [one.unit_code for one in roles] + ([officer.office.unit_code] if officer.office else [])
    if not all(holds(held, code) for code in places or [""]):
        return _("This officer also works outside the places for which you make accounts.")
    return ""


def _mine(officer: Officer, by: Officer) -> Officer:
    """The officer, locked. Raises PermissionDenied."""
    demand(current(), RIGHT)
    fresh: Officer = Officer.objects.select_for_update(of=("self",)).select_related("office").get(pk=officer.pk)
    if refusal := why_not(fresh, by=by):
        raise PermissionDenied(refusal)
    return fresh


def _office(office: Office) -> Office:
    """An office in which the officer may make accounts. Raises PermissionDenied."""
    if not holds(current(), office.unit_code):
        raise PermissionDenied(_("You make accounts for other places than this office's."))
    return office


@transaction.atomic
def make(
    *, username: str, name_km: str, name_latin: str, office: Office, language: str, by: Officer
) -> tuple[Officer, str]:
    """A new account with a first password, which is returned once; it holds no role yet."""
    demand(current(), RIGHT)
    officer = Officer(
        username=username.strip().lower(),
        name_km=name_km,
        name_latin=name_latin,
        office=_office(office),
        language=language,
    )
    officer.set_unusable_password()
    officer.full_clean(exclude=["password"])
    officer.save(force_insert=True)
    record(ACCOUNT_MADE, by=by, subject=officer)
    return officer, _first_password(officer)


def _first_password(officer: Officer) -> str:
    """A password made by the machine, valid for three days; sessions end, and the second factor stays."""
    account, password = account_of(officer), first_password()
    officer.set_password(password)
    officer.save(update_fields=["password"])
    account.password_set_at = clock.now()
    account.first_password_until = clock.now() + FIRST_PASSWORD_FOR
    account.save(update_fields=["password_set_at", "first_password_until"])
    end_sessions(OfficerSession.objects.filter(officer=officer))
    return password


@transaction.atomic
def give_first_password(officer: Officer, *, by: Officer) -> str:
    """A new first password in place of a forgotten one, returned once; all it opens is the choice of an own one."""
    fresh = _mine(officer, by)
    if not fresh.is_active:
        raise ValidationError(_("This account is suspended. Reopen it first."))
    password = _first_password(fresh)
    record(FIRST_PASSWORD_GIVEN, by=by, subject=fresh)
    return password


@transaction.atomic
def remove_factor(officer: Officer, *, by: Officer, because: str) -> str:
    """Forget a lost telephone. It opens no door by itself: with it comes a new first password, which is returned once,
    and the next sign-in sets up another telephone."""
    fresh = _mine(officer, by)
    if not because.strip():
        raise ValidationError({"because": _("Write how you made sure that it is this officer who asks.")})
    if not fresh.is_active:
        raise ValidationError(_("This account is suspended. Reopen it first."))
    accounts_factor.remove(account_of(fresh))
    KnownDevice.objects.filter(officer=fresh).delete()
    password = _first_password(fresh)
    record(FACTOR_REMOVED, by=by, subject=fresh, note=because.strip())
    return password


@transaction.atomic
def suspend(officer: Officer, *, by: Officer, because: str) -> None:
    """Close the account: sessions end at once, nobody signs in with it. Roles and records stay."""
    fresh = _mine(officer, by)
    if not because.strip():
        raise ValidationError({"because": _("Write why the account is suspended.")})
    _close(fresh, by=by, because=because.strip())


def _close(officer: Officer, *, by: Officer, because: str) -> None:
    officer.is_active = False
    officer.save(update_fields=["is_active"])
    account = account_of(officer)
    account.suspended_at, account.suspended_by, account.suspended_because = clock.now(), by, because
    account.save(update_fields=["suspended_at", "suspended_by", "suspended_because"])
    end_sessions(OfficerSession.objects.filter(officer=officer))
    record(ACCOUNT_SUSPENDED, by=by, subject=officer, note=because)


def _open(officer: Officer) -> None:
    officer.is_active = True
    officer.save(update_fields=["is_active"])
    account = account_of(officer)
    account.suspended_at, account.suspended_by, account.suspended_because = None, None, ""
    account.save(update_fields=["suspended_at", "suspended_by", "suspended_because"])


@transaction.atomic
def reopen(officer: Officer, *, by: Officer, because: str) -> str:
    """Open a suspended account again, with a first password, which is returned once."""
    fresh = _mine(officer, by)
    if not because.strip():
        raise ValidationError({"because": _("Write why the account is opened again.")})
    _open(fresh)
    password = _first_password(fresh)
    record(ACCOUNT_REOPENED, by=by, subject=fresh, note=because.strip())
    return password


class StaleAccount(Exception):
    """Somebody changed the account after the form was opened; `officer` is what stands there now."""

    def __init__(self, officer: Officer) -> None:
        self.officer = officer
        super().__init__("The account was changed after the form was opened.")


def names_seen(officer: Officer) -> str:
    """What a form of names and office was opened on, as a mark it carries."""
    said = [officer.name_km, officer.name_latin, str(officer.office_id)]
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:16]


@transaction.atomic
def change(officer: Officer, *, by: Officer, office: Office, seen: str = "", **names: Any) -> Officer:
    """Correct names, or move the officer to another office; only what differs is saved and told.

    Raises StaleAccount when `seen` is not what stands there (F3-16).
    """
    fresh = _mine(officer, by)
    if seen and seen != names_seen(fresh):
        raise StaleAccount(fresh)
    wanted: dict[str, Any] = {"office": office} | {
        name: names[name] for name in ("name_km", "name_latin") if name in names
    }
    changed = {name: value for name, value in wanted.items() if getattr(fresh, name) != value}
    if not changed:
        return fresh
    before = fresh.office.code if fresh.office else "–"
    if "office" in changed:
        _office(office)
    for name, value in changed.items():
        setattr(fresh, name, value)
    fresh.full_clean(exclude=["password", "username"])
    fresh.save(update_fields=list(changed))
    moved = f"{before} → {office.code}" if "office" in changed else ""
    record(ACCOUNT_CHANGED, by=by, subject=fresh, note=moved)
    return fresh


@transaction.atomic
def end_all_sessions(officer: Officer, *, by: Officer) -> int:
    """End every session of another officer; how many were running."""
    fresh = _mine(officer, by)
    ended = end_sessions(OfficerSession.objects.filter(officer=fresh))
    record(SESSIONS_ENDED, by=by, subject=fresh, note=str(ended))
    return ended


def roles_changed(officer: Officer) -> None:
    """After a new role: who now needs a second factor and has none signs in again, and sets it up."""
    if accounts_factor.asked_of(officer) and not account_of(officer).has_second_factor:
        end_sessions(OfficerSession.objects.filter(officer=officer))


# -- from the server ---------------------------------------------------------------------------------------------------


class NotFromServer(Exception):
    """The command does not do this; the message says who does."""


@transaction.atomic
def first_from_server(username: str, *, name_km: str, name_latin: str, office: str, role: str) -> str:
    """A first password for whoever has nobody to ask: the first account of an office, or a locked-out IT officer.

    A new account needs names, office and role; the role is held at the office's unit. Raises NotFromServer,
    ValidationError.
    """
    name = username.strip().lower()
    with system_scope(CONSOLE):
        by = system_officer(CONSOLE)
        officer = Officer.objects.filter(username=name).first()
        if officer is not None and officer.is_system:
            raise NotFromServer(f"'{name}' is a task of the machine.")
        if officer is None:
            place = Office.objects.filter(code=office).first()
            if place is None or not (name_km and name_latin) or role not in pack().roles:
                raise NotFromServer("A new account needs --name-km, --name-latin, --office CODE and --role CODE.")
            if level_of(place.unit_code) != pack().roles[role].level:
                raise NotFromServer(f"The role {role} is held at another level than that of the office {office}.")
            officer = Officer(username=name, name_km=name_km, name_latin=name_latin, office=place)
            officer.set_unusable_password()
            officer.full_clean(exclude=["password"])
            officer.save(force_insert=True)
            RoleAssignment.objects.create(
                officer=officer, role=role, unit_code=place.unit_code, valid_from=clock.today()
            )
            record(ACCOUNT_MADE, by=by, subject=officer, note=role)
        _open(officer)
        accounts_factor.remove(account_of(officer))
        password = _first_password(officer)
        record(FIRST_PASSWORD_GIVEN, by=by, subject=officer)
    return password


@transaction.atomic
def close_from_server(username: str) -> None:
    """Suspend an account without a page. Raises NotFromServer."""
    with system_scope(CONSOLE):
        officer = Officer.objects.filter(username=username.strip().lower(), is_system=False).first()
        if officer is None:
            raise NotFromServer(f"There is no officer '{username}'.")
        _close(officer, by=system_officer(CONSOLE), because="./run onestop officers close")


# -- one's own account -------------------------------------------------------------------------------------------------


@transaction.atomic
def choose_password(officer: Officer, password: str, *, keep_session: str = "") -> None:
    """The officer's own new password; every other session of the officer ends. The form has checked the password."""
    officer.set_password(password)
    officer.save(update_fields=["password"])
    account = account_of(officer)
    account.password_set_at, account.first_password_until = clock.now(), None
    account.save(update_fields=["password_set_at", "first_password_until"])
    end_sessions(OfficerSession.objects.filter(officer=officer).exclude(pk=keep_session))
    with scope(officer):
        record(PASSWORD_CHANGED, by=officer, subject=officer)


@transaction.atomic
def set_factor(officer: Officer, secret: bytes, code: str) -> list[str] | None:
    """The telephone that shows this code becomes the second factor: recovery codes; None for a wrong code."""
    text = "".join(code.split())
    step = accounts_factor.matching_step(secret, text, at=clock.now())
    if step is None:
        return None
    codes = accounts_factor.confirm(account_of(officer), secret, step=step, at=clock.now())
    with scope(officer):
        record(FACTOR_SET, by=officer, subject=officer)
    return codes


@transaction.atomic
def renew_codes(officer: Officer) -> list[str]:
    """New recovery codes in place of the old ones, shown once."""
    codes = accounts_factor.new_recovery_codes(Account.objects.get(officer=officer))
    with scope(officer):
        record(CODES_RENEWED, by=officer, subject=officer)
    return codes


@transaction.atomic
def end_session(session: OfficerSession, *, by: Officer) -> None:
    """End one session: one's own, or that of an officer whose account one may change."""
    officer = session.officer
    if officer is None or (officer.pk != by.pk and why_not(officer, by=by)):
        raise PermissionDenied(_("This session is not yours to end."))
    end_sessions(OfficerSession.objects.filter(pk=session.pk))
    record(
        SESSIONS_ENDED,
        by=by,
        subject=officer,
        note=" · ".join(part for part in (session.browser, session.network) if part),
    )
