"""Pages about people's own information: the notice, telling it, putting something right, what was handed out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from onestop.areas.clock import today
from onestop.areas.guards import demand, needs, public
from onestop.areas.models import within
from onestop.areas.scope import current
from onestop.journal.actions import record
from onestop.journal.queries import lines_about
from onestop.journal.verbs import READ
from onestop.registry.actions import (
    approve_correction,
    ask_correction,
    give_notice,
    refuse_correction,
    tell_correction,
    withdraw_correction,
)
from onestop.registry.actions.correcting import as_written
from onestop.registry.choices import CORRECTABLE, CorrectionState, Sex
from onestop.registry.models import CorrectionRequest, DisclosedRecord, NoticeGiven, Person
from onestop.registry.notices import notice_on, purposes
from onestop.registry.privacy_forms import CorrectionForm, DecisionForm, TellingForm
from onestop.registry.queries import household_of, resolved
from onestop.registry.workflow import CORRECTION
from onestop.staff.queries import officer_of
from onestop.staff.workflow import WrongState
from onestop.ui import format, languages
from onestop.ui.components import Crumb
from onestop.ui.pagination import keyset_page

STEPS: dict[str, Callable[..., CorrectionRequest]] = {
    "approve": approve_correction,
    "refuse": refuse_correction,
    "withdraw": withdraw_correction,
    "tell": tell_correction,
}
WITH_REASON = {"refuse", "withdraw"}
LISTED = 100  # lists a person stands on, the newest first


@public
@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """The privacy notice in force, to read aloud, to print, to hang up."""
    return render(request, "registry/notice.html", {"notice": notice_on()})


@needs("registry.read")
@require_http_methods(["GET", "HEAD", "POST"])
def privacy(request: HttpRequest, person: UUID) -> HttpResponse:
    """One person: which notice was told, what was handed out, what was asked to be put right."""
    one = person_of(request, person)
    if request.method == "POST":
        demand(current(), "registry.answer", one.unit_code)
    form = TellingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            give_notice(one, how=form.cleaned_data["how"], by=officer_of(request))
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _("Recorded: the notice was told."))
            return redirect("registry:privacy", person=one.pk)
    record(READ, by=officer_of(request), subject=one)
    told = list(NoticeGiven.objects.standing().filter(person=one).select_related("given_by").order_by("-notice"))
    now = notice_on()
    context = {
        "person": one,
        "names": names_of(one),
        "household": household_of(one, today()),
        "notice": now,
        "told": told,
        "is_told": any(each.notice == now.version for each in told),
        "form": form,
        "may_tell": current().may("registry.answer", one.unit_code),
        "may_ask": current().may("correction.ask", one.unit_code),
        "may_look": current().may("correction.read", one.unit_code),
        "corrections": CorrectionRequest.objects.visible_to(request.user).filter(person=one).order_by("-id"),
        "handed_out": handed_out(request, one),
        "crumbs": crumbs(one, Crumb(_("Information about this person"))),
    }
    return render(request, "registry/privacy.html", context, status=422 if form.errors else 200)


def handed_out(request: HttpRequest, person: Person) -> list[tuple[DisclosedRecord, str]]:
    """The lists the person, or the person's present household, stood on, each with its purpose in words."""
    known = purposes()
    household = household_of(person, today())
    whose = Q(person=person) | Q(household=household) if household else Q(person=person)
    rows = DisclosedRecord.objects.visible_to(request.user).select_related("disclosure__officer").filter(whose)
    return [
        (row, languages.one(known[code].label) if (code := row.disclosure.purpose) in known else code)
        for row in rows.order_by("-id")[:LISTED]
    ]


