"""Answers: sheets, the wide row, corrections, and what is refused."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from onestop.journal.models import JournalEntry
from onestop.registry import actions
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, born, member
from onestop.registry.models import AnswerSheet, Household, Person
from onestop.registry.queries import answers_given
from onestop.registry.tests.conftest import TODAY, officer
from onestop.staff.models import Officer
from onestop.staff.scope import scope

pytestmark = pytest.mark.django_db


def row(subject: Person | Household, *columns: str) -> tuple[Any, ...]:
    """These columns of the wide row of a subject."""
    kind = "person" if isinstance(subject, Person) else "household"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM registry_{kind}row WHERE {kind}_id = %s", [subject.pk])
        found = cursor.fetchone()
    assert found is not None
    return tuple(found)


def test_a_form_dates_all_its_facts_and_an_answer_in_place_only_its_own(district: Officer) -> None:
    child = member(HouseholdFactory(by=district), "child")
    form = {"in_school": True, "grade": 3, "school": "បឋម"}
    actions.answer(child, form, observed_on=date(2013, 11, 2), by=district, topic="schooling")
    actions.answer(child, {"grade": 4}, observed_on=date(2014, 2, 1), by=district)
    assert row(child, "grade", "grade_on", "in_school", "in_school_on", "latest_on") == (
        4,
        date(2014, 2, 1),
        True,
        date(2013, 11, 2),
        date(2014, 2, 1),
    )
    lines = JournalEntry.objects.filter(verb="registry.answered", subject_id=str(child.pk))
    assert [line.note for line in lines.order_by("id")] == ["schooling", ""]


def test_a_paper_form_that_comes_late_does_not_undo_what_is_newer(district: Officer) -> None:
    child = member(HouseholdFactory(by=district), "child")
    actions.answer(child, {"grade": 4}, observed_on=date(2014, 2, 1), by=district)
    actions.answer(child, {"grade": 3, "in_school": True}, observed_on=date(2013, 11, 2), by=district)
    assert row(child, "grade", "grade_on", "in_school_on") == (4, date(2014, 2, 1), date(2013, 11, 2))


def test_of_two_answers_of_one_day_the_later_entered_counts(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    actions.answer(home, {"roof": "tin"}, observed_on=TODAY, by=district)
    actions.answer(home, {"roof": "tile"}, observed_on=TODAY, by=district)
    assert row(home, "roof") == ("tile",)


def test_a_correction_replaces_its_answer_on_all_dates(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    actions.answer(home, {"roof": "thatch"}, observed_on=date(2013, 1, 5), by=district)
    wrong = actions.answer(home, {"roof": "tile", "latrine": "own"}, observed_on=date(2014, 1, 5), by=district)
    actions.correct_answer(wrong, {"roof": "tin"}, by=district, reason="read the wrong line")
    assert row(home, "roof", "roof_on", "latrine") == ("tin", date(2014, 1, 5), "own")
    actions.correct_answer(wrong, {"roof": None}, by=district, reason="another house")
    assert row(home, "roof", "roof_on", "latrine") == ("thatch", date(2013, 1, 5), "own")
    actions.correct_answer(wrong, {"roof": "concrete"}, by=district, reason="asked again")
    assert row(home, "roof", "roof_on") == ("concrete", date(2014, 1, 5))
    history = [(one.fact.code, one.value, one.replaced) for one in answers_given(home, officer=district)]
    assert history.count(("roof", "tile", True)) == 1 and history.count(("roof", "concrete", False)) == 1


def test_a_correction_needs_a_reason_and_an_answer_to_correct(district: Officer) -> None:
    sheet = actions.answer(HouseholdFactory(by=district), {"roof": "tile"}, observed_on=TODAY, by=district)
    with pytest.raises(ValidationError, match="why"):
        actions.correct_answer(sheet, {"roof": "tin"}, by=district, reason=" ")
    with pytest.raises(ValidationError, match="this sheet"):
        actions.correct_answer(sheet, {"latrine": "own"}, by=district, reason="mistake")
    assert AnswerSheet.objects.count() == 1


def test_every_wrong_answer_of_a_form_is_told_at_once_and_nothing_is_kept(district: Officer) -> None:
    child = member(HouseholdFactory(by=district), "child")
    wrong = {"grade": 13, "in_school": "maybe", "occupation": "pupil"}
    with pytest.raises(ValidationError) as refused:
        actions.answer(child, wrong, observed_on=TODAY, by=district, topic="schooling")
    assert set(refused.value.message_dict) == {"grade", "in_school", "occupation"}
    assert "0" in refused.value.message_dict["grade"][0] and "12" in refused.value.message_dict["grade"][0]
    assert "form" in refused.value.message_dict["occupation"][0]
    assert not AnswerSheet.objects.exists()


@pytest.mark.parametrize("code", ["age", "pregnant", "id_poor", "relation", "unheard_of"])
def test_what_is_not_answered_cannot_be_answered(code: str, district: Officer) -> None:
    with pytest.raises(ValidationError, match="no question"):
        actions.answer(member(HouseholdFactory(by=district), "head"), {code: 1}, observed_on=TODAY, by=district)


def test_nobody_answers_in_the_future_or_before_being_born(district: Officer) -> None:
    child = member(HouseholdFactory(by=district), "child")
    for day, words in ((date(2014, 6, 12), "future"), (date(2005, 3, 19), "before the birth")):
        with pytest.raises(ValidationError, match=words):
            actions.answer(child, {"grade": 1}, observed_on=day, by=district)


def test_a_fact_of_a_compartment_does_not_exist_for_an_officer_outside_of_it(district: Officer) -> None:
    head = member(HouseholdFactory(by=district), "head")
    with pytest.raises(ValidationError, match="no question"):
        actions.answer(head, {"hiv": True}, observed_on=TODAY, by=district)


def test_facts_of_a_compartment_are_left_out_of_the_history(loader: Officer) -> None:
    head = member(HouseholdFactory(by=loader), "head")
    actions.answer(head, {"hiv": True, "marital": "married"}, observed_on=TODAY, by=loader)
    assert {one.fact.code for one in answers_given(head, officer=loader)} == {"hiv", "marital"}
    with scope(officer("district")):
        assert {one.fact.code for one in answers_given(head, officer=officer("district"))} == {"marital"}


def test_who_may_only_read_does_not_answer(district: Officer) -> None:
    head = member(HouseholdFactory(by=district), "head")
    planning = officer("planning")
    with scope(planning):
        assert Person.objects.visible_to(planning).filter(pk=head.pk).exists()
        with pytest.raises(PermissionDenied):
            actions.answer(head, {"marital": "married"}, observed_on=TODAY, by=planning)


def test_dates_that_are_imprecise_or_do_not_apply_have_their_columns(district: Officer) -> None:
    head = member(HouseholdFactory(by=district), "head")
    actions.answer(head, {"expected_delivery": born(2014, 9)}, observed_on=TODAY, by=district)
    assert row(head, "expected_delivery", "expected_delivery_to") == (date(2014, 9, 1), date(2014, 9, 30))
    actions.answer(head, {"expected_delivery": "none", "returned_on": "none"}, observed_on=TODAY, by=district)
    assert row(head, "expected_delivery", "expected_delivery_to", "returned_on") == (date(1, 1, 1),) * 3


def test_an_empty_set_is_an_answer(district: Officer) -> None:
    home = HouseholdFactory(by=district, members=[NewPersonFactory(head=True)])
    head = member(home, "head")
    assert row(head, "skills") == (None,)
    actions.answer(head, {"skills": []}, observed_on=TODAY, by=district)
    assert row(head, "skills", "skills_on") == ([], TODAY)
