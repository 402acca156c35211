"""Officers of the demonstration by username, and their browsers: fixtures of every room."""

from collections.abc import Callable

import pytest
from django.test import Client

from onestop.staff.models import Officer

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
