"""Fixtures of this room's tests: the day of the demonstration, and a programme of each unit."""

import pytest

from onestop.programmes.models import Programme


@pytest.fixture(autouse=True)
def _the_day(the_day: None) -> None:
    """Every test stands on it."""


@pytest.fixture
def of_persons(db: None) -> Programme:
    """A programme that enrols persons."""
    return Programme.objects.get(pk="HEF")


@pytest.fixture
def of_households(db: None) -> Programme:
    """A programme that enrols households."""
    return Programme.objects.get(pk="THR")
