"""The page of a person who lives in no household today: who it is, where the person lived last, what to do next.

Whoever lives in a household has a family folder and is shown there; the dead, those who left and those just registered
have no other page than this. A person out of the officer's scope is answered like one that does not exist.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from onestop.areas.clock import today
from onestop.areas.country import in_words, pack
from onestop.areas.guards import needs
from onestop.areas.models import AdministrativeUnit
from onestop.areas.queries import path_of
from onestop.areas.scope import Scope, current
from onestop.desk.matrix import age_of, sex_of
from onestop.desk.words import names_of
from onestop.journal.actions import record
from onestop.journal.queries import lines_about
from onestop.journal.verbs import DISCLOSING, READ
from onestop.registry.models import Household, HouseholdMembership, IdentityDocument, Person
from onestop.registry.queries import household_of, resolved
from onestop.staff.models import Officer
from onestop.staff.queries import officer_of
from onestop.ui import languages
from onestop.ui.components import Crumb

REGISTERS = "registry.register"


@dataclass(frozen=True)
class LastHome:
    """Where the person lived last; `household` None where it lies outside the officer's area."""

    household: Household | None
    names: dict[str, str]
    valid_from: date
    valid_to: date | None


@needs("registry.read")
@require_safe
def person(request: HttpRequest, key: UUID) -> HttpResponse:
    """A person in no household; of anybody else the family folder. Raises Http404."""
    officer = officer_of(request)
    one = person_of(key, officer)
    household = household_of(one, today())
    if household is not None:
        return HttpResponseRedirect(reverse("desk:folder", args=[household.pk]))
    record(READ, by=officer, subject=one)
    names = names_of(one)
    context = {
        "person": one,
        "names": names,
        "crumbs": [Crumb(_("Find a person or household"), reverse("desk:search")), Crumb(one.number)],
        "detail": " · ".join(part for part in (sex_of(one), "" if one.died_on else age_of(one, today())) if part),
        "units": places_of(one),
        "papers": papers_of(one),
        "last": last_home(one, officer),
        "to_do": what_to_do(one, current()),
        "lines": [line for line in lines_about(one, named=languages.one(names)) if line.entry.verb not in DISCLOSING],
    }
    return render(request, "desk/person.html", context)


def person_of(key: UUID, officer: Officer) -> Person:
    """The person inside the officer's scope, of a merged one the one that stays. Raises Http404."""
    found = resolved(Person.objects.visible_to(officer).filter(pk=key).first(), officer=officer)
    if found is None:
        raise Http404
    return found


def places_of(one: Person) -> list[AdministrativeUnit]:
    """The village and the commune in whose lists the person stands."""
    return list(reversed(path_of(one.unit_code)[-2:]))


def papers_of(one: Person) -> list[tuple[str, IdentityDocument]]:
    """Each paper that is valid today: what it is, and the paper with its number."""
    kinds = pack().documents
    held = one.documents.filter(voided_at=None).order_by("kind", "number")
    on = today()
    return [
        (in_words(kinds[paper.kind].label), paper)
        for paper in held
        if paper.kind in kinds and (paper.valid_to is None or paper.valid_to >= on)
    ]


def last_home(one: Person, officer: Officer) -> LastHome | None:
    """The household the person left last; None for a person who never lived in one."""
    rows = HouseholdMembership.objects.visible_to(officer).filter(person=one, voided_at=None, valid_from__lte=today())
    row = rows.order_by("-valid_from").first()
    if row is None:
        return None
    visible = Household.objects.visible_to(officer).kept().select_related("head")
    household = visible.filter(pk=row.household_id).first()
    head = household.head if household else None
    return LastHome(household, names_of(head) if head else {}, row.valid_from, row.valid_to)


def what_to_do(one: Person, scope: Scope) -> str:
    """The office's next step, for this officer."""
    if one.died_on:
        return _("Nothing is open here. What the household may have is in its folder.")
    if scope.may(REGISTERS, one.unit_code):
        return _(
            "Ask where the person lives now. Find that household's folder and move the person into it, or open a "
            "folder of the person's own."
        )
    roles = "; ".join(in_words(role.label) for role in pack().roles.values() if REGISTERS in role.rights)
    return _(
        "Ask where the person lives now, and tell an officer who may move the person into that household, or open a "
        "folder of the person's own. These roles may: %(roles)s."
    ) % {"roles": roles}
