"""A small office, a backup of it, and a name for the database it is brought back to."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import backup
from config.embedded_postgres import Cluster
from config.restore import LOADED
from tests.operations.offices import Office, databases, fill


@pytest.fixture
def office(committed_database: dict[str, str], tmp_path: Path) -> Office:
    return fill(committed_database, tmp_path / "var")


@pytest.fixture
def file(office: Office, tmp_path: Path) -> Path:
    """A whole backup of the small office."""
    made = tmp_path / "office.onestop"
    backup.write(made, owner=office.owner, var=office.var, mode="test")
    return made


@pytest.fixture
def database(test_cluster: Cluster) -> Iterator[str]:
    """A name nobody uses; the database of that name, and what a restore moved aside from it, is dropped afterwards."""
    name = f"drill_{os.getpid()}"
    yield name
    for found in [*databases(test_cluster, name), LOADED]:
        test_cluster.drop_database(found)
