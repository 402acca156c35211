"""Fixtures of this room's tests: the day of the demonstration, its officers, and two offices that know one man."""

from datetime import date

import pytest

from onestop.registry.models import Person
from onestop.registry.tests.doubles import HERE, THERE, made_neighbour, written_down
from onestop.staff.models import Officer

TODAY = date(2014, 6, 11)


@pytest.fixture(autouse=True)
def _the_day(the_day: None) -> None:
    """Every test stands on it."""


def officer(username: str) -> Officer:
    one: Officer = Officer.objects.get(username=username)
    return one


@pytest.fixture
def neighbour(db: None) -> Officer:
    return made_neighbour()


@pytest.fixture
def clerk(db: None) -> Officer:
    return officer("commune")


@pytest.fixture
def twice(clerk: Officer, neighbour: Officer) -> tuple[Person, Person]:
    """The same man, first registered there, then here."""
    return written_down(neighbour, THERE), written_down(clerk, HERE)
