"""Numbers that lead straight to a person: of the member, of the folder, of a telephone, of a paper.

Whose roles do not show a kind of number could find out one by trying: so such searches are counted like questions at
the narrow door, and no more of them is answered than of those (decisions/021-masked-columns.md).
"""

from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from onestop.areas.masks import is_masked_somewhere
from onestop.areas.numbers import NumberWrong, read_number
from onestop.areas.phones import PhoneWrong, e164
from onestop.registry.actions.papers import bare
from onestop.registry.doors import QUESTIONS_AN_HOUR
from onestop.registry.models import Household, HouseholdMembership, IdentityDocument, Person
from onestop.registry.queries import TooManyQuestions, household_by_folder, person_by_number
from onestop.staff.models import Officer

__all__ = ["straight"]

_MOST: Final = 50


def straight(text: str, *, officer: Officer) -> tuple[str, list[Person]] | None:
    """Why, and who: the people with exactly this number; None when the text is no number but a name.

    Somebody who moved away, was voided or lies outside the officer's area is not among them; of a merged person it is
    the one that stays. Raises ScopeMissing; TooManyQuestions when the number may be of a kind that the officer's
    roles do not show and too many such were searched for within the hour.
    """
    typed = bare(text)
    if not any(sign.isdigit() for sign in typed):
        return None
    ways = (
        (_("This membership number"), _by_number, ""),
        (_("This folder number"), _by_folder, ""),
        (_("This telephone number"), _by_phone, "phone"),
        (_("This number of a paper"), _by_paper, "papers"),
    )
    is_counted = False
    for why, way, kind in ways:
        if kind and not is_counted and is_masked_somewhere(kind):
            _count()
            is_counted = True
        if persons := way(typed, officer):
            return why, persons
    return _("No such number"), []


def _count() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_may_ask()")
        (may_ask,) = cursor.fetchone()
    if not may_ask:
        raise TooManyQuestions(
            _(
                "You have searched %(times)s times within an hour by numbers that your role does not show, and no more "
                "is answered. Wait until the hour is over, or search by the name or the membership number. Other "
                "officers may go on searching."
            )
            % {"times": QUESTIONS_AN_HOUR}
        )


def _by_number(typed: str, officer: Officer) -> list[Person]:
    try:
        person = person_by_number(typed, officer=officer)
    except NumberWrong:
        return []
    return [person] if person else []


def _by_folder(typed: str, officer: Officer) -> list[Person]:
    """Who lives in the household now, the head first."""
    try:
        number = read_number(typed)
    except NumberWrong:
        return []
    household = household_by_folder(number, officer=officer)
    return _living_in([household], officer) if household else []


def _by_phone(typed: str, officer: Officer) -> list[Person]:
    try:
        phone = e164(typed)
    except PhoneWrong:
        return []
    own = list(Person.objects.visible_to(officer).kept().filter(phone=phone)[:_MOST])
    households = Household.objects.visible_to(officer).kept().filter(phone=phone)[:_MOST]
    return list(dict.fromkeys([*own, *_living_in(list(households), officer)]))


def _by_paper(typed: str, officer: Officer) -> list[Person]:
    papers = IdentityDocument.objects.visible_to(officer).standing().filter(number=typed)
    holders = list(papers.values_list("person", flat=True)[:_MOST])
    return list(Person.objects.visible_to(officer).kept().filter(pk__in=holders)) if holders else []


def _living_in(households: list[Household], officer: Officer) -> list[Person]:
    memberships = (
        HouseholdMembership.objects.visible_to(officer)
        .open()
        .filter(household__in=households)
        .select_related("person", "household")
    )
    living = [one for one in memberships if not one.person.is_void and not one.person.merged_into_id]
    living.sort(key=lambda one: (one.person_id != one.household.head_id, one.person.birth_from or one.valid_from))
    return [one.person for one in living]
