"""Cases in JSON are read exactly, answered alike by every reader, and refused with the key that is wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import duckdb
import pytest

from criteria.case_readers import by_interpreter, by_sql
from criteria.case_schema import schema
from criteria.cases import CaseRefused, CaseResult, read_cases
from criteria.tests.lending import LIBRARY
from criteria.tests.random_rules import Rules

KEYS = {"cards": "standing"}
FAMILY = {
    "as_of": "2026-11-22",
    "place": "170102",
    "household": {
        "garden": 0.25,
        "shelves": {"value": 4, "observed_on": "2020-01-01"},
        "lamp": None,
        "cards": [{"level": 1, "from": "2026-01-01", "to": None, "recorded": "2026-01-03"}],
    },
    "members": [
        {"id": "a", "birth_date": "1960-05", "card": True, "sight": 2, "loan_until": "2026-12", "genres": []},
        {"id": "b", "birth_date": "2008", "returned_on": "none", "membership": {"from": "2026-11-22"}},
        {"id": "c", "birth_date": "2000-01-01", "birth_precision": "estimated", "membership": {"to": "2026-11-21"}},
        {"id": "d", "died_on": "2026-11-21"},
    ],
    "enrolments": [
        {"member": "a", "programme": "NIGHT", "from": "2026-01-01"},
        {"programme": "OWN", "to": "2026-11-21"},
    ],
    "openings": {"NIGHT": [{"units": ["1701"], "from": "2026-01-01", "to": None}]},
}
RULES = {
    "person.age >= 60": {"a": True, "b": False},
    "person.age >= 18": {"a": True, "b": None},
    "household.size == 2": {"a": True, "b": True},
    "person.sight >= 2": {"a": True, "b": None},
    "person.borrowing": {"a": True, "b": None},
    "'novel' in person.genres": {"a": False, "b": None},
    "person.returned_on == none": {"a": None, "b": True},
    "household.standing == 1": {"a": True, "b": True},
    "household.garden * 4 == 1.0": {"a": True, "b": True},
    "has(household.shelves)": {"a": False, "b": False},
    "has(household.lamp)": {"a": False, "b": False},
    "enrolled('NIGHT') && in_area('NIGHT')": {"a": True, "b": False},
    "enrolled('OWN')": {"a": False, "b": False},
    "household.members.filter(m, m.age < 60).size() >= 1": {"a": True, "b": True},
}


def cases(*rules: str, **more: object) -> str:
    return json.dumps([{"id": f"{number}", "rule": rule, **FAMILY, **more} for number, rule in enumerate(rules)])


def duck(text: str) -> list[CaseResult]:
    connection = duckdb.connect()

    def execute(statement: str) -> Sequence[Sequence[Any]]:
        return connection.execute(statement).fetchall()

    return list(by_sql(read_cases(text, LIBRARY, KEYS), LIBRARY, execute, "duckdb", "duckdb"))


def interpreted(text: str) -> list[CaseResult]:
    return list(by_interpreter(read_cases(text, LIBRARY, KEYS), LIBRARY))


@pytest.mark.parametrize("reader", [interpreted, duck])
def test_each_present_member_is_answered(reader: Any) -> None:
    answers: dict[str, dict[str | None, object]] = {}
    for result in reader(cases(*RULES)):
        answers.setdefault(list(RULES)[int(result.id)], {})[result.member] = result.value
    assert answers == RULES


@pytest.mark.parametrize("reader", [interpreted, duck])
def test_a_household_is_answered_once_and_its_members_carry_it(reader: Any) -> None:
    found = reader(cases("household.members.exists(m, m.card)", unit="household"))
    assert [(result.member, result.value) for result in found] == [(None, True), ("a", True), ("b", True)]
    empty = reader(cases("household.members.all(m, m.card)", unit="household", members=[], enrolments=[]))
    assert [(result.member, result.value) for result in empty] == [(None, True)]


@pytest.mark.parametrize("reader", [interpreted, duck])
def test_a_person_in_no_household_is_asked_alone(reader: Any) -> None:
    rules = ["person.card", "household.size > 0", "has(household.lamp)", "in_area('NIGHT')", "enrolled('NIGHT')"]
    rules += ["household.members.filter(m, m.card).size() * 2 > 1", "household.members.exists(m, m.card) || true"]
    found = reader(cases(*rules, household=None))
    assert [result.value for result in found if result.member == "a"] == [True, None, False, None, True, None, True]
    assert [result.member for result in found if result.id == "0"] == ["a", "b", "c"]


@pytest.mark.parametrize("reader", [interpreted, duck])
def test_a_rule_that_does_not_check_is_refused_with_its_place(reader: Any) -> None:
    found = reader(cases("person.card\n  && age > 3", "person.card"))
    assert json.loads(found[0].json()) == {
        "id": "0",
        "member": None,
        "reader": found[0].reader,
        "value": "refused",
        "line": 2,
        "column": 6,
        "message": "“age” needs its root",
        "proposal": "person.age",
    }
    assert found[1].value is True


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"membres": []}, "case 0, membres: not a key of a case; did you mean members?"),
        ({"household": {"lampe": True}}, "case 0, household.lampe: no fact of a household; did you mean lamp?"),
        ({"members": [{"id": "a", "age": 3}]}, "members[0].age: this fact is worked out; give birth_date"),
        ({"household": {"floor": "glass"}}, "household.floor: “glass” is not in the code list"),
        ({"household": {"garden": 0.00001}}, "household.garden: at most fourteen digits"),
        ({"as_of": "22.11.2026"}, "as_of: a date is expected"),
        ({"members": [{"id": "a"}, {"id": "a"}]}, "members: an id stands twice"),
        ({"enrolments": [{"programme": "NIGHT", "member": "z"}]}, "enrolments.member: no member “z”"),
        ({"members": [{"id": "a", "card": "yes"}]}, "members[0].card: a bool is expected"),
        ({"members": [{"id": "a", "shelf": "a\0"}]}, "case 0: a text holds a sign that no database keeps"),
        ({"members": [{"id": "\ud800"}]}, "case 0: a text holds a sign that no database keeps"),
        ({"place": "17\0"}, "case 0: a text holds a sign that no database keeps"),
        ({"members": [{"id": "a", "returned_on": "0001-01-01"}]}, "members[0].returned_on: a date is expected"),
        ({"as_of": "20261122"}, "as_of: a date is expected"),
        ({"as_of": "2026-W47-7"}, "as_of: a date is expected"),
    ],
)
def test_a_case_that_cannot_be_read_names_the_key(change: dict[str, object], said: str) -> None:
    with pytest.raises(CaseRefused) as refused:
        read_cases(cases("person.card", **change), LIBRARY, KEYS)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1, column 1: not JSON"),
        ('[{"id": 1,', "line 1, column 11: not JSON"),
        ('[{"id": ' + "9" * 5_000 + "}]", "limit"),
        ("[" * 100_000, "too deep"),
        ('{"id": 1, "rule": "person.card", "rule": "person.vault"}', "“rule” stands twice"),
        ('[{"members": [{"sex": "w", "sex": "m"}]}]', "“sex” stands twice"),
    ],
)
def test_a_text_that_is_no_list_of_cases_is_refused(text: str, said: str) -> None:
    with pytest.raises(CaseRefused, match=said):
        read_cases(text, LIBRARY, KEYS)


@pytest.mark.parametrize("reader", [interpreted, duck])
def test_a_household_rule_where_there_is_none_is_answered_without_anybody_alive(reader: Any) -> None:
    rules = ("!has(household.lamp)", "household.lamp", "household.members.all(m, m.card)")
    for members in ([], [{"id": "a", "died_on": "2020-01-01"}]):
        found = reader(cases(*rules, unit="household", household=None, members=members, enrolments=[]))
        assert [result.value for result in found if result.member is None] == [True, None, None]


def test_the_schema_names_every_fact_that_can_be_given() -> None:
    found = schema(LIBRARY, KEYS)["items"]["properties"]
    stored = {fact.code for fact in LIBRARY.of("person") if fact.stored}
    assert stored < set(found["members"]["items"]["properties"])
    assert found["household"]["properties"]["cards"]["items"]["properties"]["level"]["anyOf"][0] == {
        "enum": [0, 1, 2, 3]
    }
    assert "age" not in found["members"]["items"]["properties"]


def test_random_cases_are_answered_alike() -> None:
    random = Random(3)
    persons = [Rules(random).rule()[0] for _ in range(60)]
    households = [Rules(random, unit="household").rule()[0] for _ in range(30)]
    for text in (
        cases(*persons),
        cases(*households, unit="household"),
        cases(*persons, household=None),
        cases(*households, unit="household", household=None),
    ):
        expected = [(result.id, result.member, result.value) for result in interpreted(text)]
        assert [(result.id, result.member, result.value) for result in duck(text)] == expected
