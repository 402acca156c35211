"""Whom an officer of the own people sees: the households that an enrolment of the sector leads to, in every table."""

from collections.abc import Iterator
from datetime import date
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from onestop.areas.keys import uuid7
from onestop.areas.walls import walled_tables
from onestop.enrolments.actions import void
from onestop.enrolments.factories import enrolment
from onestop.enrolments.models import Enrolment
from onestop.files.models import StoredFile
from onestop.journal.actions import record
from onestop.journal.models import JournalEntry, RowHistory
from onestop.journal.verbs import READ
from onestop.letters.models import OutboxMessage, Printout
from onestop.registry import actions
from onestop.registry.actions.privacy import disclose, give_notice
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, member
from onestop.registry.models import AnswerSheet, DoubleNotice, Household, HouseholdMembership, Person, PersonRow
from onestop.registry.notices import purposes
from onestop.staff.break_glass import break_glass
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import figures_scope, reckoning, scope, scope_of, system_scope

HERE, THERE = "17010101", "17010201"
SINCE = date(2014, 1, 1)
REASON = "A child was found alone at the market and somebody must be rung at once."


def known(unit: str, by: Officer) -> Household:
    """A household of which every table holds something."""
    home: Household = HouseholdFactory(by=by, unit_code=unit)
    head, child = member(home, "head"), member(home, "child")
    actions.record_document(head, kind="citizen_id", number=f"9{unit}", by=by)
    actions.record_poverty_status(home, level=1, valid_from=SINCE, by=by)
    actions.answer(head, {"chronic_illness": True}, observed_on=date(2014, 5, 1), by=by)
    actions.answer(child, {"working_child": False}, observed_on=date(2014, 5, 1), by=by)
    clerk = Officer.objects.get(username="district")
    with scope(clerk):
        actions.ask_correction(head, wanted={"given_name_latin": "Other"}, proof="a paper", by=clerk)
        handed = partial(disclose, purpose=next(iter(purposes())), recipient="-", form="csv", content="-", by=clerk)
        handed(unit_code=unit, persons=[(head.pk, unit)])
        handed(unit_code=unit, households=[(home.pk, unit)])
    give_notice(child, how="read", by=by)
    DoubleNotice.objects.create(
        person=head, unit_code=unit, pair=uuid7(), state="open", sign="paper", other_unit="010202", other_since=SINCE
    )
    StoredFile.objects.create(
        subject_kind="registry.person", subject_id=head.pk, unit_code=unit, name="-", content_type="-", size=1,
        sha256="-", stored_by=by,
    )  # fmt: skip
    subject = {"subject_kind": "registry.household", "subject_id": str(home.pk), "unit_code": unit}
    paper = Printout.objects.create(
        reference=unit, template="-", template_version="1", language="en", values={}, printed_by=by, **subject
    )
    OutboxMessage.objects.create(channel="sms", recipient="-", text="-", queued_by=by, **subject)
    record(READ, by=by, subject=paper)
    enrolment(child, "CLMS", by=by)  # of the sector of labour
    return home


@pytest.fixture
def homes(loader: Officer) -> Iterator[dict[str, Household]]:
    """Two households in two villages of the district, of which every table holds something."""
    yield {unit: known(unit, loader) for unit in (HERE, THERE)}


@pytest.fixture
def health(db: None) -> Officer:
    """The technical officer of health of the district."""
    one: Officer = Officer.objects.get(username="health")
    return one


def holder(role: str, unit: str = "1701") -> Officer:
    made: Officer = Officer.objects.create(username=f"new.{role}".replace("_", "-"), name_km="-", name_latin="-")
    RoleAssignment.objects.create(officer=made, role=role, unit_code=unit, valid_from=date(2000, 1, 1))
    return made


def rows(table: str, unit: str) -> int:
    """Rows of the open scope in a village; not those of another sector or a compartment, nor lines about no record of
    the household: a list, nobody."""
    inside = "coalesce(r ->> 'sector', '') IN ('', 'health') AND coalesce(r ->> 'compartment', '') = ''"
    if table == "journal_journalentry":
        inside += " AND r ->> 'subject_kind' NOT IN ('', 'registry.disclosure')"
    query = sql.SQL("SELECT count(*) FROM {} t, to_jsonb(t) r WHERE unit_code = %s AND {}").format(
        sql.Identifier(table), sql.SQL(inside)
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [unit])
        ((found,),) = cursor.fetchall()
    return int(found)


