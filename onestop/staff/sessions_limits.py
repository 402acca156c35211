"""What happens when a session has run out: a page asks to sign in again, and a half-filled form is not lost.

`TimeOutMiddleware` stands before Django's LoginRequiredMiddleware: a form that comes after the session has ended, from
a browser whose ended session tells the officer, is kept (sessions_kept.py), and signing in leads back to it.
`KeptFormMiddleware` stands around the page: it fills what was kept into the form it was written in, and forgets it when
the form has been done.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse

from onestop.areas.guards import guard_of
from onestop.staff.models import Officer
from onestop.staff.sessions import SessionStore
from onestop.staff.sessions_filling import FORM_ID_FIELD, filled
from onestop.staff.sessions_kept import forget, keep, kept_for

__all__ = ["KeptFormMiddleware", "TimeOutMiddleware", "address_of", "earlier_officer"]

GetResponse = Callable[[HttpRequest], HttpResponseBase]
KEPT = "kept"
WAITING = "signing_in"  # in the session of one who is between password and code


def earlier_officer(request: HttpRequest) -> UUID | None:
    """Who was signed in in this browser before: by the ended session of its cookie, or while signing in again."""
    past = request.session.past if isinstance(request.session, SessionStore) else None
    if past is not None:
        return past.officer_id
    waiting = request.session.get(WAITING) or {}
    return UUID(waiting["before"]) if waiting.get("before") else None


class TimeOutMiddleware:
    """Counts the use of a session, and keeps the form that came after its end."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """None goes on; a redirect to the sign-in page for who was signed in here before."""
        if isinstance(request.user, Officer):
            if isinstance(request.session, SessionStore):
                request.session.touch()
            return None
        if guard_of(view) == "public" or (officer_id := earlier_officer(request)) is None:
            return None
        wanted = request.get_full_path()
        if request.method == "POST":
            key = keep(request, officer_id)
            wanted = reverse("staff:kept", args=[key]) if key else resolve_url(settings.LOGIN_REDIRECT_URL)
        return HttpResponseRedirect(f"{reverse('staff:sign-in')}?{urlencode({'next': wanted, 'ended': '1'})}")


class KeptFormMiddleware:
    """`?kept=…` on a page: the form of the page is filled with what was kept for this officer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        user = getattr(request, "user", None)
        if request.method == "POST" and FORM_ID_FIELD in request.POST and isinstance(user, Officer):
            key = _uuid(request.POST[FORM_ID_FIELD])
            if key and response.status_code in {302, 303}:
                forget(user, key)
        elif request.method == "GET" and KEPT in request.GET and isinstance(user, Officer):
            return _with_kept(request, response, user)
        return response


def _with_kept(request: HttpRequest, response: HttpResponseBase, officer: Officer) -> HttpResponseBase:
    """The page with its form filled; the plain list of what was written where the page has no such form."""
    key = _uuid(request.GET[KEPT])
    kept = kept_for(officer, key) if key else None
    if kept is None or request.path == reverse("staff:kept-plain", args=[kept.id]):
        return response
    if str(kept.id) in response.headers.get("Location", ""):
        return response  # something is asked first; the way on still names the form
    is_page = response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html")
    html = None
    if is_page and isinstance(response, HttpResponse):
        html = filled(response.content.decode(response.charset), kept, page=request.path)
    if html is None or not isinstance(response, HttpResponse):
        return HttpResponseRedirect(reverse("staff:kept-plain", args=[kept.id]))
    response.content = html.encode(response.charset)
    return response


def address_of(page: str, key: UUID) -> str:
    """The page's address, asking for the kept form."""
    parts = urlsplit(page)
    query = "&".join(part for part in (parts.query, urlencode({KEPT: str(key)})) if part)
    return f"{parts.path}?{query}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
