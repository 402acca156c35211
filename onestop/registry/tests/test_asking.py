"""Questions that do not apply are stored as answered, never left missing."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from onestop.registry import actions
from onestop.registry.asking import applies, condition, subject_family
from onestop.registry.declared import Declared, declared
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, born, member
from onestop.registry.models import AnswerSheet
from onestop.registry.tests.conftest import TODAY
from onestop.registry.tests.test_answering import row
from onestop.registry.values import written
from onestop.staff.models import Officer


def fact(code: str) -> Declared:
    found = declared().get("person", code)
    assert found is not None
    return found


def test_every_rule_of_asking_checks_and_its_otherwise_is_an_answer() -> None:
    rules = [one for one in declared() if one.asked_when]
    assert len(rules) > 10
    for one in rules:
        assert condition(one) is not None
        assert one.otherwise is not None, f"{one.code} does not say what is stored when it does not apply"
        written(one, one.otherwise)


@pytest.mark.django_db
def test_a_form_fills_in_what_does_not_apply(district: Officer) -> None:
    child = member(HouseholdFactory(by=district), "child")
    actions.answer(child, {"in_school": False}, observed_on=TODAY, by=district, topic="schooling")
    assert row(child, "in_school", "grade", "grade_on", "school", "literate") == (False, 0, TODAY, "", None)
    assert row(child, "reading_help") == (False,), "only from 15 years on is it asked"


@pytest.mark.django_db
def test_an_answer_in_place_settles_what_hangs_on_it(district: Officer) -> None:
    child = member(HouseholdFactory(by=district), "child")
    actions.answer(child, {"in_school": True, "grade": 3}, observed_on=date(2014, 1, 5), by=district)
    actions.answer(child, {"in_school": False}, observed_on=TODAY, by=district)
    assert row(child, "grade", "grade_on", "reading_help") == (0, TODAY, None)
    actions.answer(child, {"in_school": True}, observed_on=TODAY, by=district)
    assert row(child, "grade") == (0,), "it is asked again, and nothing is guessed"


@pytest.mark.django_db
def test_an_answer_to_a_question_that_does_not_apply_is_refused_unless_it_says_so(district: Officer) -> None:
    home = HouseholdFactory(by=district, members=[NewPersonFactory(head=True, sex="M"), NewPersonFactory(child=True)])
    man, child = member(home, "head"), member(home, "child")
    with pytest.raises(ValidationError) as refused:
        actions.answer(man, {"expected_delivery": date(2014, 9, 1)}, observed_on=TODAY, by=district, topic="maternity")
    assert set(refused.value.message_dict) == {"expected_delivery"}
    with pytest.raises(ValidationError, match="does not apply"):
        actions.answer(child, {"in_school": False, "grade": 4}, observed_on=TODAY, by=district)
    assert not AnswerSheet.objects.exists()
    actions.answer(man, {"expected_delivery": "none"}, observed_on=TODAY, by=district, topic="maternity")
    assert row(man, "expected_delivery", "breastfeeding_until") == (date(1, 1, 1), date(1, 1, 1))


@pytest.mark.django_db
def test_what_cannot_be_told_is_asked(district: Officer) -> None:
    home = HouseholdFactory(
        by=district, members=[NewPersonFactory(head=True, unknown_birth=True), NewPersonFactory(birth=born(2002))]
    )
    elder, child = member(home, "head"), member(home, "other_relative")
    family, person = subject_family(elder, TODAY)
    assert applies(fact("marital"), family, TODAY, person=person) is None
    assert applies(fact("marital"), family, TODAY, person=str(child.pk)) is None, "11 or 12 years old"
    assert applies(fact("employment"), family, TODAY, person=str(child.pk)) is False
    actions.answer(elder, {"marital": "widowed"}, observed_on=TODAY, by=district)
