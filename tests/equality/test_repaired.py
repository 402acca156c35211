"""Faults that the equality test found, each in its smallest case, so that none comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest

from bench.equality import in_duckdb
from criteria.catalogue import Catalogue, Fact, FactType
from criteria.check import check_rule
from criteria.compile import compile_rows
from criteria.engines import Engine
from criteria.family import Answer, Enrolment, Family, Member
from criteria.interpret import verdict
from criteria.programme import Programme
from criteria.relations import Residents
from criteria.values import Truth
from criteria.wide import WideTables
from tests.equality.branch import BRANCH
from tests.equality.comparing import Execute

DAY = date(2026, 2, 28)


@pytest.fixture
def execute() -> Iterator[Execute]:
    with duckdb.connect() as connection:
        yield in_duckdb(connection)


def both_readers(rule: str, family: Family, execute: Execute, catalogue: Catalogue = BRANCH) -> tuple[Truth, Truth]:
    """What the interpreter and DuckDB say of the first member."""
    programme = Programme.read("ASKED", "person", [("rule", rule)], catalogue, own_openings=False)
    tables = WideTables(catalogue, Engine("duckdb"))
    for loading in (*tables.create(), *tables.insert([family], DAY)):
        execute(loading)
    statement = compile_rows([programme], Residents(catalogue, tables.relations(), DAY, dialect="duckdb"))
    first = family.members[0].id
    rows = {row[0]: row[3] for row in execute(statement.sql)}
    return verdict(programme, family, DAY, catalogue, person=first), rows[f"{family.id}/{first}"]


def test_a_negative_factor_left_of_a_count_turns_its_ends_round(execute: Execute) -> None:
    rule = "-1 * household.members.filter(m, m.card).size() == -1"
    assert both_readers(rule, Family("f", (Member("a"),)), execute) == (None, None)


def test_has_of_a_derived_fact_of_one_source_asks_its_value_too(execute: Execute) -> None:
    family = Family("f", (Member("a"),), enrolments=(Enrolment("NIGHT", "a"),))
    assert both_readers("has(person.guest)", family, execute) == (True, True)


def test_the_number_of_members_may_have_any_name_inside_a_macro(execute: Execute) -> None:
    family = Family("f", (Member("a"), Member("b")))
    assert both_readers("household.members.exists(m, household.readers > 1)", family, execute) == (True, True)


@pytest.mark.parametrize(
    "rule", ["person.sight == household.standing", "(household.lamp ? household.standing : person.sight) == 1"]
)
def test_codes_kept_as_text_are_not_compared_with_codes_kept_as_numbers(rule: str) -> None:
    assert not check_rule(rule, BRANCH).ok


def test_a_fact_of_every_date_holds_before_it_was_asked_even_where_it_ages(execute: Execute) -> None:
    catalogue = Catalogue((Fact("kin", "person", FactType.CODE, codes=("a", "b"), timeless=True, good_for=12),))
    family = Family("f", (Member("a", {"kin": Answer("a", DAY + timedelta(days=5))}),))
    assert both_readers("person.kin == 'a'", family, execute, catalogue) == (True, True)
