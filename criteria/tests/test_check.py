"""What only whole rules and whole programmes can tell."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import pytest

from criteria.catalogue import Fact, FactType
from criteria.check import check_programme, check_rule
from criteria.problems import RuleRefused
from criteria.tests.lending import LIBRARY

GUEST = Fact("guest", "person", FactType.BOOL, derived="person.card || enrolled('CELLAR')")


def found(*rules: str, compartment: str | None = "*", unit: str = "person") -> list[tuple[str | None, int, str]]:
    criteria = [(f"k{number}", rule) for number, rule in enumerate(rules)]
    checked = check_programme(criteria, LIBRARY, unit=unit, compartment=compartment)  # type: ignore[arg-type]
    return [(problem.criterion, problem.column, problem.key) for problem in checked.problems]


@pytest.mark.parametrize(
    "rules",
    [
        ("person.age >= 18", "person.age < 18"),
        ("person.age < 2 && person.months >= 24",),
        ("person.form > 5", "person.form < 6"),
        ("person.form > 12",),
        ("person.fines > 0.5", "!(person.fines > 0.5001)", "person.fines != 0.5001"),
        ("person.card", "!person.card"),
        ("person.card == true", "person.card != true"),
        ("household.standing in [1, 2]", "household.standing in [0, 3]"),
        ("person.sight >= 2", "person.sight < 2"),
        ("!(person.card || person.age >= 18)", "person.age >= 20"),
        ("person.borrowing", "person.loan_until == none"),
        ("person.borrowing", "!person.borrowing"),
        ("person.returned_on > as_of", "person.returned_on <= as_of - 3"),
        ("person.returned_on > as_of", "person.returned_on == none"),
        ("person.returned_on > date('2026-01-01')", "person.returned_on < date('2026-01-01')"),
        ("enrolled('NIGHT')", "person.card && !enrolled('NIGHT')"),
        ("household.members.exists(m, m.card)", "!household.members.exists(m, m.card)"),
        ("household.members.filter(m, m.card).size() > 3", "household.members.filter(m, m.card).size() < 2"),
        ("household.size < 0",),
        ("person.shelf == 'north'", "person.shelf == 'south'"),
        ("person.sex == 'w'", "person.sex == 'm'"),
    ],
)
def test_criteria_that_leave_a_fact_no_value_are_refused(rules: tuple[str, ...]) -> None:
    keys = [key for _, _, key in found(*rules)]
    assert keys and set(keys) <= {"contradiction", "contradiction_atom"}


@pytest.mark.parametrize(
    "rules",
    [
        ("person.age >= 18 || person.age < 18",),
        ("person.age >= 18", "person.age < 19"),
        ("person.age < 2 && person.months >= 12",),
        ("person.fines > 0.5", "person.fines < 0.5002"),
        ("person.returned_on > as_of", "person.returned_on < date('2026-01-01')"),
        ("person.returned_on != as_of", "person.returned_on == none"),
        ("person.borrowing", "person.loan_until > as_of + 10"),
        ("household.standing != 1", "household.standing != 2"),
        ("person.card", "household.members.exists(m, !m.card)"),
        ("'novel' in person.genres", "'poem' in person.genres"),
        ("!has(person.card)", "person.vault"),
    ],
)
def test_criteria_that_can_be_met_pass(rules: tuple[str, ...]) -> None:
    assert found(*rules) == []


def test_the_later_atom_is_pointed_at() -> None:
    assert found("person.age >= 18", "person.card && person.age < 18") == [("k1", 16, "contradiction")]


@pytest.mark.parametrize(
    "rule",
    [
        "person.age >= 0",
        "person.form <= 12",
        "person.sex in ['w', 'm']",
        "person.sight >= 0",
        "person.card || person.months >= 0",
        "household.size > -1",
        "household.members.exists(m, m.age >= 0)",
        "household.garden >= 0.0",
    ],
)
def test_what_is_true_of_every_value_is_a_warning(rule: str) -> None:
    checked = check_rule(rule, LIBRARY)
    assert checked.ok
    assert [(problem.key, problem.severity) for problem in checked.problems] == [("always_true", "warning")]


def test_a_condition_that_no_member_can_meet_is_a_warning() -> None:
    checked = check_rule("household.members.exists(m, m.age > 5 && m.age < 3) || person.card", LIBRARY)
    assert checked.ok
    assert [problem.key for problem in checked.problems] == ["never_true"]


def test_a_compartment_must_be_carried() -> None:
    for rule in ("person.vault", "has(person.vault)", "enrolled('CELLAR')", "household.members.exists(m, m.vault)"):
        assert [key for _, _, key in found(rule, compartment=None)] == ["compartment"], rule
        assert [key for _, _, key in found(rule, compartment="other")] == ["compartment"], rule
        assert found(rule, compartment="vault") == [], rule
    assert found("in_area('CELLAR')", compartment=None) == []


def test_a_derived_fact_tells_of_the_programmes_it_asks() -> None:
    library = replace(LIBRARY, facts=(*LIBRARY.facts, GUEST))
    checked = check_programme([("k", "person.guest")], library, compartment=None)
    assert [problem.params["what"] for problem in checked.problems] == ["enrolled('CELLAR')"]
    assert check_programme([("k", "person.guest")], library, compartment="vault").ok


def test_a_list_of_thousands_of_texts_is_checked_at_once() -> None:
    listed = ", ".join(f"'{number:x}'" for number in range(2_200))
    begun = perf_counter()
    assert found(f"person.shelf in [{listed}]", "person.shelf == 'north'") == [("k1", 1, "contradiction")]
    assert perf_counter() - begun < 2


def test_keys_are_plain_different_and_not_reserved() -> None:
    criteria = [("Card", "person.card"), ("_open", "person.vault"), ("x", "person.card"), ("x", "person.vault")]
    checked = check_programme(criteria, LIBRARY)
    assert [problem.key for problem in checked.problems] == ["criterion_key", "criterion_reserved", "criterion_twice"]


def test_forty_criteria_are_the_most() -> None:
    criteria = [(f"k{number}", "person.card") for number in range(41)]
    assert check_programme(criteria[:40], LIBRARY).ok
    assert [problem.key for problem in check_programme(criteria, LIBRARY).problems] == ["too_many_criteria"]


def test_a_programme_that_does_not_check_has_no_trees() -> None:
    checked = check_programme([("a", "person.card"), ("b", "person.crd")], LIBRARY)
    assert not checked.ok
    with pytest.raises(RuleRefused):
        _ = checked.trees
    assert [key for key, _ in check_programme([("a", "person.card")], LIBRARY).trees] == ["a"]