def counted(unit: str) -> dict[str, int]:
    return {table: rows(table, unit) for table in sorted(walled_tables(connection))}


def seen_by(officer: Officer) -> set[Household]:
    with scope(officer):
        return set(Household.objects.visible_to(officer))


def test_every_walled_table_shows_the_rows_of_the_reached_and_no_other(
    homes: dict[str, Household], health: Officer, loader: Officer
) -> None:
    """A new table about people joins by itself: fill it above, and say in its wall whom its rows are about."""
    with scope(health):
        assert set(counted(HERE).values()) == {0}
    enrolment(member(homes[THERE], "head"), "HEF", by=loader)
    with system_scope("system.loader"):
        here, there = counted(HERE), counted(THERE)
        empty = {table for table in here if not here[table] and table != "enrolments_enrolment"}
    assert not empty, "these tables hold nothing of the household: put something in"
    with scope(health):
        assert counted(HERE) == dict.fromkeys(here, 0)
        assert counted(THERE) == there


def test_nothing_of_another_household_is_changed(homes: dict[str, Household], health: Officer, loader: Officer) -> None:
    enrolment(member(homes[THERE], "head"), "HEF", by=loader)
    head = member(homes[HERE], "head")
    with scope(health):
        assert not Person.objects.filter(pk=head.pk).update(phone="+85512345678")
        assert Person.objects.filter(pk=member(homes[THERE], "head").pk).update(phone="+85512345678") == 1
        sheet = {"observed_on": SINCE, "observed_by": health, "answers": {}, "source": "", "unit_code": HERE}
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            AnswerSheet.objects.create(person_id=head.pk, **sheet)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Person.objects.create(unit_code=HERE, number="1", family_name_km="x", given_name_km="y", name_sort=b"")


def test_an_enrolment_counts_at_once_and_a_voided_one_no_more(
    homes: dict[str, Household], health: Officer, loader: Officer
) -> None:
    home = homes[HERE]
    assert seen_by(health) == set()
    other = enrolment(home, "THR", by=loader)
    assert other.sector != "health" and seen_by(health) == set()
    made = enrolment(member(home, "child"), "HEF", by=loader)
    assert seen_by(health) == {home}
    with scope(health):  # the household as a whole, with what it gets of other sectors for a verdict only
        assert Person.objects.visible_to(health).count() == 2
        assert set(Enrolment.objects.values_list("programme_id", flat=True)) == {"HEF"}
        with reckoning():
            assert set(Enrolment.objects.values_list("programme_id", flat=True)) == {"HEF", other.programme_id}
            assert set(Household.objects.all()) == {home}
    void(made, reason="not he", by=loader)
    assert seen_by(health) == set()
    with scope(health):
        assert not RowHistory.objects.of(made).exists()


def test_an_ended_enrolment_still_leads_to_its_family(
    homes: dict[str, Household], health: Officer, loader: Officer
) -> None:
    enrolment(member(homes[HERE], "head"), "HEF", by=loader, valid_from=date(2012, 1, 1), valid_to=date(2012, 12, 31))
    assert seen_by(health) == {homes[HERE]}


def test_an_enrolment_of_the_household_leads_to_its_members(homes: dict[str, Household], loader: Officer) -> None:
    made = enrolment(homes[HERE], by=loader)
    officer = holder(f"technical_{made.sector}")
    assert seen_by(officer) == {homes[HERE]}
    with scope(officer):
        assert PersonRow.objects.count() == 2


def test_who_joins_a_reached_household_is_seen_and_who_leaves_it_is_not(
    homes: dict[str, Household], health: Officer, loader: Officer
) -> None:
    enrolment(member(homes[HERE], "head"), "HEF", by=loader)
    joined = actions.register_person(NewPersonFactory(elder=True), unit_code=HERE, by=loader)
    with scope(health):
        assert joined not in Person.objects.visible_to(health)
    actions.add_member(homes[HERE], joined, relation="parent", on=SINCE, by=loader)
    with scope(health):
        assert joined in Person.objects.visible_to(health)
        assert HouseholdMembership.objects.filter(person=joined).count() == 1
    actions.move_person(joined, homes[THERE], relation="parent", on=date(2014, 6, 1), by=loader)
    with scope(health):
        assert joined not in Person.objects.visible_to(health)
        assert not HouseholdMembership.objects.filter(person=joined).exists()


