"""Fixtures of this room's tests."""

import pytest

from onestop.staff.tests import made_up


@pytest.fixture
def loans(committed_database: dict[str, str]) -> dict[str, str]:
    """A database of this test's own, with the made-up table; gives its URLs."""
    made_up.make(committed_database["owner"])
    return committed_database
