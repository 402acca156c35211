"""The made-up office of the walk, in a database of its own, made once for all tests of this folder."""

import os
from collections.abc import Callable, Iterator

import pytest

from config.embedded_postgres import Cluster


@pytest.fixture(scope="package")
def world(request: pytest.FixtureRequest, test_cluster: Cluster, database_template: str) -> Iterator[object]:
    """The five places of world.py, committed; Django's connection leads to them until the last test of the folder."""
    from django.db import connections, transaction  # noqa: PLC0415  (after the settings)
    from django.utils import translation  # noqa: PLC0415

    from conftest import point_django_at  # noqa: PLC0415
    from onestop.areas import clock  # noqa: PLC0415
    from tests.rights import world as made_up  # noqa: PLC0415

    request.getfixturevalue("django_db_setup")
    before = dict(connections["default"].settings_dict)
    name = f"rights_{os.getpid()}"
    test_cluster.create_database(name, template=database_template)
    blocker = request.getfixturevalue("django_db_blocker")
    with blocker.unblock(), clock.fixed(made_up.DAY), translation.override("en"):
        point_django_at(test_cluster.url(name, "onestop_app"))
        try:
            with transaction.atomic():
                found = made_up.build()
            yield found
        finally:
            connections["default"].close()
            connections["default"].settings_dict.update(before)
            test_cluster.drop_database(name)


@pytest.fixture(scope="package")
def walk_of(world: object) -> Callable[[object], object]:
    """The walk of a subject, made when it is first asked for."""
    from django.db import transaction  # noqa: PLC0415

    from tests.rights.subjects import Subject  # noqa: PLC0415
    from tests.rights.walk import Walk, Walker  # noqa: PLC0415

    made: dict[str, Walk] = {}

    def walk(subject: Subject) -> Walk:
        name = subject.name
        if name not in made:
            with transaction.atomic():
                walker = Walker(subject, world, is_thorough=os.environ.get("ONESTOP_RIGHTS") == "all")  # type: ignore[arg-type]
                if not walker.signs_in():
                    made[name] = walker.cannot_sign_in()
                else:
                    made[name] = walker.asks_everything()
                transaction.set_rollback(True)
        return made[name]

    return walk
