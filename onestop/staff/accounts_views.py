"""Accounts of officers: the list, a new one, and the page of one with everything that may be done to it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onestop.areas import clock
from onestop.areas.country import in_words, pack
from onestop.areas.guards import needs
from onestop.areas.models import AdministrativeUnit
from onestop.areas.rights import BUILT, RIGHTS
from onestop.areas.scope import current
from onestop.journal.queries import lines_about
from onestop.staff import accounts, organising, signing_in
from onestop.staff.accounts_forms import AccountFilter, MadeForm, NamesForm, ReasonForm, RoleForm, SupervisorForm
from onestop.staff.accounts_own_views import proved_first
from onestop.staff.accounts_queries import (
    HeldRole,
    accounts_seen,
    filtered,
    held_roles,
    local_or_none,
    sessions_seen,
    standing_of,
    standings,
)
from onestop.staff.choices import ACCOUNT_CHANGED
from onestop.staff.models import Officer
from onestop.staff.offices_saving import Meanwhile, side_by_side
from onestop.staff.queries import officer_of
from onestop.staff.work import ASSIGN
from onestop.staff.work_queries import in_care_of, lying_with
from onestop.ui import format
from onestop.ui.components import Crumb
from onestop.ui.context import address
from onestop.ui.pagination import keyset_page

SIZE = 25


def crumbs(*more: Crumb) -> list[Crumb]:
    """The trail of a page below the accounts."""
    return [Crumb(_("Accounts"), reverse("staff:accounts")), *more]


@needs("account.write")
@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """The accounts of one's area, filtered."""
    form = AccountFilter(request.GET, scope=current())
    wanted = form.cleaned_data if form.is_valid() else {}
    found = filtered(
        accounts_seen(current()),
        text=wanted.get("q", "").strip(),
        office=wanted.get("office", ""),
        role=wanted.get("role", ""),
        state=wanted.get("state", ""),
    )
    page = keyset_page(found, request.GET, order=["username"], size=SIZE, total=found.count())
    context = {
        "form": form,
        "page": page,
        "rows": standings(list(page.rows)),
        "is_filtered": any(wanted.values()),
        "crumbs": [Crumb(_("Accounts"))],
    }
    return render(request, "staff/accounts.html", context)


@needs("account.write")
@require_http_methods(["GET", "HEAD", "POST"])
@proved_first
def new_account(request: HttpRequest) -> HttpResponse:
    """A new account; its first password is shown once, to be handed over."""
    form = MadeForm(request.POST or None, scope=current(), initial={"language": pack().languages[0]})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                officer, password = accounts.make(**form.cleaned_data, by=officer_of(request))
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            return _handed_over(request, officer, password, _("The account is made."))
    status = 422 if form.is_bound else 200
    return render(
        request, "staff/new_account.html", {"form": form, "crumbs": crumbs(Crumb(_("New account")))}, status=status
    )


def _handed_over(request: HttpRequest, officer: Officer, password: str, told: str) -> HttpResponse:
    """The first password, this once; the form sent again leads to the account."""
    context = {
        "about": officer,
        "password": password,
        "told": told,
        "about_url": _address(officer),
        "standing": standing_of(officer),
        "crumbs": crumbs(Crumb(officer.name, _address(officer)), Crumb(_("First password"))),
    }
    response = render(request, "staff/first_password_given.html", context)
    response.result_url = _address(officer)  # type: ignore[attr-defined]
    return response


def _address(officer: Officer) -> str:
    return reverse("staff:account", args=[officer.pk])


def _seen(pk: UUID) -> Officer:
    """The officer, if the account lies in one's area; 404 else."""
    return get_object_or_404(accounts_seen(current()), pk=pk)


