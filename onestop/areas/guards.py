"""The guard of a page: every view carries one, and a view without is refused (staff.middleware, and a test).

    @needs("registry.read")     a role in force must give this right
    @signed_in                  any officer with an account
    @public                     everybody; no scope is opened

A guard is the first look at the door. Which rows are seen is the scope's business, and whether a right holds at the
record's place is asked where the record is (`Scope.may(right, at=…)`, the workflow's table).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from onestop.areas.country import in_words, pack
from onestop.areas.rights import RIGHTS
from onestop.areas.scope import Scope, current

__all__ = ["RIGHTS", "demand", "guard_of", "needs", "public", "signed_in"]

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def needs(right: str) -> Callable[[View], View]:
    """Let in whom a role in force gives the right; others get the page that says whom to ask."""
    if right not in RIGHTS:
        raise ValueError(f"'{right}' is no right. Known: {', '.join(RIGHTS)} (onestop/areas/rights.py).")

    def guarded(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            demand(current(), right)
            return view(request, *args, **kwargs)

        asked.guard = right  # type: ignore[attr-defined]
        return asked  # type: ignore[return-value]

    return guarded


def signed_in(view: View) -> View:
    """Let in every officer with an account."""
    view.guard = "signed in"  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Let in everybody; the view runs without a scope."""
    open_view: View = login_not_required(view)
    open_view.guard = "public"  # type: ignore[attr-defined]
    return open_view


def guard_of(view: Callable[..., Any]) -> str | None:
    """The guard of a view: a right, 'signed in', 'public', or None where it carries none."""
    found: str | None = getattr(view, "guard", None)
    return "public" if found is None and getattr(view, "login_required", True) is False else found


def demand(scope: Scope, right: str, at: str | None = None) -> None:
    """Raise PermissionDenied, saying whom to ask, unless the scope has the right (with `at`: at that unit)."""
    if scope.may(right, at):
        return
    holders = [in_words(role.label, get_language()) for role in pack().roles.values() if right in role.rights]
    raise PermissionDenied(
        _("This page is for officers who may %(right)s. These roles may: %(roles)s.")
        % {"right": RIGHTS.get(right, right), "roles": "; ".join(holders) or _("none")}
    )
