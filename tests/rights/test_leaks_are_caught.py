"""The walk itself, tried on pages that leak: each way of leaking is caught, and a sound page is not accused."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import override_settings
from django.urls import URLPattern, path

from onestop.areas.guards import signed_in
from tests.rights import leaky
from tests.rights.asks import Ask, get
from tests.rights.pages import PAGES
from tests.rights.subjects import Subject, subjects
from tests.rights.walk import Walk, Walker
from tests.rights.world import World


@pytest.fixture
def walked(world: World) -> Callable[[str, dict[str, list[Ask]]], Walk]:
    """The walk of some pages only, as the officer of a role."""

    def walk(role: str, pages: dict[str, list[Ask]]) -> Walk:
        subject: Subject = next(one for one in subjects(every_role=True) if one.name == role)
        with transaction.atomic():
            walker = Walker(subject, world, pages)
            assert walker.signs_in()
            found = walker.asks_everything()
            transaction.set_rollback(True)
        return found

    return walk


@pytest.mark.parametrize("name", leaky.CAUGHT)
@override_settings(ROOT_URLCONF="tests.rights.leaky")
def test_a_page_that_leaks_is_caught(name: str, walked: Callable[[str, dict[str, list[Ask]]], Walk]) -> None:
    role, ask, told = leaky.CAUGHT[name]
    leaks = walked(role, {f"leaky:{name}": [ask]}).leaks
    assert any(told in leak for leak in leaks), leaks


@override_settings(ROOT_URLCONF="tests.rights.leaky")
def test_a_page_that_keeps_all_is_not_accused(walked: Callable[[str, dict[str, list[Ask]]], Walk]) -> None:
    assert walked("commune_assistant", {"desk:search": PAGES["desk:search"]}).leaks == []


def test_every_page_that_leaks_is_tried() -> None:
    assert {pattern.name for pattern in leaky.LEAKS} == leaky.CAUGHT.keys()


def test_a_page_without_an_entry_is_told_with_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.rights import test_rights  # noqa: PLC0415

    new: URLPattern = path("new/<str:code>/", signed_in(leaky.small), name="new")
    known = test_rights.addresses()
    monkeypatch.setattr(test_rights, "addresses", lambda: {**known, "desk:new": [new]})
    with pytest.raises(pytest.fail.Exception, match=r'"desk:new": \[get\("opens", \{\'code\': …\}\)'):
        test_rights.test_every_address_has_an_entry()
    assert get("opens").method == "GET"
