"""Committees of one's area with their members, and what is amiss with a roster."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onestop.areas import clock
from onestop.areas.country import in_words
from onestop.areas.guards import demand, needs
from onestop.areas.models import AdministrativeUnit
from onestop.areas.scope import current
from onestop.staff import organising
from onestop.staff.bodies import body_kinds, names_of, word_of
from onestop.staff.models import Committee, CommitteeMember
from onestop.staff.offices_forms import CommitteeForm, MemberForm, VoidForm
from onestop.staff.offices_saving import Meanwhile, saved, take_out
from onestop.staff.offices_views import crumbs
from onestop.staff.queries import officer_of
from onestop.staff.rosters import concerns_of, mandate_end, meets_every
from onestop.staff.units import unit_names
from onestop.ui.components import Crumb


def trail(*more: Crumb) -> list[Crumb]:
    """The trail of a page below the committees."""
    return crumbs(Crumb(_("Committees"), reverse("staff:committees") if more else ""), *more)


@needs("office.read")
@require_safe
def committee_list(request: HttpRequest) -> HttpResponse:
    """The committees of one's area, each with how many concerns stand."""
    today = clock.today()
    bodies = list(
        Committee.objects.visible_to(officer_of(request)).in_force(today).prefetch_related("members__officer")
    )
    codes = {body.unit_code for body in bodies}
    names, kinds = (
        unit_names(codes),
        dict(AdministrativeUnit.objects.filter(code__in=codes).values_list("code", "kind")),
    )
    rows = []
    for body in bodies:
        standing = [one for one in body.members.all() if not one.is_void]
        amiss = concerns_of(body, standing, unit_kind=kinds.get(body.unit_code, ""), on=today)
        seated = [one for one in standing if one.valid_to is None or one.valid_to >= today]
        rows.append((body, names_of(body), names[body.unit_code], len(seated), meets_every(body), len(amiss)))
    context = {"rows": rows, "may_write": bool(current().where("office.write")), "crumbs": trail()}
    return render(request, "staff/committees.html", context)


def seen(request: HttpRequest, pk: UUID) -> Committee:
    found: Committee = get_object_or_404(Committee.objects.visible_to(officer_of(request)), pk=pk)
    return found


@needs("office.read")
@require_safe
def committee(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One committee with its roster."""
    return _committee_page(request, seen(request, pk))


def _committee_page(request: HttpRequest, body: Committee, voiding: VoidForm | None = None) -> HttpResponse:
    """The page of a committee; `voiding` when it could not be taken out, with what is wrong."""
    today, kind = clock.today(), body_kinds().get(body.kind)
    members = list(body.members.filter(voided_at=None).select_related("officer"))
    unit = AdministrativeUnit.objects.filter(code=body.unit_code).first()
    order = list(kind.seats) if kind else []
    members.sort(key=lambda one: (order.index(one.position) if one.position in order else 99, one.valid_from))
    rows = [
        (
            one,
            word_of("positions", one.position),
            word_of("capacities", one.capacity),
            mandate_end(one, kind.mandate if kind else None),
        )
        for one in members
    ]
    context = {
        "about": body,
        "names": names_of(body),
        "kind": in_words(dict(kind.label)) if kind else body.kind,
        "also": ", ".join([*body.aliases, *(kind.also if kind else ())]),
        "unit_name": unit_names({body.unit_code})[body.unit_code],
        "meets_every": meets_every(body),
        "seated": [row for row in rows if row[0].valid_to is None or row[0].valid_to >= today],
        "former": [row for row in rows if row[0].valid_to is not None and row[0].valid_to < today],
        "concerns": concerns_of(body, members, unit_kind=unit.kind if unit else "", on=today),
        "writing": current().may("office.write", body.unit_code) and not body.is_void,
        "voiding": voiding or VoidForm(initial={"version": body.version}, auto_id="voiding_%s"),
        "crumbs": trail(Crumb(in_words(names_of(body)))),
    }
    return render(request, "staff/committee.html", context, status=422 if voiding else 200)


@needs("office.write")
@require_http_methods(["GET", "HEAD", "POST"])
def new_committee(request: HttpRequest) -> HttpResponse:
    """A new committee."""
    form = CommitteeForm(request.POST or None, initial={"valid_from": clock.today()})
    made: list[Committee] = []
    if request.method == "POST":
        act = lambda: made.append(organising.add_committee(by=officer_of(request), **form.fields_given()))  # noqa: E731
        if saved(form, act) is True:
            messages.success(request, _("The committee is there. Add its members."))
            return HttpResponseRedirect(reverse("staff:committee", args=[made[0].pk]))
    context = {"form": form, "title": _("New committee"), "crumbs": trail(Crumb(_("New committee")))}
    return render(request, "staff/committee_form.html", context, status=422 if form.is_bound else 200)


@needs("office.write")
@require_http_methods(["GET", "HEAD", "POST"])
def edit_committee(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Names and how often it meets."""
    body = seen(request, pk)
    demand(current(), "office.write", body.unit_code)
    form = CommitteeForm(request.POST or None, committee=body)
    outcome: Meanwhile | bool = False
    if request.method == "POST":
        outcome = saved(
            form,
            lambda: organising.change(
                Committee, pk, by=officer_of(request), version=form.cleaned_data["version"] or 0, **form.fields_given()
            ),
        )
        if outcome is True:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("staff:committee", args=[pk]))
    context = {
        "form": form,
        "title": _("Change the committee"),
        "meanwhile": outcome or None,
        "crumbs": trail(Crumb(in_words(names_of(body)), reverse("staff:committee", args=[pk])), Crumb(_("Change"))),
    }
    return render(request, "staff/committee_form.html", context, status=422 if form.is_bound else 200)


