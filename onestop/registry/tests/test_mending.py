"""Changing, voiding and merging; a stale save is refused with who changed what."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from onestop.journal.models import RowHistory
from onestop.registry import actions
from onestop.registry.factories import VILLAGE, HouseholdFactory, NewPersonFactory, born, member
from onestop.registry.models import Household, HouseholdRow, Person, PersonRow
from onestop.registry.queries import person_by_number
from onestop.registry.read_family import family
from onestop.registry.tests.conftest import TODAY, officer
from onestop.registry.tests.test_answering import row
from onestop.staff.models import Officer
from onestop.staff.scope import scope

pytestmark = pytest.mark.django_db


def test_a_change_writes_sort_key_birth_interval_row_and_history(district: Officer) -> None:
    head = member(HouseholdFactory(by=district), "head")
    before = bytes(head.name_sort)
    fields = {"given_name_km": "កក្កដា", "birth": born(1975), "phone": "+85512345678"}
    changed = actions.change_person(head, version=1, by=district, **fields)
    assert changed.version == 2 and bytes(Person.objects.get(pk=head.pk).name_sort) != before
    assert row(head, "birth_from", "birth_to") == (date(1975, 1, 1), date(1975, 12, 31))
    images = RowHistory.objects.of(head).order_by("id").values_list("op", "row")
    assert [(op, image["birth_precision"]) for op, image in images] == [("I", "day"), ("U", "year")]


def test_a_stale_save_is_refused_with_who_changed_what(district: Officer) -> None:
    head = member(HouseholdFactory(by=district), "head")
    commune = officer("commune")
    with scope(commune):
        actions.change_person(head, version=1, by=commune, given_name_km="ភីរុណ")
    with pytest.raises(actions.StaleSave) as refused:
        actions.change_person(head, version=1, by=district, given_name_km="ចាន់ធូ")
    assert refused.value.who == commune.name and commune.name in refused.value.messages[0]
    assert refused.value.changes == {"given_name_km": (head.given_name_km, "ភីរុណ")}
    assert Person.objects.get(pk=head.pk).given_name_km == "ភីរុណ"


def test_a_household_is_changed_and_its_version_counts(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    actions.change_household(home, version=1, by=district, address="ផ្ទះលេខ ៩")
    with pytest.raises(actions.StaleSave):
        actions.change_household(home, version=1, by=district, address="ផ្ទះលេខ ១០")
    with pytest.raises(ValidationError, match="telephone"):
        actions.change_household(home, version=2, by=district, phone="12")
    with pytest.raises(TypeError):
        actions.change_household(home, version=2, by=district, unit_code="17010102")


def test_voiding_takes_an_answer_back_and_keeps_the_row_and_the_reason(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    actions.answer(home, {"roof": "thatch"}, observed_on=date(2014, 1, 1), by=district)
    sheet = actions.answer(home, {"roof": "tile"}, observed_on=TODAY, by=district)
    with pytest.raises(ValidationError, match="why"):
        actions.void(sheet, reason="", by=district)
    actions.void(sheet, reason="another household", by=district)
    assert row(home, "roof", "latest_on") == ("thatch", date(2014, 1, 1))
    sheet.refresh_from_db()
    assert sheet.is_void and sheet.void_reason == "another household" and sheet.voided_by == district
    with pytest.raises(ValidationError, match="voided"):
        actions.void(sheet, reason="again", by=district)


def test_a_voided_person_and_household_have_no_row(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    child = member(home, "child")
    actions.void(child, reason="does not exist", by=district)
    assert not PersonRow.objects.filter(person=child).exists()
    assert str(child.pk) not in {one.id for one in family(home, TODAY).present(TODAY)}
    with pytest.raises(ValidationError, match="People live"):
        actions.void(home, reason="does not exist", by=district)
    for one in home.memberships.standing():
        actions.void(one, reason="does not exist", by=district)
    actions.void(home, reason="does not exist", by=district)
    assert not HouseholdRow.objects.filter(household=home).exists()
    assert not Household.objects.kept().filter(pk=home.pk).exists()
    with pytest.raises(ValidationError, match="voided"):
        actions.answer(home, {"roof": "tin"}, observed_on=TODAY, by=district)


def test_a_merged_person_is_found_as_the_one_that_stays(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    twice = actions.register_person(NewPersonFactory(), unit_code=VILLAGE, by=district)
    thrice = actions.register_person(NewPersonFactory(), unit_code=VILLAGE, by=district)
    head = member(home, "head")
    actions.merge(thrice, into=twice, reason="same card", by=district)
    actions.merge(twice, into=head, reason="same person", by=district)
    for one in (twice, thrice, head):
        assert person_by_number(one.number, officer=district) == head
    assert not PersonRow.objects.filter(person__in=[twice, thrice]).exists()
    sheet = actions.answer(thrice, {"marital": "married"}, observed_on=TODAY, by=district)
    assert sheet.person == head, "what is asked of the merged record is answered for the one that stays"
    with pytest.raises(ValidationError, match="merged already"):
        actions.merge(twice, into=head, reason="again", by=district)


def test_nothing_is_deleted_by_the_application(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_household WHERE id = %s", [home.pk])


def test_who_may_only_read_changes_nothing(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    head = member(home, "head")
    for username in ("planning", "finance", "intersector"):
        one = officer(username)
        with scope(one):
            for attempt in (
                lambda one=one: actions.change_person(head, version=1, by=one, phone=""),
                lambda one=one: actions.void(head, reason="no", by=one),
                lambda one=one: actions.record_death(head, died_on=TODAY, by=one),
                lambda one=one: actions.leave(head, last_day=TODAY, by=one),
                lambda one=one: HouseholdFactory(by=one),
            ):
                with pytest.raises(PermissionDenied):
                    attempt()
