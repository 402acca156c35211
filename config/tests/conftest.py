"""A running embedded server for the tests of this folder that leave it whole, and the built styles."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config import assets
from config.embedded_postgres import Cluster
from config.tests.clusters import remove
from onestop.ui import checks
from tests.journeys.browser import absent


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of built styles; the reason for skipping where they cannot be built."""
    var = checks.static_source().parent
    try:
        assets.build(var=var)
    except assets.AssetsRefused as refusal:
        absent(f"the styles cannot be built: {refusal}")
    return checks.static_source()


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
