"""A person in no household: found by search, shown with the last household and what to do, inside scope only."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from onestop.areas import clock
from onestop.journal.models import JournalEntry
from onestop.journal.verbs import READ
from onestop.registry import actions
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, born, member
from onestop.registry.models import Household, Person
from onestop.staff.models import Officer
from onestop.staff.scope import scope
from tests.officers import SignIn

pytestmark = pytest.mark.django_db
TODAY = date(2014, 6, 11)
ELSEWHERE = "17010301"


@pytest.fixture(autouse=True)
def _the_day(db: None) -> Iterator[None]:
    with clock.fixed(TODAY):
        Officer.objects.update(language="en")
        yield


def left(unit_code: str = "17010101") -> tuple[Household, Person]:
    """A household, and its child that left it on the first of May."""
    by = Officer.objects.get(username="district")
    with scope(by):
        home = HouseholdFactory(by=by, unit_code=unit_code)
        child = member(home, "child")
        actions.leave(child, last_day=date(2014, 5, 1), by=by, reason="went to the city")
    return home, child


def page_of(client: Client, person: Person) -> str:
    return client.get(reverse("desk:person", args=[person.pk])).content.decode()


def test_search_leads_to_the_page_of_a_person_in_no_household(signed_in_as: SignIn) -> None:
    _home, child = left()
    commune, url = signed_in_as("commune"), reverse("desk:person", args=[child.pk])
    by_number = commune.post(reverse("desk:search"), {"q": child.number, "idempotency_key": str(uuid4())})
    assert by_number["Location"] == url
    by_name = commune.post(reverse("desk:search"), {"q": child.name_latin, "idempotency_key": str(uuid4())})
    text = by_name.content.decode()
    assert f'href="{url}"' in text and "in no household" in text


def test_the_page_says_since_when_where_last_and_what_to_do(signed_in_as: SignIn) -> None:
    home, child = left()
    commune = signed_in_as("commune")
    text = page_of(commune, child)
    assert child.number in text and "in no household since 1 May 2014" in text
    assert reverse("desk:folder", args=[home.pk]) in text and home.folder_number in text
    assert "Find that household&#x27;s folder" in text and "went to the city" in text
    assert f'href="{reverse("desk:crosstable")}"' in text, "the row of places stands above it"
    with scope(Officer.objects.get(username="commune")):
        assert JournalEntry.objects.filter(verb=READ, subject_id=str(child.pk)).count() == 1


def test_who_may_not_register_is_told_who_may(signed_in_as: SignIn) -> None:
    _home, child = left()
    text = page_of(signed_in_as("planning"), child)
    assert "These roles may:" in text and "Find that household" not in text


def test_a_person_never_in_a_household_has_the_page_too(signed_in_as: SignIn) -> None:
    by = Officer.objects.get(username="district")
    with scope(by):
        alone = actions.register_person(
            NewPersonFactory(elder=True, birth=born(1944, 3, 1)), unit_code="17010101", by=by
        )
    text = page_of(signed_in_as("commune"), alone)
    assert "This person lives in no household." in text and "none so far" in text


def test_the_dead_have_the_page_with_the_day(signed_in_as: SignIn) -> None:
    by = Officer.objects.get(username="district")
    with scope(by):
        home = HouseholdFactory(by=by, unit_code="17010101")
        child = member(home, "child")
        actions.record_death(child, died_on=date(2014, 2, 3), by=by)
    text = page_of(signed_in_as("commune"), child)
    assert "This person died on 3 February 2014." in text and "lives in no household" not in text


def test_who_lives_in_a_household_is_shown_in_its_folder(signed_in_as: SignIn) -> None:
    home, _child = left()
    with scope(Officer.objects.get(username="district")):
        head = member(home, "head")
    answer = signed_in_as("commune").get(reverse("desk:person", args=[head.pk]))
    assert answer["Location"] == reverse("desk:folder", args=[home.pk])


def test_outside_the_scope_nobody_is_there(signed_in_as: SignIn) -> None:
    _home, child = left(ELSEWHERE)
    answer = signed_in_as("commune").get(reverse("desk:person", args=[child.pk]))
    assert answer.status_code == 404 and child.number not in answer.content.decode()
    nobody = signed_in_as("commune").get(reverse("desk:person", args=[uuid4()]))
    assert nobody.status_code == 404
