"""The wide rows: made anew at every write, they are always what the whole history says; and so is a past day."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from onestop.registry import actions
from onestop.registry.declared import Declared, declared
from onestop.registry.factories import HouseholdFactory, NewPersonFactory
from onestop.registry.models import AnswerSheet, Household, HouseholdMembership, IdentityDocument, Person
from onestop.registry.read_family import family
from onestop.registry.relations import sources
from onestop.registry.rows import rebuild_everything
from onestop.registry.tests.conftest import TODAY
from onestop.staff.models import Officer

pytestmark = pytest.mark.django_db
FIRST = date(2011, 1, 1)
VILLAGES = ["17010101", "17010102", "17010201"]
Table = dict[Any, dict[str, Any]]


def table(query: str, key: str) -> Table:
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row[key]: row for row in rows}


def wide_rows() -> tuple[Table, Table]:
    return (
        table("SELECT * FROM registry_personrow", "person_id"),
        table("SELECT * FROM registry_householdrow", "household_id"),
    )


def some_day(rng: Random) -> date:
    return FIRST + timedelta(days=rng.randrange((TODAY - FIRST).days))


def some_value(fact: Declared, rng: Random) -> Any:
    match fact.type:
        case "bool":
            return rng.random() < 0.5
        case "whole":
            return rng.randint(int(fact.minimum or 0), min(int(fact.maximum or 99), 1000))
        case "decimal":
            return f"{rng.random() * 9:.4f}"
        case "code":
            return rng.choice(fact.codes).code
        case "set":
            return {one.code for one in fact.codes if rng.random() < 0.2}
        case "date":
            if fact.may_not_apply and rng.random() < 0.3:
                return "none"
            begin = some_day(rng)
            return (begin, begin + timedelta(days=30)) if fact.imprecise and rng.random() < 0.5 else begin
    return f"text {rng.randrange(9)}"


def one_action(rng: Random, by: Officer) -> None:
    """Something an office does to somebody; what may not be is refused and changes nothing."""
    homes = list(Household.objects.kept().order_by("folder_number"))
    persons = list(Person.objects.kept().order_by("number"))
    home, person, day = rng.choice(homes), rng.choice(persons), some_day(rng)
    of, subject = rng.choice([("person", person), ("household", home)])
    facts = rng.sample([one for one in declared().stored(of) if not one.compartment], 3)
    sheets = list(AnswerSheet.objects.standing().order_by("id"))
    papers = list(IdentityDocument.objects.standing().order_by("id"))
    match rng.randrange(14):
        case 0 | 1 | 2 | 3:
            answers = {fact.code: some_value(fact, rng) for fact in facts}
            actions.answer(subject, answers, observed_on=day, by=by)
        case 4 if sheets:
            sheet = rng.choice(sheets)
            code = rng.choice(sorted(sheet.answers))
            fact = declared().get("person" if sheet.person_id else "household", code)
            assert fact is not None
            value = None if rng.random() < 0.5 else some_value(fact, rng)
            actions.correct_answer(sheet, {code: value}, by=by, reason="mistake")
        case 5 if sheets:
            actions.void(rng.choice(sheets), reason="mistake", by=by)
        case 6:
            kind = rng.choice(["citizen_id", "birth_certificate", "passport"])
            end = day + timedelta(days=rng.randrange(2000)) if rng.random() < 0.5 else None
            actions.record_document(person, kind=kind, by=by, valid_from=day, valid_to=end)
        case 7:
            actions.move_person(person, home, relation="other_relative", on=day, by=by)
        case 8:
            actions.move_household(home, to=rng.choice(VILLAGES), on=day, by=by)
        case 9:
            actions.record_death(person, died_on=day, by=by)
        case 12:
            actions.leave(person, last_day=day, by=by)
        case 13:
            actions.record_birth(home, NewPersonFactory(child=True), by=by)
        case 10 if papers:
            actions.void(rng.choice(papers), reason="mistake", by=by)
        case 11:
            actions.record_poverty_status(home, level=rng.randrange(4), valid_from=day, by=by)


def some_years(seed: int, by: Officer, count: int = 120) -> int:
    """A few households and what happens to them; returns how many actions were done."""
    rng = Random(seed)
    for number in range(4):
        members = [NewPersonFactory(head=True), NewPersonFactory(spouse=True), NewPersonFactory(child=True)]
        HouseholdFactory(by=by, unit_code=VILLAGES[number % 3], since=FIRST, members=members)
    done = 0
    for _step in range(count):
        try:
            one_action(rng, by)
            done += 1
        except ValidationError:
            continue
    return done


@pytest.mark.parametrize("seed", range(3))
def test_rows_kept_by_every_action_are_those_made_anew(seed: int, district: Officer) -> None:
    assert some_years(seed, district) > 60, "too few actions were possible: the test would prove little"
    kept = wide_rows()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_personrow")
        cursor.execute("DELETE FROM registry_householdrow")
    rebuild_everything()
    again = wide_rows()
    for before, after in zip(kept, again, strict=True):
        assert before.keys() == after.keys()
        for key, values in before.items():
            assert {
                name: (value, after[key][name]) for name, value in values.items() if value != after[key][name]
            } == {}
    assert len(kept[0]) >= 12


@pytest.mark.parametrize("seed", range(3))
def test_a_past_day_in_sql_is_what_the_interpreter_reads(seed: int, district: Officer) -> None:
    """For random histories and days: the relations of rules and the family of the interpreter say the same."""
    some_years(seed + 100, district)
    rng = Random(seed)
    seen = 0
    for day in (some_day(rng), some_day(rng), date(2012, 6, 1), TODAY):
        found = sources(day, history=True)
        persons = table(found.persons.sql("postgres"), "person_id")
        homes = table(found.households.sql("postgres"), "household_id")
        for home in Household.objects.kept():
            known = family(home, day)
            lived = {key for key, row in persons.items() if row["household_id"] == home.pk and is_present(row, day)}
            assert {str(key) for key in lived} == {member.id for member in known.present(day)}
            if home.pk in homes:
                assert homes[home.pk]["unit_code"] == known.place
                same("household", homes[home.pk], known.answers)
            for key in lived:
                same("person", persons[key], known.member(str(key)).answers)
                seen += 1
    assert seen > 20


def is_present(row: dict[str, Any], day: date) -> bool:
    return (
        row["joined_on"] is not None
        and row["joined_on"] <= day
        and (row["left_on"] is None or row["left_on"] >= day)
        and (row["died_on"] is None or row["died_on"] >= day)
        and (row["birth_from"] is None or row["birth_from"] <= day)
    )


def same(of: str, row: dict[str, Any], answers: Any) -> None:
    """The columns of a relation are the answers of the interpreter."""
    for fact in declared().stored(of):
        if fact.compartment:
            continue
        answer = answers.get(fact.code)
        stored = row[fact.code]
        if fact.storage == "date interval":
            stored = None if stored is None else (stored, row[f"{fact.code}_to"])
            value = answer and (answer.value.low, answer.value.high)
        elif fact.type == "date":
            value = answer and answer.value.low
        elif fact.type == "set":
            stored, value = (None if stored is None else frozenset(stored)), answer and answer.value
        else:
            value = answer and answer.value
        assert stored == value, (fact.code, stored, value)
        if fact.has_day:
            assert row[f"{fact.code}_on"] == (answer and answer.observed_on), fact.code


def test_today_the_flat_rows_and_the_history_say_the_same(district: Officer) -> None:
    some_years(7, district)
    flat, folded = sources(TODAY, history=False), sources(TODAY, history=True)
    for one, other, key in (
        (flat.persons, folded.persons, "person_id"),
        (flat.households, folded.households, "household_id"),
    ):
        assert table(one.sql("postgres"), key) == table(other.sql("postgres"), key)


def test_a_person_in_no_household_is_read_alone(district: Officer) -> None:
    guest = actions.register_person(NewPersonFactory(), unit_code=VILLAGES[0], by=district)
    from_row = table(sources(TODAY, facts={}).persons.sql("postgres"), "person_id")[guest.pk]
    assert from_row["household_id"] is None and not HouseholdMembership.objects.exists()
