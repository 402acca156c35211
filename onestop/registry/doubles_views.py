"""Pages of the narrow door: is a stranger registered at another office, and who may be registered at two.

Both tell of another area nothing but the office and the day. What is asked never stands in an address.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from onestop.areas.guards import needs
from onestop.areas.models import AdministrativeUnit, within
from onestop.areas.numbers import NumberWrong
from onestop.areas.scope import current
from onestop.journal.queries import lines_about
from onestop.registry.actions import reopen_double, settle_double
from onestop.registry.choices import DoubleState
from onestop.registry.doors import QUESTIONS_AN_HOUR
from onestop.registry.doubles_forms import ElsewhereForm, ReopeningForm, SettlingForm
from onestop.registry.models import DoubleNotice, HouseholdMembership, Person
from onestop.registry.privacy_views import names_of
from onestop.registry.queries import Elsewhere, TooManyQuestions, known_elsewhere
from onestop.registry.workflow import DOUBLE
from onestop.staff.models import Office
from onestop.staff.offices_queries import offices_serving
from onestop.staff.queries import officer_of
from onestop.staff.workflow import WrongState
from onestop.ui import languages
from onestop.ui.components import Crumb
from onestop.ui.context import address
from onestop.ui.pagination import keyset_page

_OUTCOMES: Final = DOUBLE.leading_on(DoubleState.OPEN)


@dataclass(frozen=True)
class Whom:
    """The office of another area: whom to call. `office` None where none is open there; then the place says it."""

    names: dict[str, str]
    office: Office | None
    since: date | None = None


def whom(units: Iterable[str]) -> dict[str, Whom]:
    """The offices that serve these units, with their names; in two queries for all."""
    wanted = set(units)
    places = AdministrativeUnit.objects.in_bulk(wanted)
    offices = offices_serving(wanted)
    found = {}
    for unit in wanted:
        office, place = offices.get(unit), places.get(unit)
        named: Any = office or place
        found[unit] = Whom(languages.texts(named.name_km, named.name_latin) if named else {"km": unit}, office)
    return found


@needs("registry.register")
@require_http_methods(["GET", "HEAD", "POST"])
def elsewhere(request: HttpRequest) -> HttpResponse:
    """The clerk who meets a stranger: registered at another office since a day, or no exact match; never more."""
    form = ElsewhereForm(request.POST if request.method == "POST" else None)
    found: list[Elsewhere] | None = None
    too_many, status = "", 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                found = known_elsewhere(by=officer_of(request), **form.question())
                status = 200
            except TooManyQuestions as many:
                too_many, status = str(many.message), 429
            except NumberWrong as wrong:
                form.add_error("number", str(wrong.message))
            except ValidationError as refused:
                _at_its_field(form, refused)
    offices = whom(one.office_unit for one in found or [])
    context = {
        "form": form,
        "refused": too_many,  # nothing in the form is to be put right
        "asked": found is not None,
        "found": [Whom(at.names, at.office, one.since) for one in found or [] if (at := offices[one.office_unit])],
        "measure": QUESTIONS_AN_HOUR,
        "crumbs": [Crumb(_("Find a person or household"), address("desk:search")), Crumb(_("Registered elsewhere?"))],
    }
    return render(request, "registry/elsewhere.html", context, status=status)


def _at_its_field(form: ElsewhereForm, refused: ValidationError) -> None:
    """What the question refuses stands at the paper it is about, or on top."""
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused)
        return
    for name, words in refused.message_dict.items():
        form.add_error({"number": "paper"}.get(name, name), words)


def to_settle(request: HttpRequest) -> Any:
    """The doubles of the places where a role of the officer gives the right to settle them."""
    mine = within(current().where("registry.register"))
    return DoubleNotice.objects.visible_to(request.user).standing().filter(mine)


@needs("registry.register")
@require_safe
def doubles(request: HttpRequest) -> HttpResponse:
    """Who of the area may be registered at another office too, those that wait first."""
    everything = request.GET.get("all") == "1"
    rows = to_settle(request).select_related("person")
    if not everything:
        rows = rows.waiting().order_by()
    page = keyset_page(rows, request.GET, order=["id"])
    offices = whom(one.other_unit for one in page.rows)
    context = {
        "page": page,
        "lines": [(one, names_of(one.person), offices[one.other_unit]) for one in page.rows],
        "everything": everything,
        "crumbs": [Crumb(_("Registered at two offices?"))],
    }
    return render(request, "registry/doubles.html", context)


@needs("registry.register")
@require_http_methods(["GET", "HEAD", "POST"])
def double(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One double: the own person, whom to call, and what the two offices found."""
    rows = to_settle(request).select_related("person", "settled_by__office")
    one = rows.filter(pk=pk).first()
    if one is None:
        raise Http404
    officer = officer_of(request)
    given = request.POST if request.method == "POST" else None
    form = ReopeningForm(given) if request.POST.get("step") == "reopen" else SettlingForm(_OUTCOMES, given)
    if form.is_valid():
        try:
            if isinstance(form, ReopeningForm):
                reopen_double(one, reason=form.cleaned_data["reason"], by=officer)
                done = _("Opened again for both offices: it stands among the tasks of both.")
            else:
                settle_double(one, outcome=form.cleaned_data["outcome"], by=officer)
                done = _("Settled for both offices, and written into the history of both.")
        except WrongState as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, done)
            return redirect("registry:double", pk=one.pk)
    may = {step.verb for step in DOUBLE.available(one, officer)}
    names = names_of(one.person)
    context = {
        "one": one,
        "names": names,
        "person_url": _page_of(one.person),
        "here_since": one.person.created_at.date(),  # reckoned as the door reckons the day of the other office
        "other": whom([one.other_unit])[one.other_unit],
        "form": form,
        "settling": form if isinstance(form, SettlingForm) else SettlingForm(_OUTCOMES),
        "reopening": form if isinstance(form, ReopeningForm) else ReopeningForm(),
        "may_settle": bool(may - {"reopen"}),
        "may_reopen": "reopen" in may,
        "happened": lines_about(one, named=languages.one(names)),
        "crumbs": [
            Crumb(_("Registered at two offices?"), reverse("registry:doubles")),
            Crumb(languages.one(names)),
        ],
    }
    return render(request, "registry/double.html", context, status=422 if form.errors else 200)


def _page_of(person: Person) -> str:
    """The family folder of a person, or the page of a person in no household."""
    rows = HouseholdMembership.objects.open().filter(person=person).values_list("household_id", flat=True)
    household = rows.first()
    return address("desk:folder", household) if household else address("desk:person", person.pk)
