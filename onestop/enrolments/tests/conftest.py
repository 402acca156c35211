"""Fixtures of this room's tests: those of the registry, and a programme of each unit."""

import pytest

from onestop.programmes.models import Programme
from onestop.registry.tests.conftest import _the_day, district, loader  # noqa: F401


@pytest.fixture
def of_persons(db: None) -> Programme:
    """A programme that enrols persons."""
    return Programme.objects.get(pk="HEF")


@pytest.fixture
def of_households(db: None) -> Programme:
    """A programme that enrols households."""
    return Programme.objects.get(pk="THR")
