"""My account: password, telephone, recovery codes, sessions, language; and the form that came after a session's end."""

import base64
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onestop.areas.guards import signed_in
from onestop.areas.scope import current
from onestop.journal import once
from onestop.staff import accounts, accounts_factor, humans, signing_in
from onestop.staff.accounts_forms import ProveForm
from onestop.staff.accounts_queries import held_roles, local_or_none, sessions_seen, standing_of
from onestop.staff.accounts_secrets import open_sealed, seal
from onestop.staff.help import helper_of
from onestop.staff.models import OfficerSession
from onestop.staff.queries import officer_of
from onestop.staff.sessions import digest_of, sessions_of
from onestop.staff.sessions_kept import keep, kept_for
from onestop.staff.sessions_limits import address_of
from onestop.staff.signing_in_forms import CodeForm, OwnPasswordForm
from onestop.staff.signing_in_throttle import Waits
from onestop.staff.signing_in_views import factor_context, waits_in_words
from onestop.ui.components import Crumb
from onestop.ui.middleware import key_of

PROPOSED = "proposed_factor"


def crumbs(*more: Crumb) -> list[Crumb]:
    """The trail of a page below My account."""
    return [Crumb(_("My account"), reverse("staff:my-account")), *more]


def proved_first(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Before something that matters the officer shows again who it is; a form that was sent is kept meanwhile."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if signing_in.proved(request):
            return view(request, *args, **kwargs)
        wanted = request.get_full_path()
        if request.method == "POST":
            key = keep(request, officer_of(request).pk)
            wanted = reverse("staff:kept", args=[key]) if key else reverse("staff:my-account")
            if (sent := key_of(request)) is not None:  # nothing was done: the kept form is sent again with this key
                once.release(sent)
        return HttpResponseRedirect(f"{reverse('staff:prove')}?{urlencode({'next': wanted})}")

    return asked


@signed_in
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Password and code once more; then on to what was wanted."""
    officer, status = officer_of(request), 200
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        wanted = reverse("staff:my-account")
    with_code = settings.SECOND_FACTOR and accounts_factor.account_of(officer).has_second_factor
    form = ProveForm(request.POST or None, with_code=with_code)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            found = signing_in.prove(request, officer, form.cleaned_data["password"], form.cleaned_data.get("code", ""))
            if found is True:
                return HttpResponseRedirect(wanted)
            wrong = _("This is not right. Write it once more.")
            form.add_error(None, waits_in_words(found.until) if isinstance(found, Waits) else wrong)
    context = {"form": form, "next": wanted, "crumbs": crumbs(Crumb(_("Show again that it is you")))}
    return render(request, "staff/prove.html", context, status=status)


@signed_in
@require_safe
def my_account(request: HttpRequest) -> HttpResponse:
    """Everything about one's own account on one page."""
    officer = officer_of(request)
    account = accounts_factor.account_of(officer)
    context = {
        "account": account,
        "password_since": local_or_none(account.password_set_at),
        "factor_since": local_or_none(account.totp_since),
        "standing": standing_of(officer),
        "held": held_roles(officer),
        "sessions": sessions_seen(officer),
        "this_session": digest_of(request.session.session_key or ""),
        "codes_left": account.recovery_codes.filter(used_at=None).count(),
        "with_factor": settings.SECOND_FACTOR,
        "noted": humans.noted_of(officer),
        "helper": helper_of(officer, current()),
        "crumbs": [Crumb(_("My account"))],
    }
    return render(request, "staff/my_account.html", context)


@signed_in
@sensitive_post_parameters("old_password", "new_password", "new_password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def my_password(request: HttpRequest) -> HttpResponse:
    """A new password; the old one is asked for. Sessions elsewhere end."""
    officer, status = officer_of(request), 200
    form = OwnPasswordForm(request.POST or None, officer=officer, with_old=True)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            found = signing_in.prove_password(request, officer, form.cleaned_data["old_password"])
            if found is True:
                here = digest_of(request.session.session_key or "")
                accounts.choose_password(officer, form.cleaned_data["new_password"], keep_session=here)
                update_session_auth_hash(request, officer)
                messages.success(request, _("You have a new password. Sessions on other machines have been ended."))
                return HttpResponseRedirect(reverse("staff:my-account"))
            words = waits_in_words(found.until) if isinstance(found, Waits) else _("This is not your present password.")
            form.add_error("old_password", words)
    context = {"form": form, "crumbs": crumbs(Crumb(_("New password")))}
    return render(request, "staff/my_password.html", context, status=status)


def _with_factor() -> None:
    """Pages of the second factor are not there in a demonstration."""
    if not settings.SECOND_FACTOR:
        raise Http404


@signed_in
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@proved_first
def my_factor(request: HttpRequest) -> HttpResponse:
    """Another telephone; the old one counts until the new one has shown its code."""
    _with_factor()
    officer, purpose = officer_of(request), f"proposed {officer_of(request).pk}"
    if request.method != "POST" or PROPOSED not in request.session:
        sealed = seal(accounts_factor.new_secret(), purpose=purpose)
        request.session[PROPOSED] = base64.b64encode(sealed).decode()
    secret = open_sealed(base64.b64decode(request.session[PROPOSED]), purpose=purpose)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = accounts.set_factor(officer, secret, form.cleaned_data["code"])
        if codes is not None:
            request.session.pop(PROPOSED, None)
            return _codes(request, codes)
        form.add_error(
            "code", _("This is not the code the telephone shows now. Check its clock and write the next one.")
        )
    context = {**factor_context(form, secret, officer), "crumbs": crumbs(Crumb(_("Telephone")))}
    return render(request, "staff/my_factor.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@proved_first
def my_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes in place of the old ones."""
    _with_factor()
    if not accounts_factor.account_of(officer_of(request)).has_second_factor:
        raise Http404
    if request.method == "POST":
        return _codes(request, accounts.renew_codes(officer_of(request)))
    return render(request, "staff/my_codes.html", {"crumbs": crumbs(Crumb(_("Recovery codes")))})


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """The codes, this once; the form sent again leads to My account."""
    context = {"codes": codes, "crumbs": crumbs(Crumb(_("Recovery codes")))}
    response = render(request, "staff/my_codes_shown.html", context)
    response.result_url = reverse("staff:my-account")  # type: ignore[attr-defined]
    return response


@signed_in
@require_POST
def end_session(request: HttpRequest, number: UUID) -> HttpResponse:
    """End one of one's own sessions, or that of an officer whose account one may change."""
    session = get_object_or_404(OfficerSession.objects.select_related("officer__office"), number=number)
    officer = officer_of(request)
    if session.officer_id != officer.pk and (
        session.officer is None or not current().may("account.write") or accounts.why_not(session.officer, by=officer)
    ):
        raise Http404
    is_this = session.pk == digest_of(request.session.session_key or "")
    accounts.end_session(session, by=officer)
    if is_this:
        signing_in.sign_out(request)
        return HttpResponseRedirect(resolve_url(settings.LOGOUT_REDIRECT_URL))
    messages.success(request, _("The session has been ended."))
    own = session.officer_id == officer.pk
    return HttpResponseRedirect(
        reverse("staff:my-account") if own else reverse("staff:account", args=[session.officer_id])
    )


@signed_in
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End every session of one's own but this one."""
    officer, here = officer_of(request), digest_of(request.session.session_key or "")
    for session in sessions_of(officer).exclude(pk=here):
        accounts.end_session(session, by=officer)
    messages.success(request, _("The other sessions have been ended."))
    return HttpResponseRedirect(reverse("staff:my-account"))


# -- the form that came too late ---------------------------------------------------------------------------------------


@signed_in
@require_safe
def kept(request: HttpRequest, key: UUID) -> HttpResponse:
    """To the page on which the kept form stood; for anybody else, and after an hour, to the home page."""
    found = kept_for(officer_of(request), key)
    if found is None:
        messages.info(request, _("Nothing is kept here for you."))
        return HttpResponseRedirect(resolve_url(settings.LOGIN_REDIRECT_URL))
    told = _("Nothing has been sent yet. What you had written stands in the form again: look it over and send it.")
    messages.warning(request, told)
    if found.had_files:
        messages.warning(request, _("Files cannot be kept: choose them once more."))
    address = address_of(found.page or found.path, found.id)
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()):
        address = reverse("staff:kept-plain", args=[key])
    return HttpResponseRedirect(address)


@signed_in
@require_safe
def kept_plain(request: HttpRequest, key: UUID) -> HttpResponse:
    """The kept fields one below the other, where the page they stood on is not there any more."""
    found = kept_for(officer_of(request), key)
    if found is None:
        return HttpResponseRedirect(resolve_url(settings.LOGIN_REDIRECT_URL))
    hidden = [(name, value) for name, value in found.fields if name in {"idempotency_key", "version"}]
    shown = [(name, value) for name, value in found.fields if (name, value) not in hidden]
    context = {
        "kept": found,
        "hidden": hidden,
        "has_key": any(name == "idempotency_key" for name, _value in hidden),
        "fields": shown,
        "crumbs": [Crumb(_("What you had written"))],
    }
    return render(request, "staff/kept.html", context)
