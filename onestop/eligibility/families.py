"""One stored household as the interpreter sees it: the registry's family, with its enrolments and the openings.

The registry reads it from sheets, memberships, papers and statuses themselves and not from the wide rows, so that the
step-by-step answer and the SQL of the tables come from two readings of the same history; a test holds them equal.
"""

from dataclasses import replace
from uuid import UUID

from criteria.family import Enrolment, Family, Period
from onestop.eligibility.catalogue import offered
from onestop.eligibility.rulebook import Rulebook
from onestop.registry import read_family
from onestop.registry.models import Household, Person
from onestop.staff.scope import reckoning


def family_of(household: Household, book: Rulebook) -> Family:
    """A household on the rulebook's day, with everyone who ever belonged to it."""
    return completed(read_family.family(household, book.on), household, book)


def completed(found: Family, household: Household, book: Rulebook) -> Family:
    """A household as the registry reads it, with its enrolments and the openings."""
    persons = [UUID(member.id) for member in found.members]
    return replace(found, enrolments=enrolments_of(persons, household.pk), openings=book.openings)


def family_of_person(person: Person, book: Rulebook) -> Family:
    """The family of a person's household of the day; of a person in no household the person alone."""
    found = read_family.family_of(person, book.on)
    persons = [UUID(member.id) for member in found.members]
    household = UUID(found.id) if found.id else None
    return replace(found, enrolments=enrolments_of(persons, household), openings=book.openings)


def enrolments_of(persons: list[UUID], household: UUID | None) -> tuple[Enrolment, ...]:
    """Enrolments of these persons and of the household, past and future (a slot: settings.FACT_MODULES)."""
    with reckoning():
        return tuple(
            Enrolment(code, str(person) if person else None, Period(begin, end))
            for code, person, begin, end in offered("enrolments_of")(persons, household)
        )
