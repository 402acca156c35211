"""The pages of absence: one's own, and that of an officer who fell ill and cannot enter it (ORG-27, ORG-53).

Somebody else's absence is entered by the supervisor, or by who hands out work where the officer's office stands. The
officer finds it on the own page of absences, and who stands in on the page Work.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from onestop.areas import clock
from onestop.areas.guards import signed_in
from onestop.areas.scope import current
from onestop.staff import work
from onestop.staff.models import Absence, Officer
from onestop.staff.queries import officer_of
from onestop.staff.work_forms import AbsenceForm, WhoseAbsenceForm
from onestop.staff.work_queries import colleagues_of, in_care_of, lying_with
from onestop.ui.components import Crumb

__all__ = ["away", "away_of", "back", "back_of"]


def _noted(request: HttpRequest, form: AbsenceForm, officer: Officer) -> bool:
    """Note what the form says; False, with the reasons in the form, when it cannot be."""
    if not form.is_valid():
        return False
    wanted = form.cleaned_data
    try:
        with transaction.atomic():
            work.go_away(
                officer,
                from_on=wanted["from_on"],
                to_on=wanted["to_on"],
                stand_in=wanted["stand_in"],
                by=officer_of(request),
            )
    except ValidationError as wrong:
        form.add_error(None, wrong)
        return False
    return True


def _form(request: HttpRequest, officer: Officer) -> AbsenceForm:
    bound = request.POST if request.method == "POST" else None
    return AbsenceForm(bound, colleagues=colleagues_of(officer), instance=Absence(officer=officer))


def _to_come(officer: Officer) -> Any:
    return Absence.objects.filter(officer=officer).to_come(clock.today()).select_related("stand_in")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def away(request: HttpRequest) -> HttpResponse:
    """One's own absences: note one, with who stands in. The way to those of the officers in one's care."""
    officer = officer_of(request)
    in_care = in_care_of(officer, current())
    whose = WhoseAbsenceForm(request.GET if "officer" in request.GET else None, officers=in_care)
    if whose.is_valid():
        return HttpResponseRedirect(reverse("staff:away-of", args=[whose.cleaned_data["officer"].pk]))
    form = _form(request, officer)
    if request.method == "POST" and _noted(request, form, officer):
        messages.success(request, _("The absence is noted."))
        return HttpResponseRedirect(reverse("staff:away"))
    others = Absence.objects.filter(officer__in=in_care).to_come(clock.today())
    context = {
        "form": form,
        "absences": _to_come(officer),
        "lying": lying_with(officer),
        "whose": whose if whose.has_officers else None,
        "others": others.select_related("officer", "stand_in"),
        "today_is": clock.today(),
        "crumbs": [Crumb(_("Absence"))],
    }
    return render(request, "staff/away.html", context, status=422 if form.is_bound or whose.is_bound else 200)


@signed_in
@require_POST
def back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End one's own absence, as `back_of` does; another's is not there."""
    officer = officer_of(request)
    if Absence.objects.filter(pk=pk).exclude(officer=officer).exists():
        raise Http404
    _ended(request, officer, pk, told=_("The absence is ended."))
    return HttpResponseRedirect(reverse("staff:away"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def away_of(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The absences of an officer in one's care: note one, with who stands in. Not there for anybody else."""
    officer = _in_care(request, pk)
    form = _form(request, officer)
    if request.method == "POST" and _noted(request, form, officer):
        stand_in = form.cleaned_data["stand_in"]
        told = (
            _("The absence of %(officer)s is noted. %(stand_in)s sees the work on the page Work.")
            if stand_in
            else _("The absence of %(officer)s is noted. Nobody stands in.")
        )
        messages.success(request, told % {"officer": officer.name, "stand_in": stand_in.name if stand_in else ""})
        return HttpResponseRedirect(reverse("staff:away-of", args=[officer.pk]))
    context = {
        "about": officer,
        "form": form,
        "absences": _to_come(officer),
        "today_is": clock.today(),
        "may_hand_over": current().may(work.ASSIGN, officer.unit_code),
        "crumbs": [Crumb(_("Absence"), reverse("staff:away")), Crumb(officer.name)],
    }
    return render(request, "staff/away_of.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def back_of(request: HttpRequest, pk: UUID, absence: UUID) -> HttpResponse:
    """End an absence of an officer in one's care early, or take a mistaken one out. A second click finds it ended."""
    officer = _in_care(request, pk)
    _ended(request, officer, absence, told=_("The absence of %(officer)s is ended.") % {"officer": officer.name})
    return HttpResponseRedirect(reverse("staff:away-of", args=[officer.pk]))


def _ended(request: HttpRequest, officer: Officer, absence: UUID, *, told: str) -> None:
    found = _to_come(officer).filter(pk=absence).select_for_update(of=("self",)).first()
    if found is None:
        messages.warning(request, _("This absence is over already."))
    else:
        work.come_back(found, by=officer_of(request))
        messages.success(request, told)


def _in_care(request: HttpRequest, pk: UUID) -> Officer:
    found: Officer = get_object_or_404(in_care_of(officer_of(request), current()), pk=pk)
    return found
