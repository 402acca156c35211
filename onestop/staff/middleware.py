"""Each page of a signed-in officer runs in one transaction with that officer's scope; a form is done once.

The view is called here, in `process_view`, so that the scope ends before an error page is drawn: an exception leaves
the transaction first, rolled back, and whatever draws the page finds a whole connection. Keep it the last middleware
that has a `process_view`.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse
from django.utils.translation import gettext as _

from onestop.areas.guards import guard_of
from onestop.areas.scope import current
from onestop.journal import once
from onestop.staff.models import Officer
from onestop.staff.scope import scope
from onestop.ui.middleware import key_of

__all__ = ["ScopeMiddleware"]

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ScopeMiddleware:
    """Opens `scope(request.user)` around the view, and sets `request.scope`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Answer in the officer's scope; None (the usual way, without a scope) for public pages."""
        guard = guard_of(view)
        if guard == "public":
            return None
        if guard is None:
            raise ImproperlyConfigured(
                f"The view {view.__module__}.{getattr(view, '__name__', view)} carries no guard. Add @needs(…), "
                "@signed_in or @public (onestop/areas/guards.py)."
            )
        if not isinstance(request.user, Officer):
            raise PermissionDenied(_("Sign in first."))
        with scope(request.user) as opened:
            request.scope = opened  # type: ignore[attr-defined]
            return _answer(request, view, args, kwargs)


def _answer(
    request: HttpRequest, view: Callable[..., HttpResponseBase], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponseBase:
    """The whole answer, drawn inside the scope; the result of the first sending for a form sent again."""
    key = key_of(request) if request.method == "POST" else None
    officer = current().officer_id
    if key is not None and (earlier := once.claim(key, officer=officer, path=request.path)) is not None:
        return HttpResponseRedirect(earlier or request.path)
    response = view(request, *args, **kwargs)
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response = response.render()
    if response.streaming and not isinstance(response, FileResponse):
        raise ImproperlyConfigured(
            f"{request.resolver_match.view_name if request.resolver_match else request.path} streams its answer: the "
            "rows would be read after the scope has ended. Write the file inside the view and send it whole."
        )
    if key is not None:
        result = response.headers.get("Location") or response.headers.get("HX-Redirect") or ""
        result = result or getattr(response, "result_url", "")
        if result:
            once.keep(key, result)
        else:  # the form came back with what is wrong: it will be sent again with the same key
            once.release(key)
    return response
