"""The pages of openings in an emergency: open a place, close it, review what others opened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.areas.guards import needs, signed_in
from onestop.areas.models import AdministrativeUnit
from onestop.areas.queries import paths_of
from onestop.areas.scope import current
from onestop.staff import break_glass as glass
from onestop.staff.models import BreakGlass, Finding
from onestop.staff.models.break_glass import REVIEW
from onestop.staff.queries import officer_of
from onestop.ui.components import Crumb

SHOWN = 50


class OpeningForm(forms.Form):
    """The place, found by its name or code, and why it cannot wait."""

    place = forms.CharField(
        label=gettext_lazy("Village or commune"),
        max_length=120,
        help_text=gettext_lazy("Its name or its code. Only this one place is opened."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it cannot wait"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Who needs what, and why the office of that place cannot do it."),
    )

    def clean_place(self) -> str:
        """The code of the one place that is meant."""
        typed: str = self.cleaned_data["place"].strip()
        lowest = len(pack().levels)
        units = AdministrativeUnit.objects.on(clock.today()).filter(level__gte=lowest - 1)
        exact = units.filter(code=typed).first()
        if exact is not None:
            return str(exact.code)
        found = list(AdministrativeUnit.objects.on(clock.today()).named(typed).filter(level__gte=lowest - 1)[:9])
        if not found:
            raise ValidationError(_("There is no village or commune of this name or code."))
        if len(found) > 1:
            whole = _whole_names({unit.code for unit in found[:8]})
            names = "; ".join(f"{code} {whole[code]}" for code in sorted(whole))
            raise ValidationError(
                _("Several places have this name. Write the code of one: %(names)s") % {"names": names}
            )
        return str(found[0].code)


class ReviewForm(forms.Form):
    """What the reviewer found."""

    finding = forms.ChoiceField(
        label=gettext_lazy("Was it in order?"), choices=Finding.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


def _whole_names(codes: set[str]) -> dict[str, str]:
    """Each place with the places it lies in, itself first; two queries for all."""
    units = AdministrativeUnit.objects.in_bulk(codes)
    above = paths_of(list(units.values()))
    return {code: ", ".join(one.full_name for one in (unit, *above[code])) for code, unit in units.items()}


@dataclass(frozen=True)
class Line:
    """One opening as it is listed; `reads` are the folders opened while it was open."""

    opening: BreakGlass
    place: str
    reads: int
    is_open: bool
    began: datetime
    until: datetime
    reviewed: datetime | None
    form: ReviewForm | None = None


def _lines(
    openings: Any, *, forms_for: bool = False, bound: ReviewForm | None = None, pk: UUID | None = None
) -> list[Line]:
    open_now = set(BreakGlass.objects.open_now().values_list("pk", flat=True))
    shown = list(openings.select_related("officer__office", "told", "reviewed_by")[:SHOWN])
    reads = glass.reads_of(shown)
    names = _whole_names({one.unit_code for one in shown})
    lines = []
    for one in shown:
        until = one.closed_at or one.ends_at
        form = None
        if forms_for and one.reviewed_at is None:
            form = bound if one.pk == pk else ReviewForm(prefix=str(one.pk))
        began, ended, reviewed = clock.local(one.opened_at), clock.local(until), None
        if one.reviewed_at is not None:
            reviewed = clock.local(one.reviewed_at)
        lines.append(
            Line(
                one,
                names.get(one.unit_code, one.unit_code),
                reads.get(one.pk, 0),
                one.pk in open_now,
                began,
                ended,
                reviewed,
                form,
            )
        )
    return lines


@needs(glass.RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def break_glass(request: HttpRequest) -> HttpResponse:
    """Open a place, with what it means; the place that is open; what this officer opened before."""
    officer = officer_of(request)
    form = OpeningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = glass.break_glass(form.cleaned_data["place"], reason=form.cleaned_data["reason"], by=officer)
        except ValidationError as refused:
            _put(form, refused)
        else:
            messages.success(
                request,
                _("%(place)s is open for an hour. Find the person by name, number or paper.")
                % {"place": _whole_names({made.unit_code})[made.unit_code]},
            )
            return HttpResponseRedirect(reverse("desk:search"))
    lines = _lines(BreakGlass.objects.of(officer))
    context = {
        "form": form,
        "lines": lines,
        "open": next((line for line in lines if line.is_open), None),
        "crumbs": [Crumb(_("People"), reverse("desk:search")), Crumb(_("Open a place in an emergency"))],
    }
    return render(request, "staff/break_glass.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End an opening early: the officer's own, or one that this officer may review."""
    officer = officer_of(request)
    opening = (BreakGlass.objects.of(officer) | BreakGlass.objects.reviewable_by(officer)).filter(pk=pk).first()
    if opening is None:
        raise Http404
    back = "staff:break-glass" if opening.officer_id == officer.pk else "staff:glass-reviews"
    try:
        glass.close(opening, by=officer)
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))
    else:
        messages.success(request, _("The place is closed."))
    return HttpResponseRedirect(reverse(back))


@signed_in
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """What others opened: first what waits for a review, then what was reviewed."""
    return _reviews(request)


@signed_in
@require_POST
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say whether an opening was in order."""
    officer = officer_of(request)
    opening = BreakGlass.objects.reviewable_by(officer).filter(pk=pk).first()
    if opening is None:
        raise Http404
    form = ReviewForm(request.POST, prefix=str(pk))
    if form.is_valid():
        try:
            glass.review(opening, by=officer, **form.cleaned_data)
        except ValidationError as refused:
            _put(form, refused)
        else:
            messages.success(request, _("The review is written down."))
            return HttpResponseRedirect(reverse("staff:glass-reviews"))
    return _reviews(request, form, pk)


def _reviews(request: HttpRequest, bound: ReviewForm | None = None, pk: UUID | None = None) -> HttpResponse:
    officer = officer_of(request)
    mine = BreakGlass.objects.reviewable_by(officer)
    if REVIEW not in current().rights and not officer.supervised.exists() and not mine.exists():
        raise Http404
    context = {
        "waiting": _lines(mine.waiting().order_by("opened_at"), forms_for=True, bound=bound, pk=pk),
        "done": _lines(mine.exclude(reviewed_at=None)),
        "crumbs": [Crumb(_("Work"), reverse("desk:home")), Crumb(_("Places opened in an emergency"))],
    }
    return render(request, "staff/glass_reviews.html", context, status=422 if bound else 200)


def _put(form: forms.Form, refused: ValidationError) -> None:
    """What an action refused, beside the field it is about."""
    if hasattr(refused, "error_dict"):
        for name, errors in refused.message_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error(None, refused.messages)
