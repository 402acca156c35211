"""Pages of work: asking for help and answering, being away, handing open work over."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render, resolve_url
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onestop.areas.guards import needs, signed_in
from onestop.areas.scope import current
from onestop.staff import help as helping
from onestop.staff import humans, work
from onestop.staff.accounts_own_views import proved_first
from onestop.staff.accounts_queries import accounts_seen
from onestop.staff.help import HELP
from onestop.staff.models import HelpRequest, Officer
from onestop.staff.queries import officer_of
from onestop.staff.work_forms import (
    AgainForm,
    AnswerForm,
    AskForm,
    HandOverForm,
    OtherHumanForm,
    SameHumanForm,
)
from onestop.staff.work_queries import by_district, colleagues_of, in_care_of
from onestop.staff.workflow import WrongState
from onestop.ui.components import Crumb

SHOWN = 50
# The steps that are taken on a request's page, each with what is told then
TOLD = {
    "answer": gettext_lazy("The answer is sent."),
    "close": gettext_lazy("The request is closed."),
    "reopen": gettext_lazy("The request went back to who answers it."),
}


def page_named(name: str) -> str:
    """The name of a page of ours, '' for anything else: nothing typed and no address goes with a request."""
    try:
        return name if name and name.replace(":", "").replace("-", "").isalnum() and _is_page(name) else ""
    except NoReverseMatch:
        return ""


def _is_page(name: str) -> bool:
    *spaces, last = name.split(":")
    resolver: Any = get_resolver()
    for space in spaces:
        if space not in resolver.namespace_dict:
            return False
        resolver = resolver.namespace_dict[space][1]
    return last in resolver.reverse_dict


# -- help -------------------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def help_list(request: HttpRequest) -> HttpResponse:
    """What one asked, and for who gives help what waits, district by district."""
    officer = officer_of(request)
    mine = HelpRequest.objects.filter(asked_by=officer, voided_at=None).select_related("answered_by")
    gives = current().may("help.answer")
    waiting = HelpRequest.objects.to_answer_by(officer).select_related("asked_by", "assigned_to")
    seen = HelpRequest.objects.visible_to(officer).filter(voided_at=None).exclude(asked_by=officer)
    answered = seen.exclude(pk__in=seen.open()).select_related("asked_by", "answered_by")
    context = {
        "gives": gives,
        "districts": by_district(waiting.order_by("due_on", "created_at") if gives else []),
        "answered": answered.order_by("-answered_at")[:10] if gives else [],
        "mine": mine.order_by("-created_at")[:SHOWN],
        "helper": helping.helper_of(officer, current()),
        "crumbs": [Crumb(_("Help"))],
    }
    return render(request, "staff/help.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_help(request: HttpRequest) -> HttpResponse:
    """Whom to ask, and a form that goes there with this page's name."""
    officer = officer_of(request)
    if request.method == "POST":
        form = AskForm(request.POST)
        if form.is_valid():
            asked = helping.ask(
                page=page_named(form.cleaned_data["page"]), words=form.cleaned_data["words"], by=officer
            )
            messages.success(request, _("Your request is on its way. The answer comes to your page Work."))
            return HttpResponseRedirect(reverse("staff:help-request", args=[asked.pk]))
    else:
        form = AskForm(initial={"page": page_named(request.GET.get("page", ""))})
    context = {
        "form": form,
        "helper": helping.helper_of(officer, current()),
        "page_name": page_named(str(form["page"].value() or "")),
        "crumbs": [Crumb(_("Help"), reverse("staff:help")), Crumb(_("Ask for help"))],
    }
    return render(request, "staff/help_ask.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_safe
def help_request(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One request, with the steps this officer may take."""
    return _request_page(request, _seen(request, pk))


def _seen(request: HttpRequest, pk: UUID) -> HelpRequest:
    found = HelpRequest.objects.visible_to(officer_of(request)).select_related("asked_by", "answered_by", "assigned_to")
    one: HelpRequest = get_object_or_404(found, pk=pk)
    return one


def _request_page(request: HttpRequest, asked: HelpRequest, status: int = 200, **forms: Form) -> HttpResponse:
    officer = officer_of(request)
    steps = {step.verb for step in HELP.available(asked, officer)}
    context: dict[str, Any] = {
        "asked": asked,
        "steps": steps,
        "may_take": asked.assigned_to is None and "answer" in steps,
        "holds": asked.assigned_to is not None and asked.assigned_to.human == officer.human,
        "answer": AnswerForm(),
        "again": AgainForm(),
        "crumbs": [Crumb(_("Help"), reverse("staff:help")), Crumb(_("Request"))],
    }
    return render(request, "staff/help_request.html", context | forms, status=status)


@signed_in
@require_POST
def help_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Answer, close, or ask once more: what the table allows."""
    if verb not in TOLD:
        raise Http404
    officer, asked = officer_of(request), _seen(request, pk)
    form: Form = {"answer": AnswerForm, "reopen": AgainForm}.get(verb, Form)(request.POST)
    if not form.is_valid():
        return _request_page(request, asked, 422, **{"answer" if verb == "answer" else "again": form})
    try:
        HELP.move(asked, verb, by=officer, **form.cleaned_data)
    except WrongState as moved:
        messages.warning(request, str(moved))
    else:
        messages.success(request, TOLD[verb])
    return HttpResponseRedirect(reverse("staff:help-request", args=[asked.pk]))


@needs("help.answer")
@require_POST
def help_take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a request on, so that no colleague answers it as well; or give it back."""
    officer, asked = officer_of(request), _seen(request, pk)
    try:
        if "back" in request.POST:
            work.put_back(HELP, asked, by=officer)
            messages.success(request, _("The request is with the office again."))
        else:
            work.take(HELP, asked, by=officer)
            messages.success(request, _("The request is with you now."))
    except WrongState as moved:
        messages.warning(request, str(moved))
    return HttpResponseRedirect(reverse("staff:help-request", args=[asked.pk]))


# -- handing over ------------------------------------------------------------------------------------------


@needs("work.assign")
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All open work of an officer who leaves or is away, to another or back to the office."""
    by = officer_of(request)
    officer: Officer = get_object_or_404(Officer.objects.filter(is_system=False).select_related("office"), pk=pk)
    if not current().may("work.assign", officer.unit_code):
        raise Http404
    form = HandOverForm(request.POST or None, colleagues=colleagues_of(officer))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                done = work.hand_over(officer, to=form.cleaned_data["to"], by=by, because=form.cleaned_data["because"])
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            told = _("Handed over: %(handed)s. Back to the office: %(returned)s.")
            messages.success(request, told % {"handed": done.handed, "returned": done.returned})
            return HttpResponseRedirect(reverse("staff:hand-over", args=[officer.pk]))
    back_url = _back_from(request, officer)
    context = {
        "form": form,
        "about": officer,
        "back_url": back_url,
        "crumbs": [Crumb(officer.name, back_url), Crumb(_("Hand over work"))],
    }
    return render(request, "staff/hand_over.html", context, status=422 if form.is_bound else 200)


def _back_from(request: HttpRequest, officer: Officer) -> str:
    """The page of the officer from which one came: the account, else the absences; at the least the start page."""
    if accounts_seen(current()).filter(pk=officer.pk).exists():
        return reverse("staff:account", args=[officer.pk])
    if in_care_of(officer_of(request), current()).filter(pk=officer.pk).exists():
        return reverse("staff:away-of", args=[officer.pk])
    return resolve_url(settings.LOGIN_REDIRECT_URL)


# -- one human, two accounts -------------------------------------------------------------------------------------------


@needs("account.write")
@require_http_methods(["GET", "HEAD", "POST"])
@proved_first
def same_human(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whose account this is beside: for four eyes the accounts of one human are one pair."""
    by, seen = officer_of(request), accounts_seen(current())
    officer: Officer = get_object_or_404(seen, pk=pk)
    others = seen.exclude(human=officer.human).exclude(human=by.human).order_by("name_latin", "username")
    parting = request.POST.get("what") == "other"
    same = SameHumanForm(request.POST if request.method == "POST" and not parting else None, others=others)
    other = OtherHumanForm(request.POST if parting else None)
    if request.method == "POST" and (other if parting else same).is_valid():
        if parting:
            humans.note_other_human(officer, by=by, because=other.cleaned_data["because"])
        else:
            humans.note_same_human(officer, same.cleaned_data["other"], by=by)
        messages.success(request, _("Noted."))
        return HttpResponseRedirect(reverse("staff:same-human", args=[officer.pk]))
    address = reverse("staff:account", args=[officer.pk])
    context = {
        "about": officer,
        "own": list(humans.accounts_of(officer).exclude(pk=officer.pk).select_related("office")),
        "namesakes": list(humans.namesakes(officer).filter(pk__in=others).select_related("office")),
        "same": same,
        "other": other,
        "crumbs": [
            Crumb(_("Accounts"), reverse("staff:accounts")),
            Crumb(officer.name, address),
            Crumb(_("Who is behind it")),
        ],  # fmt: skip
    }
    return render(request, "staff/same_human.html", context, status=422 if same.is_bound or other.is_bound else 200)
