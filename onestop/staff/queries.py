"""Reads about officers that a page shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.country import in_words, pack
from onestop.staff.models import Officer

__all__ = ["DemoOfficer", "demo_officers", "may_sign_in", "officer_of", "role_words"]


@dataclass(frozen=True)
class DemoOfficer:
    """An officer one may sign in as in the demonstration."""

    officer: Officer
    title: str


def officer_of(request: HttpRequest) -> Officer:
    """The officer who is signed in. Raises PermissionDenied when nobody is: the page lacks its guard."""
    if not isinstance(request.user, Officer):
        raise PermissionDenied(_("Sign in first."))
    return request.user


def may_sign_in(officer: Officer, on: date | None = None) -> bool:
    """False for a closed account, a task of the machine, and who holds on the day only roles that open no session.

    Such roles exist for steps, committees and papers: a village volunteer (ORG-33), a council.
    """
    if not officer.is_active or officer.is_system:
        return False
    held = [one.role_entry for one in officer.assignments.in_force(on or clock.today())]
    known = [role for role in held if role is not None]
    return not known or any(role.may_sign_in for role in known)


def role_words(codes: Iterable[str]) -> str:
    """Roles in the page's language, for the strip above every page (UI_ROLE_WORDS)."""
    roles = pack().roles
    return ", ".join(in_words(roles[code].label) for code in codes if code in roles)


def demo_officers() -> list[DemoOfficer]:
    """The officers of the demonstration with their roles, from the lowest level up; none outside a demonstration."""
    if not settings.DEMO:
        return []
    roles = pack().roles
    packed = [node.text("username") for node in pack().node("demo_officers.yaml").each("officers")]
    officers = (
        Officer.objects.who_sign_in()
        .filter(username__in=packed)
        .select_related("office")
        .prefetch_related("assignments")
    )
    shown = []
    for officer in officers:
        held = [roles[assignment.role] for assignment in officer.assignments.all() if assignment.role in roles]
        level = max((role.level for role in held), default=-1)
        shown.append((-level, DemoOfficer(officer, role_words(role.code for role in held))))
    return [entry for _level, entry in sorted(shown, key=lambda pair: (pair[0], pair[1].officer.username))]
