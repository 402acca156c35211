"""Fixtures of other rooms that the tests here use."""

from onestop.staff.tests.conftest import named  # noqa: F401
