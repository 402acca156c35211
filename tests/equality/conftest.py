"""An empty database of its own for the readers in PostgreSQL: no data of the office goes there."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from bench.equality import in_postgresql
from config.embedded_postgres import Cluster
from tests.equality.comparing import Execute


@pytest.fixture(scope="module")
def in_postgres(test_cluster: Cluster) -> Iterator[Execute]:
    name = "equality"
    if test_cluster.database_exists(name):
        test_cluster.drop_database(name)
    test_cluster.create_database(name)
    with psycopg.connect(test_cluster.url(name, "onestop_owner"), autocommit=True) as connection:
        connection.execute("SET jit = off")
        yield in_postgresql(connection)
    test_cluster.drop_database(name)
