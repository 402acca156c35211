"""Officers of the demonstration by username, their browsers and their day: fixtures of every room."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from onestop.areas import clock
from onestop.staff.models import Officer
from onestop.staff.scope import scope, system_officer, system_scope

Named = Callable[[str], Officer]
SignIn = Callable[[str], Client]


@pytest.fixture
def named() -> Named:
    """An officer by username."""
    return lambda username: Officer.objects.get(username=username)


@pytest.fixture
def signed_in_as(named: Named) -> SignIn:
    """A browser of its own, signed in as the officer, who reads English."""

    def sign_in(username: str) -> Client:
        Officer.objects.filter(username=username).update(language="en")
        client = Client()
        client.force_login(named(username))
        return client

    return sign_in


@pytest.fixture
def the_day() -> Iterator[None]:
    """The day of the demonstration, and messages in English."""
    with clock.fixed(date(2014, 6, 11)), translation.override("en"):
        yield


@pytest.fixture
def district(db: None, named: Named) -> Iterator[Officer]:
    """The assistant of Angkor Chum district (1701), whose scope is open."""
    with scope(named("district")):
        yield named("district")


@pytest.fixture
def commune(db: None, named: Named) -> Iterator[Officer]:
    """The assistant of Char Chhuk commune (170101), whose scope is open."""
    with scope(named("commune")):
        yield named("commune")


@pytest.fixture
def loader(db: None) -> Iterator[Officer]:
    """The loader, which covers the nation and every compartment; its scope is open."""
    with system_scope("system.loader"):
        yield system_officer("system.loader")
