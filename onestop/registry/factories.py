# factory-boy is hardly typed: its classes stay in here, and the two functions below say what they make
# mypy: disable-error-code="no-untyped-call, misc, type-arg"
"""Test data of this room, made through its actions, so that numbers, rows, history and journal are as in life.

with scope(officer):
    home = HouseholdFactory(by=officer, members=[NewPersonFactory(head=True), NewPersonFactory(child=True)])
"""

from datetime import date
from typing import Any

from factory.base import Factory
from factory.declarations import Iterator, LazyFunction, Trait

from onestop.areas.dates import PartialDate
from onestop.registry.actions import NewPerson, register_household
from onestop.registry.models import Household, Person

VILLAGE = "17010101"
SINCE = date(2010, 1, 1)


def born(year: int, month: int = 0, day: int = 0, *, estimated: bool = False) -> PartialDate:
    """A birth date as precise as it is written."""
    precision = "estimated" if estimated else "day" if day else "month" if month else "year"
    return PartialDate(date(year, month or 1, day or 1), precision)  # type: ignore[arg-type]


class _Persons(Factory):
    class Meta:
        model = NewPerson

    family_name_km = "សុខ"
    given_name_km = Iterator(["ចាន់ធី", "វណ្ណា", "សុភាព", "ដារ៉ា", "ស្រីមុំ"])
    family_name_latin = "Sok"
    given_name_latin = Iterator(["Chanthy", "Vanna", "Sopheap", "Dara", "Sreymom"])
    sex = Iterator(["F", "M"])
    birth = born(1980, 6, 14)
    relation = "other_relative"

    class Params:
        head = Trait(relation="head", sex="F")
        spouse = Trait(relation="spouse", sex="M", birth=born(1978, 1, 2))
        child = Trait(relation="child", birth=born(2005, 3, 20))
        elder = Trait(relation="parent", birth=born(1940, 11, 1))
        year_only = Trait(birth=born(1954))
        unknown_birth = Trait(birth=None)
        no_khmer_name = Trait(family_name_km="", given_name_km="")


class _Households(Factory):
    class Meta:
        model = Household

    unit_code = VILLAGE
    since = SINCE
    members = LazyFunction(lambda: [NewPersonFactory(head=True), NewPersonFactory(child=True)])

    @classmethod
    def _create(cls, model_class: type[Household], *args: Any, **fields: Any) -> Household:
        return register_household(fields.pop("unit_code"), **fields)


def NewPersonFactory(**fields: Any) -> NewPerson:
    """A person as a clerk writes it. Traits: head, spouse, child, elder, year_only, unknown_birth, no_khmer_name."""
    made: NewPerson = _Persons.create(**fields)
    return made


def HouseholdFactory(**fields: Any) -> Household:
    """A registered household. `by` is the officer of the open scope; by default a head and a child."""
    made: Household = _Households.create(**fields)
    return made


def member(household: Household, relation: str) -> Person:
    """The member of this relation, as last recorded."""
    return Person.objects.get(
        memberships__household=household, memberships__relation=relation, memberships__valid_to=None
    )
