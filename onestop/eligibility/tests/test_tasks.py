"""What waits in this room: households with questions to ask."""

from datetime import date

import pytest

from onestop.areas import clock
from onestop.eligibility import live
from onestop.eligibility.rulebook import rulebook
from onestop.eligibility.tasks import QUESTIONS, households_to_ask, units_of
from onestop.registry import actions
from onestop.registry.factories import HouseholdFactory, member
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import scope

pytestmark = pytest.mark.django_db


def test_a_household_counts_while_somebody_cannot_be_told_something() -> None:
    with clock.fixed(date(2014, 6, 11)):
        clerk = Officer.objects.get(username="commune")
        district = Officer.objects.get(username="district")
        with scope(district):
            HouseholdFactory(by=district, unit_code="17010201")  # of another commune
        with scope(clerk) as held:
            homes = [HouseholdFactory(by=clerk) for _number in range(3)]
            book = rulebook(clock.today(), held)
            rows = live.rows(book, "170101")
            unknown = {row.household_id for row in rows if None in row.verdicts}
            assert unknown == {home.pk for home in homes}
            assert QUESTIONS.waiting(clerk).count == 3
            actions.record_death(member(homes[0], "head"), died_on=clock.today(), by=clerk)
            actions.record_death(member(homes[0], "child"), died_on=clock.today(), by=clerk)
            with clock.fixed(date(2014, 6, 12)):
                assert QUESTIONS.waiting(clerk).count == 2
        with scope(district) as held:
            assert households_to_ask(rulebook(clock.today(), held), "1701") >= 4


def test_a_unit_inside_another_is_counted_once() -> None:
    with clock.fixed(date(2014, 6, 11)):
        clerk = Officer.objects.get(username="commune")
        for unit in ("1701", "17010101"):
            RoleAssignment.objects.create(
                officer=clerk, role="district_assistant", unit_code=unit, valid_from=date(2010, 1, 1)
            )
        with scope(clerk) as held:
            assert units_of(held) == ["1701"]
