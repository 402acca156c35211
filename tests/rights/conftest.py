"""The made-up office of the walk, in a database of its own, made once for all tests of this folder."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.embedded_postgres import Cluster
from tests.connection import point_django_at


@pytest.fixture(scope="package")
def world(request: pytest.FixtureRequest, test_cluster: Cluster, database_template: str) -> Iterator[object]:
    """The five places of world.py, committed; Django's connection leads to them until the last test of the folder."""
    from django.db import connections, transaction  # noqa: PLC0415  (after the settings)
    from django.utils import translation  # noqa: PLC0415

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
def walk_of(
    request: pytest.FixtureRequest, world: object, test_cluster: Cluster
) -> Iterator[Callable[[object], object]]:
    """The walk of a subject. All that the collected tests need are made when the first is asked for."""
    from django.db import connections  # noqa: PLC0415

    from tests.rights.subjects import Subject  # noqa: PLC0415
    from tests.rights.walk import Walk  # noqa: PLC0415
    from tests.rights.walks import walks  # noqa: PLC0415

    name = str(connections["default"].settings_dict["NAME"])
    connections["default"].close()  # a database is copied while nobody is in it
    test_cluster.create_database(f"{name}_beside", template=name)
    made: dict[str, Walk] = {}
    wanted: dict[str, Subject] = {}
    for item in request.session.items:
        if item.path.is_relative_to(Path(__file__).parent) and "walk_of" in getattr(item, "fixturenames", ()):
            params = item.callspec.params if hasattr(item, "callspec") else {}  # type: ignore[union-attr]
            wanted |= {one.name: one for one in ([params["subject"]] if "subject" in params else item.module.SUBJECTS)}  # type: ignore[attr-defined]

    def walk(subject: Subject) -> Walk:
        if not made:
            ordered = sorted(wanted.values(), key=_is_short)
            made.update(walks(ordered, world, test_cluster.url(f"{name}_beside", "onestop_app")))  # type: ignore[arg-type]
        return made[subject.name]

    yield walk  # type: ignore[misc]
    test_cluster.drop_database(f"{name}_beside")


def _is_short(subject: Any) -> bool:
    """Who sees persons walks longest, and first, so that both processes end together."""
    from onestop.areas.country import pack  # noqa: PLC0415

    return not any(pack().roles[role].sees_people for role in subject.roles)
