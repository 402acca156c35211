"""The way in: password, then what else is asked, then a session.

    looked = look(request, username, password)     # a throttled, journalled look at the password
    begin(request, looked, wanted)                 # it was right: the session says who waits for the next step
    step_of(waiting)                               # 'code', 'password', 'factor' or '' when nothing is asked any more
    finish(request, waiting)                       # the session begins

Between password and session nobody is signed in: the session only says who waits, for ten minutes.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest

from onestop.areas import clock
from onestop.journal.actions import record
from onestop.staff import accounts_factor, signing_in_throttle
from onestop.staff.accounts_secrets import open_sealed, seal
from onestop.staff.choices import (
    SIGN_IN_CODE_WRONG,
    SIGN_IN_UNKNOWN,
    SIGN_IN_WRONG,
    SIGNED_IN,
    SIGNED_IN_BY_RECOVERY,
    SIGNED_OUT,
)
from onestop.staff.models import Account, KnownDevice, Officer
from onestop.staff.models.accounts import USUAL_FOR
from onestop.staff.queries import may_sign_in
from onestop.staff.scope import scope, system_officer, system_scope
from onestop.staff.sessions import SessionStore
from onestop.staff.sessions_kept import forget_old
from onestop.staff.sessions_limits import WAITING, earlier_officer
from onestop.staff.signing_in_places import Place, browser_of, place_of
from onestop.staff.signing_in_throttle import Counter, Waits

__all__ = [
    "Looked", "Waiting", "begin", "finish", "look", "prove", "prove_password", "proved", "sign_out",
    "step_of", "waiting_of",
]  # fmt: skip

WAITS_FOR: Final = timedelta(minutes=10)
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
DOORKEEPER: Final = "system.sign_in"
PROVED: Final = "proved_at"


@dataclass(frozen=True)
class Looked:
    """What came of looking at a password: the officer, or why not ('wrong', 'waits', 'expired', 'no_role')."""

    officer: Officer | None
    why: str = ""
    until: datetime | None = None


def look(request: HttpRequest, username: str, password: str) -> Looked:
    """Look at a password, unless guesses from this place wait. One answer and one time for every mistake."""
    name, place, at = username.strip().lower(), place_of(request), clock.now()
    counted = _counters(name, place)
    if (waits := signing_in_throttle.guess(counted, at=at)) is not None:
        return Looked(None, "waits", waits.until)
    officer = authenticate(request, username=name, password=password)
    if not isinstance(officer, Officer) or officer.is_system:
        _journal_wrong(request, name, counted)
        return Looked(None, "wrong")
    signing_in_throttle.right(counted)
    until = Account.objects.filter(officer=officer).values_list("first_password_until", flat=True).first()
    if until is not None and until <= at:
        return Looked(None, "expired")
    return Looked(officer) if may_sign_in(officer) else Looked(None, "no_role")


def _counters(name: str, place: Place) -> list[Counter]:
    machine_made = Account.objects.filter(officer__username=name, first_password_until__isnull=False).exists()
    return signing_in_throttle.counters(name, place, usual=usual_place(name, place), machine_made=machine_made)


def usual_place(name: str, place: Place) -> str:
    """'device' or 'network' when somebody of this name has signed in from there lately; asked alike for every name."""
    known = KnownDevice.objects.filter(officer__username=name, last_at__gte=clock.now() - USUAL_FOR)
    devices = dict(known.values_list("digest", "network"))
    if place.device and place.device in devices:
        return "device"
    return "network" if place.network in devices.values() else ""


def _journal_wrong(request: HttpRequest, name: str, counted: list[Counter]) -> None:
    """A line for each guess that was looked at. The typed name is kept only where it is an officer's."""
    officer = Officer.objects.filter(username=name, is_system=False).select_related("office").first()
    unread = signing_in_throttle.refused_since(counted)
    note = _where(request) + (f" (+{unread})" if unread else "")
    with system_scope(DOORKEEPER):
        by = system_officer(DOORKEEPER)
        if officer is None:
            record(SIGN_IN_UNKNOWN, by=by, note=note)
        else:
            record(SIGN_IN_WRONG, by=by, subject=officer, note=note)


def _where(request: HttpRequest) -> str:
    """From where, for the journal: network and browser in words."""
    place = place_of(request)
    return " · ".join(part for part in (place.network, browser_of(request)) if part)


def prove(request: HttpRequest, officer: Officer, password: str, code: str) -> Waits | bool:
    """The officer who is signed in shows again who it is, before something that matters; remembered for ten minutes."""
    place, at = place_of(request), clock.now()
    counted = _counters(officer.username, place)
    if (waits := signing_in_throttle.guess(counted, at=at)) is not None:
        return waits
    account = accounts_factor.account_of(officer)
    is_right = officer.check_password(password)
    if is_right and settings.SECOND_FACTOR and account.has_second_factor:
        is_right = bool(accounts_factor.opens(account, code, at=at))
    if is_right:
        signing_in_throttle.right(counted)
        request.session[PROVED] = at.isoformat()
    return is_right


def prove_password(request: HttpRequest, officer: Officer, password: str) -> Waits | bool:
    """The present password, asked before a new one; wrong ones wait like those at the door."""
    counted = _counters(officer.username, place_of(request))
    if (waits := signing_in_throttle.guess(counted, at=clock.now())) is not None:
        return waits
    is_right = officer.check_password(password)
    if is_right:
        signing_in_throttle.right(counted)
    return is_right


