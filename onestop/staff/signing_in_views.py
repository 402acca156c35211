"""The pages of signing in, one for each thing that is asked, and signing out."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from onestop.areas import clock
from onestop.areas.guards import public
from onestop.staff import accounts, accounts_factor, signing_in
from onestop.staff.models import Officer
from onestop.staff.queries import demo_officers
from onestop.staff.signing_in import Waiting
from onestop.staff.signing_in_forms import CodeForm, OwnPasswordForm, SignInForm
from onestop.staff.signing_in_places import remember
from onestop.staff.signing_in_throttle import Waits

STEPS = {"code": "staff:code", "password": "staff:first-password", "factor": "staff:second-factor"}


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; after it what else is asked, then where one wanted to go."""
    if request.method != "POST":
        if isinstance(request.user, Officer):
            return HttpResponseRedirect(wanted(request, request.GET.get("next", "")))
        filled = {"next": request.GET.get("next", "")}
        if settings.DEMO:
            filled["username"] = request.GET.get("as", "")
        return _sign_in_page(request, SignInForm(initial=filled), 200)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form, 422)
    looked = signing_in.look(request, form.cleaned_data["username"], form.cleaned_data["password"])
    if looked.officer is None:
        form.add_error(None, _why_not(looked.why, looked.until))
        return _sign_in_page(request, form, 429 if looked.why == "waits" else 422)
    signing_in.begin(request, looked.officer, wanted(request, form.cleaned_data["next"]))
    waiting = signing_in.waiting_of(request)
    return _sign_in_page(request, form, 422) if waiting is None else _onwards(request, waiting)


def _sign_in_page(request: HttpRequest, form: SignInForm, status: int) -> HttpResponse:
    context = {"form": form, "demo_officers": demo_officers(), "ended": "ended" in request.GET}
    return render(request, "staff/sign_in.html", context, status=status)


def _why_not(why: str, until: datetime | None) -> str:
    """One answer for an unknown name, a wrong password and a closed account; more only for who knew the password."""
    if until is not None:
        return waits_in_words(until)
    return {
        "expired": _("This first password has expired. Ask the IT officer of your district for a new one."),
        "no_role": _("Your role opens no session. Ask the IT officer of your district."),
    }.get(why) or _("Username and password do not belong together. Check both and write the password once more.")


def waits_in_words(until: datetime) -> str:
    """How long one waits after wrong guesses."""
    seconds = max(1, int((until - clock.now()).total_seconds()) + 1)
    if seconds <= 90:
        return (
            ngettext(
                "Too many wrong passwords from here. Wait %d second, then try again.",
                "Too many wrong passwords from here. Wait %d seconds, then try again.",
                seconds,
            )
            % seconds
        )
    return _("Too many wrong passwords from here. Wait %d minutes, then try again.") % -(-seconds // 60)


def wanted(request: HttpRequest, address: str) -> str:
    """The page asked for, if it is one of ours; else the officer's home."""
    if address and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return address
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _onwards(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    """To the next step; after the last one the session begins."""
    if step := signing_in.step_of(waiting):
        return HttpResponseRedirect(reverse(STEPS[step]))
    response = HttpResponseRedirect(waiting.wanted)
    signing_in.finish(request, waiting)
    remember(request, response, waiting.officer)
    if waiting.passed == "recovery":
        left = waiting.account.recovery_codes.filter(used_at=None).count()
        messages.warning(request, _("You signed in with a recovery code; %d are left. New ones: My account.") % left)
    return response


def _waiting_at(request: HttpRequest, step: str) -> Waiting | HttpResponse:
    """Who waits at this step; else where to go instead."""
    waiting = signing_in.waiting_of(request)
    if waiting is None:
        return HttpResponseRedirect(reverse("staff:sign-in"))
    return waiting if signing_in.step_of(waiting) == step else _onwards(request, waiting)


@public
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code of the telephone, or a recovery code."""
    waiting = _waiting_at(request, "code")
    if isinstance(waiting, HttpResponse):
        return waiting
    form, status = CodeForm(request.POST or None, or_recovery=True), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            found = signing_in.give_code(request, waiting, form.cleaned_data["code"])
            if isinstance(found, Waits):
                form.add_error("code", waits_in_words(found.until))
            elif found:
                return _onwards(request, waiting)
            else:
                form.add_error("code", _("This code is not right, or was used already. Wait for the next one."))
    return render(request, "staff/code.html", {"form": form}, status=status)


@public
@sensitive_post_parameters("new_password", "new_password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def first_password(request: HttpRequest) -> HttpResponse:
    """In place of a first password, which somebody else has seen, one of one's own."""
    waiting = _waiting_at(request, "password")
    if isinstance(waiting, HttpResponse):
        return waiting
    form = OwnPasswordForm(request.POST or None, officer=waiting.officer, with_old=False)
    if request.method == "POST" and form.is_valid():
        accounts.choose_password(waiting.officer, form.cleaned_data["new_password"])
        signing_in.keep_waiting(request, password=waiting.officer.get_session_auth_hash())
        fresh = signing_in.waiting_of(request)
        return HttpResponseRedirect(reverse("staff:sign-in")) if fresh is None else _onwards(request, fresh)
    return render(request, "staff/first_password.html", {"form": form}, status=422 if form.is_bound else 200)


@public
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """The telephone becomes the second factor; then the recovery codes, once, and the session begins."""
    waiting = _waiting_at(request, "factor")
    if isinstance(waiting, HttpResponse):
        return waiting
    secret = signing_in.propose_secret(request, waiting)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = accounts.set_factor(waiting.officer, secret, form.cleaned_data["code"])
        if codes is not None:
            signing_in.finish(request, waiting)
            context = {"codes": codes, "onwards": waiting.wanted}
            response = render(request, "staff/recovery_codes.html", context)
            remember(request, response, waiting.officer)
            return response
        form.add_error(
            "code", _("This is not the code the telephone shows now. Check its clock and write the next one.")
        )
    return render(
        request, "staff/second_factor.html", factor_context(form, secret, waiting.officer),
        status=422 if form.is_bound else 200,
    )  # fmt: skip


def factor_context(form: CodeForm, secret: bytes, officer: Officer) -> dict[str, object]:
    """What the page of setting up shows: the picture for the telephone and the key to type instead."""
    return {
        "form": form,
        "picture": accounts_factor.picture(secret, officer),
        "key": accounts_factor.key_in_words(secret),
        "username": officer.username,
    }


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; back to the sign-in page."""
    signing_in.sign_out(request)
    return HttpResponseRedirect(resolve_url(settings.LOGOUT_REDIRECT_URL))
