"""A running embedded server for the tests of this folder that leave it whole."""

from collections.abc import Iterator

import pytest

from config.embedded_postgres import Cluster
from config.tests.clusters import remove
from onestop.staff.tests.conftest import named  # noqa: F401


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running durable cluster for tests that leave it whole."""
    made = Cluster(tmp_path_factory.mktemp("shared") / "postgres")
    with made.use():
        yield made
    remove(made)


@pytest.fixture
def database(running: Cluster) -> Iterator[str]:
    running.create_database("onestop_test")
    yield "onestop_test"
    running.drop_database("onestop_test")