def proved(request: HttpRequest) -> bool:
    """True when the officer has shown who it is in the last ten minutes."""
    at = request.session.get(PROVED)
    return at is not None and clock.now() - datetime.fromisoformat(at) <= WAITS_FOR


# -- between password and session --------------------------------------------------------------------------------------


@dataclass
class Waiting:
    """Who has given the right password and not yet all that is asked."""

    officer: Officer
    account: Account
    wanted: str
    before: UUID | None
    passed: str
    proposed: bytes | None

    @property
    def needs_factor(self) -> bool:
        """True when a second factor is asked of this officer, or stands already."""
        return settings.SECOND_FACTOR and (self.account.has_second_factor or accounts_factor.asked_of(self.officer))


def begin(request: HttpRequest, officer: Officer, wanted: str) -> None:
    """Put the officer into a fresh session as the one who waits."""
    before = earlier_officer(request)
    logout(request)
    request.session.cycle_key()
    request.session[WAITING] = {
        "officer": str(officer.pk),
        "password": officer.get_session_auth_hash(),
        "at": clock.now().isoformat(),
        "wanted": wanted,
        "before": str(before) if before else "",
    }


def waiting_of(request: HttpRequest) -> Waiting | None:
    """Who waits in this session; None when nobody does, or no longer."""
    kept: dict[str, Any] = request.session.get(WAITING) or {}
    if not kept or clock.now() - datetime.fromisoformat(kept["at"]) > WAITS_FOR:
        return None
    officer = Officer.objects.filter(pk=kept["officer"], is_active=True, is_system=False).first()
    if officer is None or not hmac.compare_digest(officer.get_session_auth_hash(), kept["password"]):
        return None
    proposed = base64.b64decode(kept["proposed"]) if kept.get("proposed") else None
    return Waiting(
        officer=officer,
        account=accounts_factor.account_of(officer),
        wanted=kept["wanted"],
        before=UUID(kept["before"]) if kept["before"] else None,
        passed=kept.get("passed", ""),
        proposed=open_sealed(proposed, purpose=f"proposed {officer.pk}") if proposed else None,
    )


def step_of(waiting: Waiting) -> str:
    """What is asked next: 'code', 'password' (of one's own), 'factor' (to be set up), or '' for nothing."""
    if waiting.needs_factor and waiting.account.has_second_factor and not waiting.passed:
        return "code"
    if waiting.account.has_first_password:
        return "password"
    if waiting.needs_factor and not waiting.account.has_second_factor:
        return "factor"
    return ""


def keep_waiting(request: HttpRequest, **changes: str) -> None:
    """Remember a step of the one who waits."""
    request.session[WAITING] = {**request.session[WAITING], **changes}


def propose_secret(request: HttpRequest, waiting: Waiting) -> bytes:
    """The secret to be shared with the telephone; the same one as long as this sign-in lasts."""
    if waiting.proposed is None:
        waiting.proposed = accounts_factor.new_secret()
        sealed = seal(waiting.proposed, purpose=f"proposed {waiting.officer.pk}")
        keep_waiting(request, proposed=base64.b64encode(sealed).decode())
    return waiting.proposed


def give_code(request: HttpRequest, waiting: Waiting, code: str) -> Waits | str:
    """Try a code of the telephone or a recovery code: 'code', 'recovery', '' for a wrong one, or Waits."""
    place, at = place_of(request), clock.now()
    counted = signing_in_throttle.code_counters(
        waiting.officer.username, place, usual=usual_place(waiting.officer.username, place)
    )
    if (waits := signing_in_throttle.guess(counted, at=at)) is not None:
        return waits
    found = accounts_factor.opens(waiting.account, code, at=at)
    if found:
        signing_in_throttle.right(counted)
        keep_waiting(request, passed=found)
        waiting.passed = found
        return found
    with system_scope(DOORKEEPER):
        record(
            SIGN_IN_CODE_WRONG,
            by=system_officer(DOORKEEPER),
            subject=waiting.officer,
            note=_where(request),
        )
    return ""


def finish(request: HttpRequest, waiting: Waiting) -> None:
    """Begin the session with a new key and write it down; `remember` the browser with the answer.

    Who signs in again where the own session ran out keeps the token of the forms, so that a second window with a
    half-filled form may still send it.
    """
    token = request.META.get("CSRF_COOKIE")
    request.session.pop(WAITING, None)
    login(request, waiting.officer, backend=BACKEND)
    if waiting.before == waiting.officer.pk and token:
        request.META["CSRF_COOKIE"] = token
    if isinstance(request.session, SessionStore):
        request.session.save()
        request.session.describe(browser=browser_of(request), network=place_of(request).network)
    by_recovery = waiting.passed == "recovery"
    with scope(waiting.officer):
        record(
            SIGNED_IN_BY_RECOVERY if by_recovery else SIGNED_IN,
            by=waiting.officer,
            subject=waiting.officer,
            note=_where(request),
        )
    signing_in_throttle.forget(at=clock.now())
    forget_old()
    SessionStore.clear_expired()


def sign_out(request: HttpRequest) -> None:
    """End the session, and write it down."""
    if isinstance(request.user, Officer):
        with scope(request.user):
            record(SIGNED_OUT, by=request.user, subject=request.user)
    logout(request)
