"""Doubles: what is written down at one office and known at another is told to both, each its own side."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from onestop.areas import clock
from onestop.areas.terms import due_on
from onestop.journal.models import JournalEntry, RowHistory
from onestop.journal.queries import history_of, lines_about
from onestop.registry import actions
from onestop.registry.choices import DoubleOutcome, DoubleSign, DoubleState
from onestop.registry.doors_doubles import REGISTERED_AN_HOUR
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, born, member
from onestop.registry.models import DoubleNotice, Person
from onestop.registry.sweeping import sweep
from onestop.registry.tests.conftest import officer
from onestop.registry.tests.doubles import HERE, NAMED, THERE, written_down
from onestop.registry.workflow import DOUBLE
from onestop.staff.models import Officer
from onestop.staff.scope import scope
from onestop.staff.workflow import WrongState

pytestmark = pytest.mark.django_db


def sides(by: Officer) -> list[DoubleNotice]:
    with scope(by):
        return list(DoubleNotice.objects.visible_to(by).order_by("id"))


def test_registering_somebody_known_elsewhere_tells_both_offices(
    twice: tuple[Person, Person], clerk: Officer, neighbour: Officer
) -> None:
    there, here = twice
    (mine,), (theirs,) = sides(clerk), sides(neighbour)
    assert (mine.person_id, mine.other_unit, mine.unit_code) == (here.pk, "170102", HERE)
    assert (theirs.person_id, theirs.other_unit, theirs.unit_code) == (there.pk, "170101", THERE)
    for side, other in ((mine, there), (theirs, here)):
        assert (side.state, side.sign, side.other_since) == (DoubleState.OPEN, DoubleSign.NAME, other.created_at.date())
        assert side.due_on == due_on("double", clock.today()) and side.since_on == clock.today()
    assert mine.pair == theirs.pair


def test_a_household_a_birth_a_paper_and_another_name_ask_the_door(clerk: Officer, neighbour: Officer) -> None:
    child = {**NAMED, "birth": born(2014, 6, 1), "relation": "child"}
    written_down(neighbour, THERE, **child)
    written_down(neighbour, THERE, given_name_km="អាន", given_name_latin="An")
    paper = written_down(neighbour, THERE, given_name_km="ធី", given_name_latin="Thy")
    with scope(neighbour):
        actions.record_document(paper, kind="citizen_id", number="123 456 780", by=neighbour)
    with scope(clerk):
        home = HouseholdFactory(
            by=clerk,
            members=[
                NewPersonFactory(
                    **{**NAMED, "given_name_km": "អាន", "given_name_latin": "An"}, sex="M", relation="head"
                )
            ],
        )
        assert DoubleNotice.objects.count() == 1
        born_here = actions.record_birth(home, NewPersonFactory(**child, sex="M"), by=clerk)
        assert DoubleNotice.objects.filter(person=born_here).count() == 1
        head = member(home, "head")
        actions.record_document(head, kind="citizen_id", number="១២៣៤៥៦៧៨០", by=clerk)
        assert DoubleNotice.objects.filter(person=head, sign=DoubleSign.PAPER).count() == 1
    assert len(sides(neighbour)) == 3


@pytest.mark.parametrize(
    "given",
    [
        {"given_name_km": "បូរីរ", "given_name_latin": "Boreyy"},
        {"sex": "F"},
        {"birth": born(1980, 6, 15)},
        {"birth": born(1980)},
        {"birth": None},
    ],
)
def test_only_the_same_name_sex_and_whole_birth_are_a_double(
    given: dict[str, Any], clerk: Officer, neighbour: Officer
) -> None:
    written_down(neighbour, THERE, birth=born(1980, 6, 14))
    written_down(clerk, HERE, **({"birth": born(1980, 6, 14)} | given))
    assert sides(clerk) == sides(neighbour) == []


def test_another_name_of_somebody_registered_long_ago_is_looked_for(clerk: Officer, neighbour: Officer) -> None:
    written_down(neighbour, THERE)
    here = written_down(clerk, HERE, given_name_km="បូរ", given_name_latin="Bor")
    asked = written_down(clerk, HERE, given_name_km="បុរី", given_name_latin="Bory")
    with scope(clerk):
        actions.change_person(here, version=1, by=clerk, phone="012 345 678")
        assert not DoubleNotice.objects.exists()
        actions.change_person(here, version=2, by=clerk, given_name_latin="Borey")
        assert DoubleNotice.objects.get().person_id == here.pk
        request = actions.ask_correction(asked, wanted={"given_name_km": "បូរី"}, proof="birth certificate", by=clerk)
    second = officer("finance")
    with scope(second):
        actions.approve_correction(request, by=second)
        assert DoubleNotice.objects.filter(person=asked).exists()


def test_a_year_of_birth_is_no_day(clerk: Officer, neighbour: Officer) -> None:
    written_down(neighbour, THERE, birth=born(1980))  # kept as the first of January
    written_down(clerk, HERE, birth=born(1980, 1, 1))
    assert sides(clerk) == []


def test_another_paper_of_the_same_number_and_a_voided_one_are_no_double(clerk: Officer, neighbour: Officer) -> None:
    there, here = written_down(neighbour, THERE, sex="F"), written_down(clerk, HERE, sex="M")
    with scope(neighbour):
        wrong = actions.record_document(there, kind="citizen_id", number="123456780", by=neighbour)
        actions.void(wrong, reason="copied from the wrong card", by=neighbour)
        actions.record_document(there, kind="passport", number="123456781", by=neighbour)
    with scope(clerk):
        actions.record_document(here, kind="citizen_id", number="123456780", by=clerk)
        actions.record_document(here, kind="citizen_id", number="123456781", by=clerk)
    assert sides(clerk) == []


def test_two_records_of_one_office_are_found_by_its_own_search_and_no_double(clerk: Officer) -> None:
    written_down(clerk, HERE)
    written_down(clerk, "17010102")
    assert sides(clerk) == []


def test_a_pair_is_told_once(twice: tuple[Person, Person], clerk: Officer, neighbour: Officer) -> None:
    there, here = twice
    with scope(neighbour):
        actions.record_document(there, kind="citizen_id", number="123456780", by=neighbour)
    with scope(clerk):
        actions.record_document(here, kind="citizen_id", number="123456780", by=clerk)
        actions.look_for_doubles([here.pk], by=clerk)
    assert (len(sides(clerk)), len(sides(neighbour))) == (1, 1)


def test_neither_side_sees_the_other_s_person_in_row_count_journal_or_history(
    twice: tuple[Person, Person], clerk: Officer, neighbour: Officer
) -> None:
    there, here = twice
    for by, own, other in ((clerk, here, there), (neighbour, there, here)):
        with scope(by):
            assert DoubleNotice.objects.count() == 1
            (side,) = DoubleNotice.objects.visible_to(by)
            rows = [image.row for image in RowHistory.objects.all()]
            lines = list(JournalEntry.objects.all().values())
            for seen in (str(vars(side)), str(rows), str(lines), str(lines_about(side)), str(history_of(side))):
                assert str(other.pk) not in seen and other.number not in seen
            assert any(str(own.pk) in str(row) for row in rows)
            (line,) = lines_about(side)
            assert line.entry.verb == "registry.doublenotice.open" and line.entry.unit_code == side.unit_code
            assert not DoubleNotice.objects.filter(person__number=other.number).exists()


def test_whoever_is_not_in_the_scope_is_not_looked_for(twice: tuple[Person, Person], clerk: Officer) -> None:
    there, _here = twice
    with scope(clerk), pytest.raises(DatabaseError, match="outside the scope"), transaction.atomic():
        actions.look_for_doubles([there.pk], by=clerk)


def test_the_notice_follows_who_moves(twice: tuple[Person, Person], neighbour: Officer, clerk: Officer) -> None:
    _there, here = twice
    district = officer("district")
    with scope(district):
        home = HouseholdFactory(by=district, unit_code="17010301")
        actions.add_member(home, here, relation="other_relative", on=clock.today(), by=district)
        assert DoubleNotice.objects.get(person=here).unit_code == "17010301"
    assert sides(clerk) == [] and len(sides(neighbour)) == 1


# -- settling ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", DoubleOutcome.values)
def test_settling_one_side_settles_the_other(
    outcome: str, twice: tuple[Person, Person], clerk: Officer, neighbour: Officer
) -> None:
    with scope(clerk):
        actions.settle_double(DoubleNotice.objects.get(), outcome=outcome, by=clerk)
    for by in (clerk, neighbour):
        (side,) = sides(by)
        assert (side.state, side.outcome, side.settled_by_id, side.due_on) == (
            DoubleState.SETTLED,
            outcome,
            clerk.pk,
            None,
        )
        with scope(by):
            last, _first = lines_about(side)
            assert last.entry.verb == f"registry.doublenotice.{outcome}" and last.entry.officer_id == clerk.pk
            assert Person.objects.get().merged_into_id is None
    with scope(neighbour), pytest.raises(WrongState):
        actions.settle_double(DoubleNotice.objects.get(), outcome=outcome, by=neighbour)


def test_a_pair_that_is_settled_is_not_told_again(twice: tuple[Person, Person], clerk: Officer) -> None:
    with scope(clerk):
        side = actions.settle_double(DoubleNotice.objects.get(), outcome=DoubleOutcome.DIFFERENT, by=clerk)
        assert actions.look_for_doubles([side.person_id], by=clerk) == 0
    assert [one.state for one in sides(clerk)] == [DoubleState.SETTLED]


def test_a_settled_double_is_opened_again_for_both_and_the_reason_stays_here(
    twice: tuple[Person, Person], clerk: Officer, neighbour: Officer
) -> None:
    with scope(neighbour):
        actions.settle_double(DoubleNotice.objects.get(), outcome=DoubleOutcome.DIFFERENT, by=neighbour)
    with scope(clerk):
        settled = DoubleNotice.objects.get()
        with pytest.raises(ValidationError):
            actions.reopen_double(settled, reason=" ", by=clerk)
        actions.reopen_double(settled, reason="The passport turned up", by=clerk)
        with pytest.raises(WrongState):
            actions.reopen_double(settled, reason="Once more", by=clerk)
        assert list(DOUBLE.waiting_for(clerk)) == [settled]
    (mine,), (theirs,) = sides(clerk), sides(neighbour)
    for side in (mine, theirs):
        assert (side.state, side.outcome, side.settled_by_id) == (DoubleState.OPEN, "", None)
        assert side.due_on == due_on("double", clock.today()) and side.since_on == clock.today()
    assert (mine.reason, theirs.reason) == ("The passport turned up", "")
    for by, side in ((clerk, mine), (neighbour, theirs)):
        with scope(by):
            lines = [line.verb.rsplit(".")[-1] for line in JournalEntry.objects.filter(subject_id=str(side.pk))]
            assert sorted(lines) == ["different_person", "open", "reopen"]
            assert "passport" not in " ".join(JournalEntry.objects.values_list("note", flat=True))
    with scope(neighbour):
        actions.settle_double(theirs, outcome=DoubleOutcome.SAME, by=neighbour)
    assert [one.outcome for one in sides(clerk)] == [DoubleOutcome.SAME]


def test_a_reader_opens_nothing_again(twice: tuple[Person, Person], clerk: Officer) -> None:
    with scope(clerk):
        side = actions.settle_double(DoubleNotice.objects.get(), outcome=DoubleOutcome.DIFFERENT, by=clerk)
    reader = officer("planning")
    with scope(reader), pytest.raises(PermissionDenied):
        actions.reopen_double(side, reason="The passport turned up", by=reader)


def test_who_may_not_register_settles_nothing(twice: tuple[Person, Person]) -> None:
    reader = officer("planning")
    with scope(reader), pytest.raises(PermissionDenied):
        actions.settle_double(DoubleNotice.objects.get(person=twice[1]), outcome=DoubleOutcome.SAME, by=reader)


def test_the_door_settles_no_side_of_another_area(
    twice: tuple[Person, Person], clerk: Officer, neighbour: Officer
) -> None:
    (theirs,) = sides(neighbour)
    refused = pytest.raises(DatabaseError, match="outside the scope")
    with scope(clerk), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT registry_settle_double(%s, now(), 'x', '', '')", [theirs.pk])


# -- the measure ------------------------------------------------------------------------------------------------------


def test_beyond_the_measure_people_are_registered_and_looked_for_later(clerk: Officer, neighbour: Officer) -> None:
    there = written_down(neighbour, THERE)
    alone = written_down(clerk, HERE, given_name_km="ទី", given_name_latin="Ti")
    with scope(clerk):
        for _time in range(REGISTERED_AN_HOUR - 1):
            actions.look_for_doubles([alone.pk], by=clerk)
    here = written_down(clerk, HERE)
    assert sides(clerk) == [] and here.pk
    with scope(clerk):
        assert JournalEntry.objects.filter(verb="registry.doubles_not_asked").count() == 1
    written_down(neighbour, THERE, given_name_km="ទី", given_name_latin="Ti")  # another officer is not kept out
    assert [side.person_id for side in sides(clerk)] == [alone.pk]
    done = sweep()
    assert done.found == 1 and done.persons >= len({here.pk, there.pk})
    assert {side.person_id for side in sides(clerk)} == {alone.pk, here.pk}