@needs("account.write")
@require_safe
def account(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything about one account."""
    return _account_page(request, _seen(pk))


def _account_page(request: HttpRequest, officer: Officer, status: int = 200, **forms: Any) -> HttpResponse:
    refusal, account = accounts.why_not(officer, by=officer_of(request)), getattr(officer, "account", None)
    context = {
        "about": officer,
        "suspended_at": local_or_none(account.suspended_at if account else None),
        "standing": standing_of(officer),
        "held": held_roles(officer),
        "sessions": sessions_seen(officer),
        "refusal": refusal,
        "names": NamesForm(instance=officer, scope=current()),
        "under": SupervisorForm(officer=officer, scope=current()),
        "role_form": RoleForm(initial={"unit_code": officer.unit_code}),
        "suspend_form": ReasonForm(auto_id="suspend_%s"),
        "factor_form": ReasonForm(auto_id="factor_%s"),
        "in_care": in_care_of(officer_of(request), current()).filter(pk=officer.pk).exists(),
        "handing_over": address("staff:hand-over", officer.pk),
        "proved": signing_in.proved(request),
        "prove_url": f"{reverse('staff:prove')}?{urlencode({'next': _address(officer)})}",
        "crumbs": crumbs(Crumb(officer.name)),
        **forms,
    }
    return render(request, "staff/account.html", context, status=status)


@needs("account.write")
@require_POST
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Names, or another office."""
    officer = _seen(pk)
    form = NamesForm(request.POST, instance=officer, scope=current())
    if not form.is_valid():
        return _account_page(request, _seen(pk), 422, names=form)
    try:
        accounts.change(_seen(pk), by=officer_of(request), **form.cleaned_data)
    except accounts.StaleAccount as stale:
        changes = (line.officer for line in lines_about(stale.officer) if line.entry.verb == ACCOUNT_CHANGED)
        meanwhile = Meanwhile(next(changes, ""), side_by_side(form, stale.officer))
        form.data = request.POST.dict() | {"seen": accounts.names_seen(stale.officer)}
        return _account_page(request, _seen(pk), 422, names=form, meanwhile=meanwhile)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(_address(officer))


@needs("account.write")
@require_POST
def put_under(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Under whom the officer works (ORG-27): who is told of emergency openings, and may enter an absence."""
    officer, by = _seen(pk), officer_of(request)
    if refusal := accounts.why_not(officer, by=by):
        raise PermissionDenied(refusal)
    form = SupervisorForm(request.POST, officer=officer, scope=current())
    if form.is_valid():
        try:
            with transaction.atomic():
                organising.put_under(officer, supervisor=form.cleaned_data["supervisor"], by=by)
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(_address(officer))
    return _account_page(request, _seen(pk), 422, under=form)


def _with_reason(
    request: HttpRequest, pk: UUID, name: str, act: Callable[[Officer, str], str | None], told: str
) -> HttpResponse:
    """An action that needs a reason; what it hands over is shown once."""
    officer = _seen(pk)
    form = ReasonForm(request.POST, auto_id=f"{name}_%s")
    if form.is_valid():
        try:
            with transaction.atomic():
                password = act(officer, form.cleaned_data["because"])
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            if password:
                return _handed_over(request, _seen(pk), password, told)
            messages.success(request, told)
            return HttpResponseRedirect(_address(officer))
    return _account_page(request, officer, 422, **{f"{name}_form": form})


@needs("account.write")
@require_POST
def suspend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close the account."""
    return _with_reason(
        request, pk, "suspend", lambda officer, why: accounts.suspend(officer, by=officer_of(request), because=why),
        _("The account is suspended and its sessions are ended."),
    )  # fmt: skip


@needs("account.write")
@require_POST
@proved_first
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open the account again."""
    return _with_reason(
        request, pk, "suspend", lambda officer, why: accounts.reopen(officer, by=officer_of(request), because=why),
        _("The account is open again."),
    )  # fmt: skip


@needs("account.write")
@require_POST
@proved_first
def remove_factor(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget a lost telephone."""
    return _with_reason(
        request, pk, "factor",
        lambda officer, why: accounts.remove_factor(officer, by=officer_of(request), because=why),
        _("The second factor is removed."),
    )  # fmt: skip


@needs("account.write")
@require_POST
@proved_first
def give_first_password(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A first password in place of a forgotten one."""
    officer = _seen(pk)
    try:
        password = accounts.give_first_password(officer, by=officer_of(request))
    except ValidationError as wrong:
        messages.error(request, " ".join(wrong.messages))
        return HttpResponseRedirect(_address(officer))
    return _handed_over(request, _seen(pk), password, _("The old password opens nothing any more."))


@needs("account.write")
@require_POST
def end_sessions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End every session of the officer."""
    officer = _seen(pk)
    accounts.end_all_sessions(officer, by=officer_of(request))
    messages.success(request, _("The sessions have been ended."))
    return HttpResponseRedirect(_address(officer))


@needs("account.write")
@require_POST
@proved_first
def give_role(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A role; first shown in words, with the place by its name, then given."""
    officer = _seen(pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _account_page(request, officer, 422, role_form=form)
    wanted = form.cleaned_data
    refusal = accounts.why_not(officer, by=officer_of(request)) or organising.why_not_give(
        officer, wanted["role"], wanted["unit_code"], valid_from=wanted["valid_from"], valid_to=wanted["valid_to"],
        by=officer_of(request),
    )  # fmt: skip
    unit = AdministrativeUnit.objects.filter(code=wanted["unit_code"]).first()
    if not refusal and wanted["unit_code"] and unit is None:
        refusal = _("There is no unit %(code)s today.") % {"code": wanted["unit_code"]}
    if refusal:
        form.add_error(None, refusal)
        return _account_page(request, officer, 422, role_form=form)
    if not request.POST.get("seen"):
        role = pack().roles[wanted["role"]]
        context = {
            "about": officer,
            "form": form,
            "role": role,
            "label": in_words(role.label),
            "place": unit.full_name if unit else _("the whole country"),
            "path": unit,
            "crumbs": crumbs(Crumb(officer.name, _address(officer)), Crumb(_("Role"))),
        }
        return render(request, "staff/role_seen.html", context)
    try:
        with transaction.atomic():
            organising.give_role(officer, **wanted, by=officer_of(request))
    except (PermissionDenied, ValidationError) as wrong:
        form.add_error(None, wrong if isinstance(wrong, ValidationError) else str(wrong))
        return _account_page(request, officer, 422, role_form=form)
    accounts.roles_changed(officer)
    messages.success(request, _("The role is given."))
    return HttpResponseRedirect(_address(officer))


@needs("account.write")
@require_http_methods(["GET", "HEAD", "POST"])
def end_role(request: HttpRequest, pk: UUID, role: UUID) -> HttpResponse:
    """End a role today, or take one back that has not begun: first shown what ends and what follows, then done."""
    if request.method == "POST":  # two clicks at once are taken one after the other
        Officer.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    officer, by = _seen(pk), officer_of(request)
    if refusal := accounts.why_not(officer, by=by):
        raise PermissionDenied(refusal)
    held = held_roles(officer)
    one = next((held_role for held_role in held if held_role.assignment.pk == role), None)
    if one is None or one.when in {"last", "over"}:  # ended meanwhile, or a second click
        messages.info(request, _("This role is over already."))
        return HttpResponseRedirect(_address(officer))
    if request.method != "POST":
        return _end_role_page(request, officer, one, held)
    if one.when == "later":
        organising.take_back_role(one.assignment, by=by)
        messages.success(request, _("The role is taken back; it never began."))
    else:
        organising.end_role(one.assignment, last_day=clock.today(), by=by)
        messages.success(request, _("The role ends on %s.") % format.day(clock.today()))
    return HttpResponseRedirect(_address(officer))


def _end_role_page(request: HttpRequest, officer: Officer, one: HeldRole, held: list[HeldRole]) -> HttpResponse:
    """What ends, for whom, from when, and what follows."""
    allowed = one.assignment.role_entry.rights if one.assignment.role_entry else frozenset()
    context = {
        "about": officer,
        "one": one,
        "rights": [right.words for name, right in RIGHTS.items() if name in allowed and right.room in BUILT],
        "others": [other for other in held if other is not one and other.when in {"now", "later"}],
        "last_day": clock.today(),
        "from_on": clock.today() + timedelta(days=1),
        "lying": lying_with(officer) if one.when == "now" else 0,
        "handing_over": address("staff:hand-over", officer.pk) if current().may(ASSIGN, officer.unit_code) else "",
        "crumbs": crumbs(Crumb(officer.name, _address(officer)), Crumb(_("Role"))),
    }
    return render(request, "staff/role_end.html", context)
