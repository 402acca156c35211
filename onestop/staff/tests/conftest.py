"""Fixtures of this room's tests."""

from collections.abc import Callable

import pytest

from onestop.staff.models import Officer
from onestop.staff.tests import made_up

Named = Callable[[str], Officer]


@pytest.fixture
def named() -> Named:
    """An officer of the demonstration by username."""
    return lambda username: Officer.objects.get(username=username)


@pytest.fixture
def loans(committed_database: dict[str, str]) -> dict[str, str]:
    """A database of this test's own, with the made-up table; gives its URLs."""
    made_up.make(committed_database["owner"])
    return committed_database
