"""The example families of a programme file, which must hold before a version is published."""

from collections.abc import Iterator
from typing import Any

from criteria.catalogue import Catalogue


def example_problems(data: dict[str, Any], catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Path and message of each example that cannot be read or comes out otherwise."""
    yield from ()
