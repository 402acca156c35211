"""SQL and the interpreter say the same of random families, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pytest

from criteria.tests.equality import hold_equal


@pytest.mark.parametrize("seed", range(3))
def test_duckdb_and_the_interpreter_agree(seed: int) -> None:
    connection = duckdb.connect()

    def execute(statement: str) -> Sequence[Sequence[Any]]:
        return connection.execute(statement).fetchall()

    seen = hold_equal(execute, "duckdb", seed)
    assert min(seen.values()) > 0.1 * sum(seen.values())
