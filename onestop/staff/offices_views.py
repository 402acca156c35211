"""The offices of one's area: the list, one office with everything in it, and what may be done to it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onestop.areas import clock
from onestop.areas.country import in_words, pack
from onestop.areas.guards import demand, needs
from onestop.areas.models import within
from onestop.areas.names import latin_key, search_key
from onestop.areas.scope import current
from onestop.staff import organising
from onestop.staff.bodies import names_of, word_of
from onestop.staff.models import Committee, Office, Officer, OfficeSetting, RoleAssignment
from onestop.staff.modes import Mode, modes, path_codes, settings_of
from onestop.staff.offices_forms import (
    ClosingForm,
    OfficeForm,
    OfficeSearch,
    OpeningForm,
    SettingForm,
    VoidForm,
)
from onestop.staff.offices_saving import Meanwhile, saved
from onestop.staff.queries import officer_of
from onestop.staff.units import unit_names
from onestop.ui.components import Crumb


def crumbs(*more: Crumb) -> list[Crumb]:
    """The trail of a page below the offices."""
    return [Crumb(_("Offices"), reverse("staff:offices")), *more] if more else [Crumb(_("Offices"))]


@dataclass
class OfficeRow:
    """An office in the list: how deep its unit lies, its kind in words, officers who work there, whether it is open."""

    office: Office
    unit: str
    depth: int
    kind: str
    officers: int
    state: str
    holder: str


def state_of(office: Office, day: date) -> str:
    """open, not_yet, later (opens on a day to come) or closed."""
    if office.is_open_on(day):
        return "open"
    if office.closed_on is not None and office.closed_on <= day:
        return "closed"
    return "later" if office.opened_on else "not_yet"


@needs("office.read")
@require_safe
def office_list(request: HttpRequest) -> HttpResponse:
    """The offices of one's area, as a tree of units."""
    form = OfficeSearch(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    offices = Office.objects.visible_to(officer_of(request)).standing().select_related("accountable")
    offices = offices.annotate(working=Count("officer", filter=Q(officer__is_active=True)))
    if wanted.get("kind"):
        offices = offices.filter(kind=wanted["kind"])
    today = clock.today()
    rows = _rows(list(offices.order_by("unit_code", "code")), today)
    if text := wanted.get("q", "").strip():
        rows = [row for row in rows if _fits(row, text)]
    context = {
        "form": form,
        "rows": rows,
        "open_count": sum(row.state == "open" for row in rows),
        "is_filtered": any(wanted.values()),
        "may_write": bool(current().where("office.write")),
        "may_staff": bool(current().where("account.write")) and bool(current().where("office.write")),
        "crumbs": crumbs(),
    }
    return render(request, "staff/offices.html", context)


def _rows(offices: list[Any], today: date) -> list[OfficeRow]:
    """The offices with the names of their units; one query for those."""
    names = unit_names({office.unit_code for office in offices})
    top = min((len(path_codes(office.unit_code)) for office in offices), default=0)
    return [
        OfficeRow(
            office,
            names[office.unit_code],
            len(path_codes(office.unit_code)) - top,
            word_of("office_kinds", office.kind),
            office.working,
            state_of(office, today),
            office.holder,
        )
        for office in offices
    ]


def _fits(row: OfficeRow, text: str) -> bool:
    """True when the text is in a name, alias, code or unit of the row, in either script."""
    office, key, latin = row.office, search_key(text), latin_key(text)
    if office.unit_code.startswith(text) or text.upper() in office.code:
        return True
    names = [office.name_km, office.name_latin, *office.aliases, row.unit]
    return any((key and key in search_key(name)) or (latin and latin in latin_key(name)) for name in names)


def seen(request: HttpRequest, pk: UUID) -> Office:
    """The office, if it lies in one's area; 404 else."""
    found: Office = get_object_or_404(
        Office.objects.visible_to(officer_of(request)).select_related("accountable"), pk=pk
    )
    return found


@dataclass
class ModeRow:
    """One setting at an office: what holds today and by whose choice; earlier and later choices; the form."""

    mode: Mode
    label: str
    value: str
    row: OfficeSetting | None
    is_own: bool
    choices: list[tuple[OfficeSetting, str]] = field(default_factory=list)
    form: SettingForm | None = None


def mode_rows(office: Office, *, writing: bool, bound: SettingForm | None = None, key: str = "") -> list[ModeRow]:
    """The settings that are asked at the office's level or below it."""
    level = len(path_codes(office.unit_code)) - 1
    held = settings_of(office)
    own = OfficeSetting.objects.standing().filter(office=office).select_related("made_by")
    rows = []
    for mode in modes().values():
        if not mode.may_be_chosen_at(level):
            continue
        choices = [(row, mode.word(row.value)) for row in own if row.key == mode.code]
        form = None
        if writing:
            form = (
                bound
                if bound is not None and key == mode.code
                else SettingForm(key=mode.code, office=office, prefix=mode.code)
            )
        row = held.chosen.get(mode.code)
        rows.append(
            ModeRow(
                mode,
                in_words(dict(mode.label)),
                mode.word(held[mode.code]),
                row,
                row is not None and row.office_id == office.pk,
                choices,
                form,
            )
        )
    return rows


def office_page(request: HttpRequest, office: Office, status: int = 200, **extra: Any) -> HttpResponse:
    """Everything about one office."""
    today, writing = clock.today(), current().may("office.write", office.unit_code) and not office.is_void
    officers = (
        Officer.objects.filter(office=office, is_system=False).prefetch_related("assignments").order_by("username")
    )
    committees = Committee.objects.visible_to(officer_of(request)).in_force(today).filter(unit_code=office.unit_code)
    context = {
        "about": office,
        "unit_name": unit_names({office.unit_code})[office.unit_code],
        "kind": word_of("office_kinds", office.kind),
        "sector": word_of("sectors", office.sector) if office.sector else "",
        "title": in_words(pack().roles[office.holder_title].label) if office.holder_title in pack().roles else "",
        "state": state_of(office, today),
        "officers": [(one, _roles_today(one, today)) for one in officers],
        "committees": [(body, in_words(names_of(body))) for body in committees],
        "modes": mode_rows(office, writing=writing),
        "writing": writing,
        "opening": OpeningForm(initial={"version": office.version, "opened_on": today}),
        "closing": ClosingForm(initial={"version": office.version, "closed_on": today}, auto_id="closing_%s"),
        "voiding": VoidForm(initial={"version": office.version}, auto_id="voiding_%s"),
        "crumbs": crumbs(Crumb(office.name)),
        **extra,
    }
    return render(request, "staff/office.html", context, status=status)


def _roles_today(officer: Officer, today: date) -> list[tuple[str, RoleAssignment]]:
    held = [one for one in officer.assignments.all() if one.valid_from <= today and (one.valid_to or today) >= today]
    return [(in_words(one.role_entry.label) if one.role_entry else one.role, one) for one in held]


@needs("office.read")
@require_safe
def office(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One office."""
    return office_page(request, seen(request, pk))


@needs("office.write")
@require_http_methods(["GET", "HEAD", "POST"])
def new_office(request: HttpRequest) -> HttpResponse:
    """A new office, not yet open."""
    form = OfficeForm(request.POST or None)
    made: list[Office] = []
    if request.method == "POST" and saved(form, lambda: made.append(_added(form, request))) is True:
        messages.success(request, _("The office is there, but not yet open."))
        return HttpResponseRedirect(reverse("staff:office", args=[made[0].pk]))
    context = {"form": form, "title": _("New office"), "crumbs": crumbs(Crumb(_("New office")))}
    return render(request, "staff/office_form.html", context, status=422 if form.is_bound else 200)


def _added(form: OfficeForm, request: HttpRequest) -> Office:
    return organising.add_office(by=officer_of(request), **form.fields_given())


@needs("office.write")
@require_http_methods(["GET", "HEAD", "POST"])
def edit_office(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Names, unit, kind and who answers for it."""
    about = seen(request, pk)
    demand(current(), "office.write", about.unit_code)
    form = OfficeForm(request.POST or None, office=about)
    outcome: Meanwhile | bool = False
    if request.method == "POST":
        outcome = saved(
            form,
            lambda: organising.change(
                Office, pk, by=officer_of(request), version=form.cleaned_data["version"] or 0, **form.fields_given()
            ),
        )
        if outcome is True:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("staff:office", args=[pk]))
    context = {
        "form": form,
        "title": _("Change the office"),
        "meanwhile": outcome or None,
        "crumbs": crumbs(Crumb(about.name, reverse("staff:office", args=[pk])), Crumb(_("Change"))),
    }
    return render(request, "staff/office_form.html", context, status=422 if form.is_bound else 200)


def _act(request: HttpRequest, pk: UUID, name: str, form: Any, act: Any, told: str) -> HttpResponse:
    """One small form of the office's page: done, or back on the page with what is wrong."""
    about = seen(request, pk)
    outcome = saved(form, act)
    if outcome is True:
        messages.success(request, told)
        return HttpResponseRedirect(reverse("staff:office", args=[pk]))
    meanwhile = outcome if isinstance(outcome, Meanwhile) else None
    return office_page(request, about, 422, **{name: form}, meanwhile=meanwhile, opened_form=name)


@needs("office.write")
@require_POST
def open_office(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The first day."""
    form = OpeningForm(request.POST)
    return _act(
        request, pk, "opening", form,
        lambda: organising.open_office(
            pk, on=form.cleaned_data["opened_on"], by=officer_of(request), version=form.cleaned_data["version"] or 0
        ),
        _("The office is open from that day."),
    )  # fmt: skip


@needs("office.write")
@require_POST
def close_office(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The day from which it serves no more."""
    form = ClosingForm(request.POST, auto_id="closing_%s")
    return _act(
        request, pk, "closing", form,
        lambda: organising.close_office(
            pk, on=form.cleaned_data["closed_on"], by=officer_of(request), version=form.cleaned_data["version"] or 0
        ),
        _("The office is closed from that day."),
    )  # fmt: skip


@needs("office.write")
@require_POST
def void_office(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take out an office that was entered by mistake."""
    form = VoidForm(request.POST, auto_id="voiding_%s")
    return _act(
        request, pk, "voiding", form,
        lambda: organising.void(
            Office, pk, by=officer_of(request), version=form.cleaned_data["version"] or 0,
            reason=form.cleaned_data["reason"],
        ),
        _("The office is taken out."),
    )  # fmt: skip


@needs("office.write")
@require_POST
def choose_setting(request: HttpRequest, pk: UUID, key: str) -> HttpResponse:
    """How the office's unit, or one below it, works from a day on."""
    about = seen(request, pk)
    if key not in modes():
        raise Http404
    form = SettingForm(request.POST, key=key, office=about, prefix=key)
    outcome = saved(
        form, lambda: organising.choose_setting(about, key=key, by=officer_of(request), **form.cleaned_data)
    )
    if outcome is True:
        messages.success(request, _("Chosen."))
        return HttpResponseRedirect(reverse("staff:office", args=[pk]))
    return office_page(request, about, 422, modes=mode_rows(about, writing=True, bound=form, key=key), failed=form)


@needs("office.read")
@require_safe
def officer_list(request: HttpRequest) -> HttpResponse:
    """Who works in one's area, as what and where, today."""
    today, ranges = clock.today(), current().where("office.read")
    offices = Office.objects.visible_to(officer_of(request)).standing().order_by("unit_code", "code")
    held: dict[UUID, list[tuple[str, str]]] = {}
    mine = list(RoleAssignment.objects.in_force(today).filter(within(ranges)))
    names = unit_names({one.unit_code for one in mine})
    for one in mine:
        word = in_words(one.role_entry.label) if one.role_entry else one.role
        held.setdefault(one.officer_id, []).append((word, names[one.unit_code]))
    officers = (
        Officer.objects.who_sign_in()
        .filter(Q(office__in=offices) | Q(pk__in=held))
        .select_related("office", "supervisor")
    )
    context = {
        "rows": [(one, held.get(one.pk, [])) for one in officers.order_by("office__unit_code", "username")],
        "crumbs": crumbs(Crumb(_("Officers"))),
    }
    return render(request, "staff/officers.html", context)
