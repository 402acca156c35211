"""Fixtures of this room's tests: the day of the demonstration, its officers, and an open scope."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.utils import translation

from onestop.areas import clock
from onestop.programmes.models import Programme
from onestop.staff.models import Officer
from onestop.staff.scope import scope, system_officer, system_scope

TODAY = date(2014, 6, 11)


@pytest.fixture(autouse=True)
def _the_day() -> Iterator[None]:
    """The day of the demonstration, and messages in English."""
    with clock.fixed(TODAY), translation.override("en"):
        yield


def officer(username: str) -> Officer:
    found: Officer = Officer.objects.get(username=username)
    return found


@pytest.fixture
def district(db: None) -> Iterator[Officer]:
    """The assistant of Angkor Chum district (1701), signed in."""
    one = officer("district")
    with scope(one):
        yield one


@pytest.fixture
def loader(db: None) -> Iterator[Officer]:
    """The loader, which covers the nation."""
    with system_scope("system.loader"):
        yield system_officer("system.loader")


@pytest.fixture
def of_persons(db: None) -> Programme:
    """A programme that enrols persons."""
    return Programme.objects.get(pk="HEF")


@pytest.fixture
def of_households(db: None) -> Programme:
    """A programme that enrols households."""
    return Programme.objects.get(pk="THR")
