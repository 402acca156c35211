"""Fixtures of this room's tests: the day of the demonstration, its officers, and an open scope."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.utils import translation

from onestop.areas import clock
from onestop.registry.models import Person
from onestop.registry.tests.doubles import HERE, THERE, made_neighbour, written_down
from onestop.staff.models import Officer
from onestop.staff.scope import scope, system_officer, system_scope

TODAY = date(2014, 6, 11)


@pytest.fixture(autouse=True)
def _the_day() -> Iterator[None]:
    """The day of the demonstration, and messages in English."""
    with clock.fixed(TODAY), translation.override("en"):
        yield


def officer(username: str) -> Officer:
    one: Officer = Officer.objects.get(username=username)
    return one


@pytest.fixture
def district(db: None) -> Iterator[Officer]:
    """The assistant of Angkor Chum district (1701), signed in."""
    one = officer("district")
    with scope(one):
        yield one


@pytest.fixture
def commune(db: None) -> Iterator[Officer]:
    """The assistant of Char Chhuk commune (170101), signed in."""
    one = officer("commune")
    with scope(one):
        yield one


@pytest.fixture
def loader(db: None) -> Iterator[Officer]:
    """The loader, which covers the nation and every compartment."""
    with system_scope("system.loader"):
        yield system_officer("system.loader")


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
