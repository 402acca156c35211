"""Registering households and persons, and the numbers they get."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from onestop.areas.clock import now
from onestop.areas.numbers import is_valid
from onestop.journal.models import JournalEntry, RowHistory
from onestop.registry import actions
from onestop.registry.choices import NumberKind
from onestop.registry.factories import SINCE, VILLAGE, HouseholdFactory, NewPersonFactory, born, member
from onestop.registry.issue import BLOCK, FIRST_FOLDER, give_block, take_numbers
from onestop.registry.models import Household, HouseholdMembership, NumberBlock, Person, PersonRow, Residence
from onestop.registry.tests.conftest import TODAY
from onestop.staff.models import Office, Officer

pytestmark = pytest.mark.django_db


def test_a_household_is_registered_with_its_members_rows_and_one_line(district: Officer) -> None:
    home = HouseholdFactory(by=district, address=" ផ្ទះ\u200bលេខ ៥ ", phone="+85512345678")
    head = member(home, "head")
    assert home.head == head and home.unit_code == VILLAGE and home.address == "ផ្ទះលេខ ៥"
    assert (
        head.name_km.startswith("សុខ ")
        and head.name_latin.startswith("Sok ")
        and is_valid(head.number)
        and is_valid(home.folder_number)
    )
    assert Residence.objects.get(household=home).valid_from == SINCE
    row = PersonRow.objects.get(person=member(home, "child"))
    assert (row.household_id, row.unit_code, row.relation, row.joined_on) == (home.pk, VILLAGE, "child", SINCE)
    assert row.birth_from == row.birth_to == date(2005, 3, 20) and row.latest_on == SINCE
    lines = JournalEntry.objects.filter(verb="registry.household_registered")
    assert [(line.subject_id, line.unit_code, line.officer_id) for line in lines] == [
        (str(home.pk), VILLAGE, district.pk)
    ]
    assert RowHistory.objects.of(head).get().op == "I"


def test_a_person_without_papers_birth_or_khmer_name_is_registered(district: Officer) -> None:
    new = NewPersonFactory(unknown_birth=True, no_khmer_name=True, sex=None)
    person = actions.register_person(new, unit_code=VILLAGE, by=district)
    assert person.birth_from is None and person.name_km == person.name_latin == f"Sok {new.given_name_latin}"
    assert PersonRow.objects.get(person=person).household_id is None


@pytest.mark.parametrize(
    ("birth", "interval"),
    [
        (born(1954), (date(1954, 1, 1), date(1954, 12, 31))),
        (born(1954, 2), (date(1954, 2, 1), date(1954, 2, 28))),
        (born(1954, estimated=True), (date(1952, 1, 1), date(1956, 12, 31))),
        (born(2014, estimated=True), (date(2012, 1, 1), date(2016, 12, 31))),
    ],
)
def test_an_imprecise_birth_is_an_interval(birth: object, interval: tuple[date, date], district: Officer) -> None:
    person = actions.register_person(NewPersonFactory(birth=birth), unit_code=VILLAGE, by=district)
    assert (person.birth_from, person.birth_to) == interval


def test_what_may_not_be_is_refused_in_words(district: Officer) -> None:
    def refused(**fields: object) -> str:
        with pytest.raises(ValidationError) as error:
            HouseholdFactory(by=district, **fields)
        return " ".join(error.value.messages)

    nobody = NewPersonFactory(family_name_km="", given_name_km="", family_name_latin="", given_name_latin="")
    assert "name" in refused(members=[nobody])
    assert "village" in refused(unit_code="170101") and "village" in refused(unit_code="99999999")
    assert "future" in refused(since=date(2014, 6, 12))
    assert "future" in refused(members=[NewPersonFactory(birth=born(2015))])
    assert "relation" in refused(members=[NewPersonFactory(relation="uncle")])
    assert "head" in refused(members=[NewPersonFactory(head=True), NewPersonFactory(head=True)])
    assert "telephone" in refused(phone="012 345")
    assert "member" in refused(members=[])
    assert not Household.objects.exists() and not Person.objects.exists()


def test_a_village_outside_the_officers_area_is_refused(commune: Officer) -> None:
    with pytest.raises(PermissionDenied):
        HouseholdFactory(by=commune, unit_code="17010201")


def test_numbers_follow_one_another_in_the_offices_block_and_are_never_reused(district: Officer) -> None:
    first = take_numbers(NumberKind.PERSON, 3, office=district.office)
    assert [int(number[:9]) for number in first] == list(range(int(first[0][:9]), int(first[0][:9]) + 3))
    assert all(is_valid(number) for number in first)
    again = take_numbers(NumberKind.PERSON, BLOCK, office=district.office)
    assert not set(first) & set(again) and len(set(again)) == BLOCK
    assert all(number[0] in "89" for number in take_numbers(NumberKind.HOUSEHOLD, 2, office=district.office))


def test_two_offices_never_get_the_same_block(district: Officer) -> None:
    one, other = Office.objects.exclude(code=district.office.code if district.office else "")[:2]
    blocks = [give_block(NumberKind.HOUSEHOLD, office=office, size=10) for office in (one, other, one)]
    assert blocks[0].first >= FIRST_FOLDER
    assert blocks[0].last < blocks[1].first and blocks[1].last < blocks[2].first
    with pytest.raises(Exception, match="numberblock_never_twice"):
        NumberBlock.objects.create(
            kind=NumberKind.HOUSEHOLD, office=other, first=blocks[0].last, last=blocks[0].last, given_at=now()
        )


def test_one_household_at_a_time_and_again_after_leaving(district: Officer) -> None:
    home, other = HouseholdFactory(by=district), HouseholdFactory(by=district)
    child = member(home, "child")
    with pytest.raises(ValidationError, match="already lives in a household"):
        actions.add_member(other, child, relation="grandchild", on=TODAY, by=district)
    actions.leave(child, last_day=date(2014, 6, 1), by=district, reason="went to her aunt")
    with pytest.raises(ValidationError, match="already lives in a household"):
        actions.add_member(other, child, relation="grandchild", on=date(2014, 6, 1), by=district)
    actions.add_member(other, child, relation="grandchild", on=date(2014, 6, 2), by=district)
    assert HouseholdMembership.objects.in_force(date(2014, 6, 1)).get(person=child).household == home
    assert HouseholdMembership.objects.in_force(TODAY).get(person=child).household == other