@needs("office.write")
@require_POST
def void_committee(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take out a committee that was entered by mistake."""
    body = seen(request, pk)
    if wrong := take_out(request, body, told=_("The committee is taken out.")):
        return _committee_page(request, body, wrong)
    return HttpResponseRedirect(reverse("staff:committees"))


@needs("office.write")
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, pk: UUID, number: UUID | None = None) -> HttpResponse:
    """A new member, or one changed: also the last day of a mandate."""
    body = seen(request, pk)
    demand(current(), "office.write", body.unit_code)
    kind = body_kinds()[body.kind]
    about: CommitteeMember | None = (
        get_object_or_404(body.members.filter(voided_at=None), pk=number) if number else None
    )
    if about is None:
        form = MemberForm(request.POST or None, kind=kind, initial={"valid_from": clock.today(), "mandate": 1})
    else:
        form = MemberForm(request.POST or None, kind=kind, member=about)
    meanwhile = None
    if request.method == "POST":
        outcome = saved(form, lambda: _seat(body, about, form, request))
        if outcome is True:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("staff:committee", args=[pk]))
        meanwhile = outcome or None
    return _member_page(request, body, about, form, meanwhile=meanwhile)


def _member_page(
    request: HttpRequest, body: Committee, about: CommitteeMember | None, form: MemberForm, **more: object
) -> HttpResponse:
    """The form of a member; of one who sits there, with the way to take it out."""
    context = {
        "form": form,
        "body": body,
        "about": about,
        "title": about.name if about else _("New member"),
        "voiding": VoidForm(initial={"version": about.version}, auto_id="voiding_%s") if about else None,
        "crumbs": trail(
            Crumb(in_words(names_of(body)), reverse("staff:committee", args=[body.pk])),
            Crumb(about.name if about else _("New member")),
        ),
        **more,
    }
    wrong = form.is_bound or "voiding" in more
    return render(request, "staff/member_form.html", context, status=422 if wrong else 200)


def _seat(body: Committee, about: CommitteeMember | None, form: MemberForm, request: HttpRequest) -> object:
    if about is None:
        return organising.seat_member(body, by=officer_of(request), **form.fields_given())
    version = form.cleaned_data["version"] or 0
    return organising.change(CommitteeMember, about.pk, by=officer_of(request), version=version, **form.fields_given())


@needs("office.write")
@require_POST
def void_member(request: HttpRequest, pk: UUID, number: UUID) -> HttpResponse:
    """Take out a member who was entered by mistake; who leaves gets a last day instead."""
    body = seen(request, pk)
    about = get_object_or_404(body.members.filter(voided_at=None), pk=number)
    if wrong := take_out(request, about, told=_("The member is taken out.")):
        form = MemberForm(kind=body_kinds()[body.kind], member=about)
        return _member_page(request, body, about, form, voiding=wrong)
    return HttpResponseRedirect(reverse("staff:committee", args=[pk]))
