"""Life events: births, deaths, moves; where people are found before and after (DATA-02, DATA-11, DATA-17)."""

from datetime import date
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from onestop.journal.models import JournalEntry, RowHistory
from onestop.registry import actions
from onestop.registry.factories import VILLAGE, HouseholdFactory, NewPersonFactory, born, member
from onestop.registry.models import AnswerSheet, Household, HouseholdMembership, Person, PersonRow
from onestop.registry.relations import needs_history, sources
from onestop.registry.tests.conftest import TODAY, officer
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import scope, system_scope

pytestmark = pytest.mark.django_db

NEIGHBOUR = "17010102"
OTHER_DISTRICT = "17120101"


def found_in(village: str, on: date) -> set[UUID]:
    """Who is found in a village on a day, through the relations rules read."""
    query = sources(on, facts={}).persons.sql("postgres")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person_id FROM ({query}) p WHERE unit_code = %(village)s AND household_id IS NOT NULL"
            " AND joined_on <= %(on)s AND (left_on IS NULL OR left_on >= %(on)s)"
            " AND (died_on IS NULL OR died_on >= %(on)s) AND (birth_from IS NULL OR birth_from <= %(on)s)",
            {"village": village, "on": on},
        )
        return {key for (key,) in cursor.fetchall()}


def test_who_moved_in_march_is_in_the_old_village_before_and_in_the_new_one_after(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    target = HouseholdFactory(by=district, unit_code=NEIGHBOUR)
    child = member(home, "child")
    actions.move_person(child, target, relation="grandchild", on=date(2014, 3, 10), by=district)
    assert child.pk in found_in(VILLAGE, date(2014, 3, 9)) and child.pk not in found_in(NEIGHBOUR, date(2014, 3, 9))
    assert child.pk in found_in(NEIGHBOUR, date(2014, 3, 10)) and child.pk not in found_in(VILLAGE, date(2014, 3, 10))
    assert child.pk in found_in(NEIGHBOUR, TODAY)
    assert needs_history(date(2014, 3, 9)) and not needs_history(TODAY)


def test_a_household_that_moved_is_found_in_both_villages_each_in_its_time(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    keys = {member(home, "head").pk, member(home, "child").pk}
    actions.move_household(home, to=NEIGHBOUR, on=date(2014, 3, 10), by=district)
    assert keys <= found_in(VILLAGE, date(2014, 3, 9)) and not keys & found_in(NEIGHBOUR, date(2014, 3, 9))
    assert keys <= found_in(NEIGHBOUR, date(2014, 3, 10)) and not keys & found_in(VILLAGE, date(2014, 3, 10))
    assert not found_in(VILLAGE, date(2009, 12, 31)), "nobody lived there before the household was formed"


def test_everything_known_follows_a_household_out_of_the_area(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    head = member(home, "head")
    actions.answer(head, {"marital": "married"}, observed_on=TODAY, by=district)
    actions.record_document(head, kind="citizen_id", number="123456789", by=district)
    actions.record_poverty_status(home, level=1, valid_from=date(2010, 1, 1), by=district)
    actions.move_household(home, to=OTHER_DISTRICT, on=date(2014, 6, 1), by=district)
    assert not Household.objects.filter(pk=home.pk).exists() and not Person.objects.filter(pk=head.pk).exists()
    assert not RowHistory.objects.of(head).exists() and not AnswerSheet.objects.exists()
    with system_scope("system.loader"):
        assert Household.objects.get(pk=home.pk).unit_code == OTHER_DISTRICT
        for model in (Person, AnswerSheet, HouseholdMembership, PersonRow):
            assert set(model.objects.values_list("unit_code", flat=True)) == {OTHER_DISTRICT}
        assert set(RowHistory.objects.of(head).values_list("unit_code", flat=True)) == {OTHER_DISTRICT}
        line = JournalEntry.objects.get(verb="registry.household_moved")
        assert (line.unit_code, line.unit_code_then, line.note) == (OTHER_DISTRICT, VILLAGE, "17010101 → 17120101")


def test_nobody_moves_a_household_of_another_area(district: Officer) -> None:
    home = HouseholdFactory(by=district, unit_code="17010201")
    commune = officer("commune")
    with scope(commune), pytest.raises(ValidationError, match="not in your area"):
        actions.move_household(home, to=VILLAGE, on=TODAY, by=commune)


def test_a_birth_adds_a_member_from_the_day_of_birth(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    baby = actions.record_birth(home, NewPersonFactory(relation="child", birth=born(2014, 5, 30)), by=district)
    assert baby.pk not in found_in(VILLAGE, date(2014, 5, 29)) and baby.pk in found_in(VILLAGE, date(2014, 5, 30))
    with pytest.raises(ValidationError, match="born"):
        actions.record_birth(home, NewPersonFactory(relation="child", unknown_birth=True), by=district)


def test_who_died_was_present_to_the_last_day_and_the_household_has_no_head(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    head = member(home, "head")
    actions.record_death(head, died_on=date(2014, 4, 30), by=district)
    assert head.pk in found_in(VILLAGE, date(2014, 4, 30)) and head.pk not in found_in(VILLAGE, date(2014, 5, 1))
    home.refresh_from_db()
    assert home.head is None
    with pytest.raises(ValidationError, match="before the birth"):
        actions.record_death(member(home, "child"), died_on=date(2004, 1, 1), by=district)


def test_a_new_head_is_named_and_the_old_relation_stays_in_the_past(district: Officer) -> None:
    home = HouseholdFactory(
        by=district, members=[NewPersonFactory(head=True), NewPersonFactory(spouse=True), NewPersonFactory(child=True)]
    )
    old, new, child = (member(home, relation) for relation in ("head", "spouse", "child"))
    with pytest.raises(ValidationError, match="old head"):
        actions.change_head(home, new, relations={child: "child"}, on=date(2014, 6, 1), by=district)
    actions.change_head(home, new, relations={old: "spouse", child: "child"}, on=date(2014, 6, 1), by=district)
    home.refresh_from_db()
    assert home.head == new
    relations = {
        day: dict(HouseholdMembership.objects.in_force(day).filter(household=home).values_list("person", "relation"))
        for day in (date(2014, 5, 31), TODAY)
    }
    assert relations[date(2014, 5, 31)][old.pk] == "head" and relations[TODAY][old.pk] == "spouse"
    assert relations[TODAY][new.pk] == "head" and len(relations[TODAY]) == 3


def test_a_household_splits_and_the_young_couple_lives_elsewhere(district: Officer) -> None:
    members = [
        NewPersonFactory(head=True),
        NewPersonFactory(relation="child"),
        NewPersonFactory(relation="child_in_law"),
    ]
    home = HouseholdFactory(by=district, members=members)
    son, wife = member(home, "child"), member(home, "child_in_law")
    with pytest.raises(ValidationError, match="head of the new household"):
        actions.split_household(home, members={son: "spouse", wife: "spouse"}, on=TODAY, by=district)
    new = actions.split_household(
        home, members={son: "head", wife: "spouse"}, on=date(2014, 6, 1), by=district, to=NEIGHBOUR
    )
    assert new.head == son and new.unit_code == NEIGHBOUR and new.folder_number != home.folder_number
    assert found_in(NEIGHBOUR, TODAY) == {son.pk, wife.pk} and found_in(VILLAGE, TODAY) == {member(home, "head").pk}
    assert {son.pk, wife.pk} <= found_in(VILLAGE, date(2014, 5, 31))


def test_who_moves_on_the_day_of_joining_never_lived_in_the_first_house(district: Officer) -> None:
    first, second = HouseholdFactory(by=district), HouseholdFactory(by=district)
    guest = actions.register_person(NewPersonFactory(), unit_code=VILLAGE, by=district)
    actions.add_member(first, guest, relation="not_related", on=date(2014, 6, 1), by=district)
    actions.move_person(guest, second, relation="not_related", on=date(2014, 6, 1), by=district)
    kept = HouseholdMembership.objects.standing().get(person=guest)
    assert kept.household == second and HouseholdMembership.objects.filter(person=guest).count() == 2


def test_nobody_is_moved_out_of_or_into_a_place_that_one_may_only_read(db: None) -> None:
    """An assistant of one district who reads people of another: moving is writing, on both sides."""
    reader = officer("district")
    RoleAssignment.objects.create(
        officer=reader, role="intersector_officer", unit_code="1712", valid_from=date(2010, 1, 1)
    )
    with system_scope("system.loader") as opened:
        loader = Officer.objects.get(pk=opened.officer_id)
        alone = actions.register_person(NewPersonFactory(), unit_code=OTHER_DISTRICT, by=loader)
        theirs = HouseholdFactory(by=loader, unit_code=OTHER_DISTRICT)
    with scope(reader):
        home = HouseholdFactory(by=reader)
        with pytest.raises(PermissionDenied):
            actions.add_member(home, alone, relation="other_relative", on=TODAY, by=reader)
        with pytest.raises(PermissionDenied):
            actions.move_person(member(home, "child"), theirs, relation="grandchild", on=TODAY, by=reader)