@needs("correction.ask")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, person: UUID) -> HttpResponse:
    """Ask to have something put right: the form holds what is written."""
    one = person_of(request, person)
    form = CorrectionForm(one, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = ask_correction(one, wanted=form.wanted(), proof=form.cleaned_data["proof"], by=officer_of(request))
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Asked. A second officer decides, and the person is told."))
            return redirect("registry:correction", pk=made.pk)
    record(READ, by=officer_of(request), subject=one)
    context = {
        "person": one,
        "names": names_of(one),
        "form": form,
        "crumbs": crumbs(one, Crumb(_("Put something right"))),
    }
    return render(request, "registry/correct.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True)
class Compared:
    """One field of a request: its words, as it was when asked, as it should be, as it stands now."""

    label: str
    before: str
    wanted: str
    now: str

    @property
    def has_moved(self) -> bool:
        """Somebody changed it since it was asked."""
        return self.now not in {self.before, self.wanted}


def to_look_at(request: HttpRequest) -> Any:
    """The requests of the places where a role of the officer gives the right to read them."""
    mine = within(current().where("correction.read"))
    return CorrectionRequest.objects.visible_to(request.user).filter(mine)


@needs("correction.read")
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """The requests of the area, those that wait first."""
    everything = request.GET.get("all") == "1"
    rows = to_look_at(request).standing().select_related("person", "asked_by")
    if not everything:
        asks = within(current().where("correction.ask"))
        rows = rows.filter(Q(state=CorrectionState.ASKED) | Q(pk__in=rows.to_tell(officer_of(request)).filter(asks)))
    page = keyset_page(rows, request.GET, order=["id"])
    context = {
        "page": page,
        "lines": [(row, names_of(row.person), ", ".join(fields_of(row))) for row in page.rows],
        "everything": everything,
        "crumbs": [Crumb(_("What people ask to have put right"))],
    }
    return render(request, "registry/corrections.html", context)


@needs("correction.read")
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One request side by side with the record, and the steps this officer may take."""
    rows = to_look_at(request).select_related("person", "asked_by", "decided_by")
    one = rows.filter(pk=pk, voided_at=None).first()
    if one is None:
        raise Http404
    officer = officer_of(request)
    verb = request.POST.get("step", "")
    form = DecisionForm(request.POST if request.method == "POST" else None, needs_reason=verb in WITH_REASON)
    if request.method == "POST":
        if verb not in STEPS:
            raise Http404
        if form.is_valid():
            try:
                reason = {"reason": form.cleaned_data["reason"]} if verb in WITH_REASON else {}
                STEPS[verb](one, by=officer, **reason)
            except (ValidationError, WrongState) as refused:
                form.add_error(None, getattr(refused, "messages", str(refused)))
            else:
                messages.success(request, _("Done, and written into the history."))
                return redirect("registry:correction", pk=one.pk)
    record(READ, by=officer, subject=one.person)
    context = {
        "one": one,
        "names": names_of(one.person),
        "compared": compared(one),
        "steps": {step.verb for step in CORRECTION.available(one, officer)},
        "is_mine": one.asked_by_id == officer.pk,
        "form": form,
        "happened": lines_about(one, named=languages.one(names_of(one.person))),
        "crumbs": [
            Crumb(_("What people ask to have put right"), reverse("registry:corrections")),
            Crumb(languages.one(names_of(one.person))),
        ],
    }
    return render(request, "registry/correction.html", context, status=422 if form.errors else 200)


def fields_of(one: CorrectionRequest) -> list[str]:
    """The words of the fields a request is about."""
    return [str(CORRECTABLE[name]) for name in one.changes]


def compared(one: CorrectionRequest) -> list[Compared]:
    """The fields side by side."""
    written = as_written(one.person)
    return [
        Compared(str(CORRECTABLE[name]), shown(name, before), shown(name, wanted), shown(name, written[name]))
        for name, (before, wanted) in one.changes.items()
    ]


def shown(name: str, value: Any) -> str:
    """A kept value in words."""
    if not value:
        return _("not known")
    if name == "sex":
        return str(Sex(value).label)
    return format.day(date.fromisoformat(value[0]), value[1]) if name == "birth" else str(value)


def person_of(request: HttpRequest, key: UUID) -> Person:
    """The person inside the officer's scope, of a merged one the one that stays. Raises Http404."""
    officer = officer_of(request)
    found = resolved(Person.objects.visible_to(officer).filter(pk=key).first(), officer=officer)
    if found is None:
        raise Http404
    return found


def names_of(person: Person) -> dict[str, str]:
    """The name in both scripts."""
    return languages.texts(person.name_km, person.name_latin)


def crumbs(person: Person, last: Crumb) -> list[Crumb]:
    """The way back: the person's folder, or the page of a person in no household."""
    household = household_of(person, today())
    url = reverse("desk:folder", args=[household.pk]) if household else reverse("desk:person", args=[person.pk])
    return [Crumb(languages.one(names_of(person)), url), last]
