"""Fixtures of this room's tests."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are compared in English, the language they are written in."""
    with translation.override("en"):
        yield
