"""The two doors over the walls: who is known elsewhere, and following who moved."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from onestop.areas.numbers import NumberWrong
from onestop.journal.models import JournalEntry
from onestop.registry import actions
from onestop.registry.doors import QUESTIONS_AN_HOUR
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, member
from onestop.registry.models import Household, Person
from onestop.registry.queries import TooManyQuestions, known_elsewhere
from onestop.registry.tests.conftest import officer
from onestop.registry.writing import follow
from onestop.staff.models import Officer
from onestop.staff.scope import scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(district: Officer) -> Person:
    """Somebody registered in Doun Paeng (170102), whom the commune assistant of Char Chhuk cannot see."""
    new = NewPersonFactory(head=True, family_name_km="ចាន់", given_name_km="រតនា", family_name_latin="Chan")
    head = member(HouseholdFactory(by=district, unit_code="17010201", members=[new]), "head")
    actions.record_document(head, kind="citizen_id", number="987654321", by=district)
    return head


@pytest.fixture
def asking(stranger: Person) -> Officer:
    return officer("commune")


def test_the_door_tells_only_at_which_office_and_since_when(stranger: Person, asking: Officer) -> None:
    with scope(asking):
        assert not Person.objects.filter(pk=stranger.pk).exists()
        name: dict[str, Any] = {"name": ("ចាន់", "រតនា"), "sex": "F", "birth": date(1980, 6, 14)}
        questions: list[dict[str, Any]] = [
            {"number": stranger.number},
            {"document": ("citizen_id", "987 654 321")},
            name,
        ]
        for question in questions:
            (found,) = known_elsewhere(by=asking, **question)
            assert (found.office_unit, found.since) == ("170102", stranger.created_at.date())
            assert set(vars(found)) == {"office_unit", "since"}


def test_only_an_exact_match_answers(stranger: Person, asking: Officer) -> None:
    with scope(asking):
        birth = date(1980, 6, 14)
        wrong: list[dict[str, Any]] = [
            {"document": ("citizen_id", "987654320")},
            {"document": ("passport", "987654321")},
            {"name": ("ចាន់", "រតន"), "sex": "F", "birth": birth},
            {"name": ("ចាន់", "រតនា"), "sex": "M", "birth": birth},
            {"name": ("ចាន់", "រតនា"), "sex": "F", "birth": date(1980, 6, 15)},
        ]
        for question in wrong:
            assert known_elsewhere(by=asking, **question) == []
        halves: list[dict[str, Any]] = [{}, {"name": ("ចាន់", "រតនា"), "sex": "F"}]
        for question in halves:
            with pytest.raises(ValidationError):
                known_elsewhere(by=asking, **question)
        with pytest.raises(NumberWrong):
            known_elsewhere(by=asking, number=stranger.number[:-1] + "x")


def test_who_is_in_ones_own_area_is_not_elsewhere(stranger: Person, district: Officer) -> None:
    assert known_elsewhere(by=district, number=stranger.number) == []


def test_each_question_is_journalled_without_what_was_asked(stranger: Person, asking: Officer) -> None:
    with scope(asking):
        known_elsewhere(by=asking, document=("citizen_id", "987654321"))
        line = JournalEntry.objects.get(verb="registry.asked_elsewhere")
        assert line.officer_id == asking.pk and line.note == "document: 1" and not line.subject_id


def test_the_door_closes_after_too_many_questions_in_an_hour(stranger: Person, asking: Officer) -> None:
    with scope(asking):
        for _question in range(QUESTIONS_AN_HOUR):
            known_elsewhere(by=asking, number=stranger.number)
        with pytest.raises(TooManyQuestions):
            known_elsewhere(by=asking, number=stranger.number)


def test_following_asks_that_people_are_in_the_scope(stranger: Person, asking: Officer) -> None:
    household = stranger.memberships.get().household_id
    with scope(asking):
        for people in ({"persons": [stranger.pk]}, {"households": [household]}):
            with pytest.raises(PermissionDenied), transaction.atomic():
                follow(to="17010101", **people)


def test_every_walled_table_of_people_can_follow(stranger: Person) -> None:
    """A table of a person or household that the door may not re-key would leave people's data behind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = ANY(%s)"
            " WHERE c.relforcerowsecurity AND c.relnamespace = 'public'::regnamespace"
            " AND NOT has_column_privilege('onestop_door', c.oid, 'unit_code', 'UPDATE')",
            [["person_id", "household_id"]],
        )
        assert cursor.fetchall() == []
    assert Household.objects.exists()