def test_a_household_that_moves_is_seen_where_it_lives(
    homes: dict[str, Household], health: Officer, loader: Officer
) -> None:
    enrolment(member(homes[HERE], "head"), "HEF", by=loader)
    beside = holder("technical_health", "1712")
    assert (seen_by(health), seen_by(beside)) == ({homes[HERE]}, set())
    actions.move_household(homes[HERE], to="17120101", on=date(2014, 6, 1), by=loader)
    assert (seen_by(health), seen_by(beside)) == (set(), {homes[HERE]})


def test_who_else_holds_the_area_sees_everybody_and_who_holds_a_part_sees_all_of_that(
    homes: dict[str, Household], health: Officer, loader: Officer
) -> None:
    RoleAssignment.objects.create(officer=health, role="commune_assistant", unit_code=HERE[:6], valid_from=SINCE)
    found = scope_of(health)
    assert (found.reach, found.everyone) == (frozenset({"health"}), (("170101", "170102"),))
    assert found.sees_everybody_of(HERE) and not found.sees_everybody_of("1701")
    assert seen_by(health) == {homes[HERE]}
    enrolment(member(homes[THERE], "head"), "HEF", by=loader)
    assert seen_by(health) == set(homes.values())
    RoleAssignment.objects.create(officer=health, role="planning_officer", unit_code="1701", valid_from=SINCE)
    assert scope_of(health).reach is None


def test_two_sectors_over_two_areas_reach_neither_with_the_other(health: Officer) -> None:
    RoleAssignment.objects.create(officer=health, role="technical_labour", unit_code="1712", valid_from=SINCE)
    assert scope_of(health).reach == frozenset()
    RoleAssignment.objects.create(officer=health, role="technical_health", unit_code="1712", valid_from=SINCE)
    assert scope_of(health).reach == frozenset({"health"})


@pytest.mark.parametrize("role", ["case_manager", "social_worker"])
def test_a_role_without_sectors_sees_nobody(role: str, homes: dict[str, Household], loader: Officer) -> None:
    enrolment(member(homes[HERE], "head"), "HEF", by=loader)
    officer = holder(role)
    assert scope_of(officer).bounds() == ("", "")
    assert seen_by(officer) == set()


def test_a_place_opened_in_an_emergency_shows_everybody_in_it(homes: dict[str, Household]) -> None:
    officer = holder("case_manager")
    with scope(officer):
        break_glass(HERE, reason=REASON, by=officer)
    assert seen_by(officer) == {homes[HERE]}
    with scope(officer):
        assert PersonRow.objects.count() == 2
        assert not AnswerSheet.objects.exclude(compartment="").exists()
        with pytest.raises(PermissionDenied):  # to read, though the role writes answers down elsewhere
            actions.answer(member(homes[HERE], "head"), {"disability": 1}, observed_on=SINCE, by=officer)
        with pytest.raises(ValidationError, match="in your area"):
            break_glass(HERE, reason=REASON, by=officer)


def test_an_enrolment_in_a_compartment_outside_leads_to_nobody(homes: dict[str, Household], loader: Officer) -> None:
    officer = holder("technical_labour")
    assert Enrolment.objects.filter(sector="labour").exclude(compartment="").count() == 2
    assert seen_by(officer) == set()
    assert seen_by(holder("labour_inspector")) == set(homes.values())


def test_figures_count_everybody(homes: dict[str, Household], health: Officer) -> None:
    with scope(health):
        assert not PersonRow.objects.exists()
        with figures_scope():
            assert PersonRow.objects.count() == 4
        assert not PersonRow.objects.exists()


def test_lines_about_nobody_are_not_for_who_sees_the_own_people(
    homes: dict[str, Household], health: Officer, loader: Officer
) -> None:
    enrolment(member(homes[HERE], "head"), "HEF", by=loader)
    record(READ, by=loader, unit_code=HERE, note="a list of the village")
    with scope(health):
        kinds = set(JournalEntry.objects.values_list("subject_kind", flat=True))
    assert kinds and "" not in kinds
