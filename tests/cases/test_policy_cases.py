"""Every policy case in every reader: step by step, in DuckDB, in PostgreSQL (README.md says how one is written)."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from ruamel.yaml import YAML

from config.embedded_postgres import Cluster
from criteria.case_readers import by_interpreter, by_sql
from criteria.cases import Case, CaseResult, read_cases
from criteria.catalogue import Catalogue
from criteria.compile import compile_counts
from criteria.engines import Engine
from criteria.explain import changes
from criteria.interpret import assess
from criteria.programme import Programme
from criteria.relations import Residents
from criteria.wide import WideTables
from onestop.eligibility.checking import catalogue_of_files
from onestop.eligibility.management.commands.evaluate import status_keys

FOLDER = Path(__file__).resolve().parent
PROGRAMMES = FOLDER.parent.parent / "countries" / "khm" / "programmes"
VALUES = {"eligible": True, "not_eligible": False, "unknown": None}
Answer = Callable[[list[Case], Catalogue], list[CaseResult]]


def yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path)


def written() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in yaml(path)["cases"]:
            yield f"{path.stem}: {case['name']}", case


CASES = dict(written())


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return catalogue_of_files([])


@pytest.fixture(scope="module")
def scratch(test_cluster: Cluster) -> Iterator[psycopg.Connection]:
    name = "policy_cases"
    if test_cluster.database_exists(name):
        test_cluster.drop_database(name)
    test_cluster.create_database(name)
    with psycopg.connect(test_cluster.url(name, "onestop_owner"), autocommit=True) as connection:
        yield connection
    test_cluster.drop_database(name)


def in_postgresql(connection: psycopg.Connection) -> Callable[[str], list[Any]]:
    def execute(text: str) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

    return execute


@pytest.fixture(params=["interpreter", "duckdb", "postgresql"])
def answer(request: pytest.FixtureRequest) -> Answer:
    def ask(cases: list[Case], catalogue: Catalogue) -> list[CaseResult]:
        if request.param == "interpreter":
            return list(by_interpreter(cases, catalogue))
        if request.param == "duckdb":
            with duckdb.connect() as opened:
                return list(by_sql(cases, catalogue, lambda text: opened.execute(text).fetchall(), "duckdb", "duckdb"))
        connection = request.getfixturevalue("scratch")
        connection.execute("DISCARD TEMPORARY")
        return list(by_sql(cases, catalogue, in_postgresql(connection), "postgres", "postgresql"))

    return ask


def programme_of(case: dict[str, Any]) -> dict[str, Any]:
    """The programme file a case asks, or one made of its single rule."""
    if "programme" in case:
        found: dict[str, Any] = yaml(PROGRAMMES / f"{case['programme']}.yaml")
        return found
    criteria = [{"key": "rule", "rule": case["rule"]}]
    return {"code": "ASKED", "unit": "person", "versions": [{"criteria": criteria}], "openings": []}


def as_case(name: str, case: dict[str, Any], catalogue: Catalogue) -> tuple[Case, dict[str, Any]]:
    """The case with all criteria of its programme joined, its own openings first."""
    document = programme_of(case)
    code = document["code"]
    rules = [f"({one['rule']})" for one in document["versions"][-1]["criteria"]]
    openings = [{**one, "to": one.get("to")} for one in document["openings"]]
    if openings:
        rules.insert(0, f"in_area('{code}')")
    household = case.get("household") or {}
    raw = {
        "id": name,
        "as_of": case["on"],
        "place": case["unit"],
        "unit": document["unit"],
        "household": household,
        "members": case["members"],
        "enrolments": [
            {key: True if key == "household" else value for key, value in one.items()}
            for one in case.get("enrolments", [])
        ],
        "openings": {code: openings} if openings else {},
        "rule": " && ".join(rules),
    }
    (found,) = read_cases(json.dumps([raw], default=str), catalogue, status_keys(catalogue))
    return found, document


@pytest.mark.parametrize("name", CASES)
def test_it_comes_out_as_written(name: str, answer: Answer, catalogue: Catalogue) -> None:
    case, document = as_case(name, CASES[name], catalogue)
    results = answer([case], catalogue)
    expected = CASES[name]["expect"]
    if document["unit"] == "household":
        found = {result.member: result.value for result in results}
        assert set(found.values()) == {VALUES[expected]}
        assert {member for member in found if member} == set(case.members)
    else:
        assert {result.member: result.value for result in results} == {
            member: VALUES[verdict] for member, verdict in expected.items()
        }


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "changes" in case])
def test_it_changes_on_the_day_written(name: str, catalogue: Catalogue) -> None:
    case, document = as_case(name, CASES[name], catalogue)
    criteria = [(one["key"], one["rule"]) for one in document["versions"][-1]["criteria"]]
    programme = Programme.read(document["code"], document["unit"], criteria, catalogue, own_openings=False)
    for member, expected in CASES[name]["changes"].items():
        today = assess(programme, case.family, case.as_of, catalogue, person=member)
        first = changes(today, case.family, catalogue)[0]
        assert (first.on, first.verdict) == (expected["on"], expected["verdict"])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "counted" in case])
def test_a_programme_of_households_counts_the_household_once(name: str, catalogue: Catalogue) -> None:
    case, document = as_case(name, CASES[name], catalogue)
    programme = Programme.read(document["code"], "household", [("all", case.rule)], catalogue, own_openings=False)
    tables = WideTables(catalogue, Engine("duckdb"))
    with duckdb.connect() as opened:
        for statement in (*tables.create(), *tables.insert([case.family], case.as_of)):
            opened.execute(statement)
        statement = compile_counts(
            [programme], Residents(catalogue, tables.relations(case.family.openings), case.as_of, dialect="duckdb")
        )
        (counts,) = statement.counts(opened.execute(statement.sql).fetchall())
    found = {"eligible": counts.eligible, "not_eligible": counts.not_eligible, "unknown": counts.unknown}
    assert found == {**dict.fromkeys(found, 0), CASES[name]["expect"]: CASES[name]["counted"]}


def test_there_are_cases_for_every_policy_the_issue_names() -> None:
    words = (
        "Keo Sreymom",
        "Pich Sokha",
        "Sok Chanthy",
        "past date",
        "only a year",
        "nine days",
        "gone stale",
        "ended yesterday",
    )
    assert [word for word in words if not any(word in name for name in CASES)] == []
    assert all(isinstance(case["on"], date) for case in CASES.values())
