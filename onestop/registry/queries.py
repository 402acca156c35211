"""Reads that cross nouns, in the office's words."""

from dataclasses import dataclass
from datetime import date

import psycopg
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

from onestop.areas.numbers import read_number
from onestop.areas.scope import current
from onestop.areas.text import normalise
from onestop.journal.actions import record
from onestop.registry.actions.papers import paper_number
from onestop.registry.choices import ASKED_DOOR
from onestop.registry.declared import Declared, declared
from onestop.registry.doors import QUESTIONS_AN_HOUR, TOO_MANY
from onestop.registry.models import AnswerSheet, Household, HouseholdMembership, Person
from onestop.registry.values import value_of
from onestop.staff.models import Officer


def person_by_number(number: str, *, officer: Officer) -> Person | None:
    """The person with a membership number, as typed; of a merged one the person that stays. None when not in scope.

    Raises areas.numbers.NumberWrong when a digit is wrong.
    """
    person = Person.objects.visible_to(officer).filter(number=read_number(number)).first()
    return resolved(person, officer=officer)


def resolved(person: Person | None, *, officer: Officer) -> Person | None:
    """The person that stays, of one that was merged; None for a voided one."""
    if person is not None and person.merged_into_id:
        person = Person.objects.visible_to(officer).filter(pk=person.merged_into_id).first()
    return None if person is None or person.is_void else person


def household_of(person: Person, on: date) -> Household | None:
    """Where the person lives on a day; None in no household."""
    membership = HouseholdMembership.objects.in_force(on).filter(person=person).select_related("household").first()
    return membership.household if membership else None


def household_by_folder(number: str, *, officer: Officer) -> Household | None:
    """The household with a folder number, as typed. Raises areas.numbers.NumberWrong."""
    return Household.objects.visible_to(officer).kept().filter(folder_number=read_number(number)).first()


@dataclass(frozen=True)
class Given:
    """One answer as it stands in the history of a subject. `replaced`: a later correction took its place."""

    fact: Declared
    value: object
    observed_on: date
    sheet: AnswerSheet
    replaced: bool


def answers_given(subject: Person | Household, *, officer: Officer) -> list[Given]:
    """Every answer ever given about a person or household, the newest first: the history page.

    Facts of compartments the officer is outside of, and facts no longer declared, are left out.
    """
    of = "person" if isinstance(subject, Person) else "household"
    scope = current()
    sheets = list(
        AnswerSheet.objects.visible_to(officer)
        .filter(**{of: subject}, voided_at=None)
        .select_related("observed_by")
        .order_by("-observed_on", "-recorded_at", "-id")
    )
    taken = {(sheet.replaces_id, code) for sheet in sheets if sheet.replaces_id for code in sheet.answers}
    found = []
    for sheet in sheets:
        for code, stored in sheet.answers.items():
            fact = declared().get(of, code)
            if fact is None or not scope.sees_compartment(fact.compartment):
                continue
            value = None if stored is None else value_of(fact, stored)
            found.append(Given(fact, value, sheet.observed_on, sheet, (sheet.pk, code) in taken))
    return found


@dataclass(frozen=True)
class Elsewhere:
    """All that the narrow door tells: the unit of the office where somebody is registered, and since when."""

    office_unit: str
    since: date


class TooManyQuestions(ValidationError):
    """The officer has asked the narrow door too often within an hour."""


@transaction.atomic
def known_elsewhere(
    *,
    by: Officer,
    number: str = "",
    document: tuple[str, str] | None = None,
    name: tuple[str, str] | None = None,
    sex: str = "",
    birth: date | None = None,
    purpose: str = "",
) -> list[Elsewhere]:
    """Is somebody who is not in the officer's area registered at another office? The narrow door of doors.py.

    Asked by membership number, by (kind, number) of a paper, or by (family, given) name with sex and birth date; only
    exact matches answer. Each question is counted and journalled with its purpose, without what was asked. Raises
    TooManyQuestions, NumberWrong, ValidationError when a question is not whole.
    """
    if name and not (sex and birth):
        raise ValidationError(_("To ask by name, give the sex and the date of birth too."))
    if not (number or document or name):
        raise ValidationError(_("Give the membership number, a paper, or name, sex and date of birth."))
    kind, paper = document or ("", "")
    family, given = (normalise(part) for part in name or ("", ""))
    parameters: list[str | date | None] = [
        read_number(number) if number else "",
        kind,
        paper_number(kind, paper) if document else "",
        family,
        given,
        sex,
        birth,
    ]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT office_unit, since FROM registry_known_elsewhere(%s, %s, %s, %s, %s, %s, %s::date)",
                parameters,
            )
            found = [Elsewhere(*row) for row in cursor.fetchall()]
    except DatabaseError as error:
        cause = error.__cause__
        if isinstance(cause, psycopg.Error) and cause.sqlstate == TOO_MANY:
            raise TooManyQuestions(
                _(
                    "You have asked %(times)s times within an hour, and no more is answered. Wait until the hour is "
                    "over, or call the office where the person says to be from. Other officers may go on asking."
                )
                % {"times": QUESTIONS_AN_HOUR}
            ) from None
        raise
    way = "number" if number else "document" if document else "name"
    record(ASKED_DOOR, by=by, note=f"{way}: {len(found)}" + (f"; {purpose}" if purpose else ""))
    return found
