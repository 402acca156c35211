"""Enrolments for tests, made by the actions, inside an open scope of `by`."""

from datetime import date

from onestop.enrolments.actions import enrol
from onestop.enrolments.models import Enrolment
from onestop.programmes.models import Programme
from onestop.registry.models import Household, Person
from onestop.staff.models import Officer


def enrolment(
    subject: Person | Household,
    programme: str = "",
    *,
    by: Officer,
    valid_from: date = date(2014, 1, 1),
    valid_to: date | None = None,
) -> Enrolment:
    """An enrolment in a programme of the country pack; by default in the first of the right unit."""
    unit = "person" if isinstance(subject, Person) else "household"
    chosen = Programme.objects.get(pk=programme) if programme else Programme.objects.filter(unit=unit)[0]
    return enrol(subject, chosen, valid_from=valid_from, valid_to=valid_to, by=by)
