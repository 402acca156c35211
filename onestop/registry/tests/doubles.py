"""Somebody registered at two communes beside each other, for the tests of doubles."""

from typing import Any

from onestop.registry import actions
from onestop.registry.factories import NewPersonFactory
from onestop.registry.models import Person
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import scope

HERE, THERE = "17010101", "17010201"
NAMED = {"family_name_km": "ឈិន", "given_name_km": "បូរី", "family_name_latin": "Chhin", "given_name_latin": "Borey"}


def made_neighbour() -> Officer:
    """The assistant of Doun Paeng (170102), the commune beside Char Chhuk."""
    made: Officer = Officer.objects.create(
        username="neighbour", name_km="អ្នកជិតខាង", name_latin="Neighbour", language="en"
    )
    RoleAssignment.objects.create(officer=made, role="commune_assistant", unit_code="170102", valid_from="2010-01-01")
    return made


def written_down(by: Officer, unit: str, **given: Any) -> Person:
    """Registered alone, by an officer of that place."""
    with scope(by):
        return actions.register_person(NewPersonFactory(**({**NAMED, "sex": "M"} | given)), unit_code=unit, by=by)
