"""Signing in and out."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from onestop.areas.guards import public
from onestop.staff import actions
from onestop.staff.forms import SignInForm
from onestop.staff.models import Officer
from onestop.staff.queries import demo_officers


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; after it, where one wanted to go."""
    if isinstance(request.user, Officer) and request.method != "POST":
        return HttpResponseRedirect(_wanted(request, request.GET.get("next", "")))
    if request.method == "POST":
        form = SignInForm(request, request.POST)
        if form.is_valid() and form.officer is not None:
            actions.sign_in(request, form.officer)
            return HttpResponseRedirect(_wanted(request, form.cleaned_data["next"]))
    else:
        filled = {"next": request.GET.get("next", "")}
        if settings.DEMO:
            filled["username"] = request.GET.get("as", "")
        form = SignInForm(request, initial=filled)
    status = 422 if form.is_bound else 200
    return render(request, "staff/sign_in.html", {"form": form, "demo_officers": demo_officers()}, status=status)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; back to the sign-in page."""
    actions.sign_out(request)
    return HttpResponseRedirect(resolve_url(settings.LOGOUT_REDIRECT_URL))


def _wanted(request: HttpRequest, address: str) -> str:
    """The page asked for, if it is one of ours; else the officer's home."""
    if address and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return address
    return resolve_url(settings.LOGIN_REDIRECT_URL)
