"""Pages of no noun: the choice of language, and errors."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from onestop.ui.context import slot

A_YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Set the language of this machine, and the officer's own where it is remembered; back to where one was."""
    wish = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if wish not in {code for code, _name in settings.LANGUAGES}:
        return response
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, wish, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
    )
    user = getattr(request, "user", None)
    remember = getattr(settings, "UI_REMEMBER_LANGUAGE", "")
    if remember and user is not None and user.is_authenticated:
        slot(remember)(user, language=wish)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or the form could not be read."""
    return render(request, "ui/error_400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: not for this officer."""
    return render(request, "ui/error_403.html", {"reason": str(exception or "")}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing here for this officer; both read the same, so that nothing is given away."""
    return render(request, "ui/error_404.html", status=404)


@never_cache
def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Drawn without request and database, which may be what failed."""
    return HttpResponse(render_to_string("ui/error_500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form whose page is too old; for CSRF_FAILURE_VIEW."""
    return render(request, "ui/error_csrf.html", status=403)
