"""Every sentence of the language's page at its corners, in every reader (corners.yaml says what must come out)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from ruamel.yaml import YAML

from bench.equality import in_duckdb
from criteria.case_readers import by_interpreter, by_sql
from criteria.cases import Case, CaseResult, read_cases
from criteria.check import check_rule
from criteria.dates import last_day, latest_start
from criteria.engines import Dialect
from criteria.values import both, compare
from tests.equality.branch import BRANCH
from tests.equality.comparing import Execute

GROUPS: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(Path(__file__).with_name("corners.yaml"))
SENTENCES = [group["says"] for group in GROUPS]
VALUES = {True: True, False: False, "unknown": None}
STATUSES = {"standings": "standing", "tiers": "tier"}
READERS = ("interpreter", "duckdb", "postgresql")
_KEYS = ("unit", "place", "household", "members", "enrolments", "openings")
Answers = Callable[[Sequence[Case]], list[CaseResult]]
Expected = bool | str | Mapping[str, bool | str]


def asked(group: Mapping[str, Any]) -> list[tuple[Case, Expected]]:
    """A case for each rule of a group, with what must come out."""
    shared = {key: group[key] for key in _KEYS if key in group} | {"as_of": group["on"]}
    rules = {rule: value for rule, value in group["expect"].items() if value != "refused"}
    raw = [{**shared, "id": number, "rule": rule} for number, rule in enumerate(rules)]
    cases = read_cases(json.dumps(raw, default=str), BRANCH, STATUSES)
    return list(zip(cases, rules.values(), strict=True))


@pytest.fixture(scope="module")
def executes(in_postgres: Execute) -> Iterator[dict[str, Execute]]:
    with duckdb.connect() as connection:
        yield {"duckdb": in_duckdb(connection), "postgresql": in_postgres}


@pytest.fixture(params=READERS)
def answers(request: pytest.FixtureRequest) -> Answers:
    """The reader asked, over tables of its own."""

    def ask(cases: Sequence[Case]) -> list[CaseResult]:
        if request.param == "interpreter":
            return list(by_interpreter(cases, BRANCH))
        execute = request.getfixturevalue("executes")[request.param]
        dialect: Dialect = "duckdb" if request.param == "duckdb" else "postgres"
        found = list(by_sql(cases, BRANCH, execute, dialect, request.param))
        if dialect == "postgres":
            execute("DISCARD TEMPORARY")
        else:
            for (table,) in execute("SELECT table_name FROM duckdb_tables()"):
                execute(f"DROP TABLE {table}")
        return found

    return ask


@pytest.mark.parametrize("sentence", SENTENCES)
def test_it_comes_out_as_the_sentence_says(sentence: str, answers: Answers) -> None:
    group = GROUPS[SENTENCES.index(sentence)]
    pairs = asked(group)
    found: dict[str, dict[str | None, object]] = {}
    for result in answers([case for case, _ in pairs]):
        found.setdefault(result.id, {})[result.member] = result.value
    wrong = {}
    for case, expected in pairs:
        values = found[case.id]
        if isinstance(expected, Mapping):
            wanted: dict[str | None, object] = {member: VALUES[value] for member, value in expected.items()}
        else:
            subject = None if group.get("unit") == "household" else "a"
            wanted, values = {subject: VALUES[expected]}, {subject: values[subject]}
        if values != wanted:
            wrong[case.rule] = f"comes out {values}, the sentence says {wanted}"
    assert wrong == {}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_it_is_refused_when_it_is_saved(sentence: str) -> None:
    group = GROUPS[SENTENCES.index(sentence)]
    unit = group.get("unit", "person")
    refused = [rule for rule, value in group["expect"].items() if value == "refused"]
    assert [rule for rule in refused if check_rule(rule, BRANCH, unit=unit).ok] == []


def test_the_table_is_long_enough_and_names_every_member_once() -> None:
    assert sum(len(group["expect"]) for group in GROUPS) >= 250
    assert len(set(SENTENCES)) == len(SENTENCES) >= 35


def _leap_day_early(on: date, months: int) -> date:
    found = latest_start(on, months)
    early = (on.month, on.day) == (2, 28) and last_day(found.year, 2) == 29
    return found.replace(day=29) if early and found.month == 2 else found


# Ways to read the page wrongly in all readers at once: equality cannot see them, the table must.
MISREADINGS: dict[str, tuple[str, Callable[..., Any]]] = {
    "a birthday of 29 February on the 28th": ("criteria.tree.compare.latest_start", _leap_day_early),
    "an answer that is never stale": ("criteria.family.fresh_since", lambda on, good_for, years=None: None),
    "all of nobody is false": (
        "criteria.tree.members.both",
        lambda found: both(known) if (known := list(found)) else False,
    ),
    "a birth not cut at the day": ("criteria.interpret.cut", lambda birth, on: birth),
    "none in order with dates": ("criteria.tree.compare.compare_dates", compare),
    "a period without its last day": (
        "criteria.family.Period.includes",
        lambda self, day: (self.start or day) <= day and (self.end is None or day < self.end),
    ),
}


@pytest.mark.parametrize("misreading", MISREADINGS)
def test_the_table_catches_a_misreading_that_every_reader_shares(
    misreading: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_here = [(group, asked(group)) for group in GROUPS]
    monkeypatch.setattr(*MISREADINGS[misreading])
    caught = []
    for group, pairs in read_here:
        results = by_interpreter([case for case, _ in pairs], BRANCH)
        found = {(result.id, result.member): result.value for result in results}
        subject = None if group.get("unit") == "household" else "a"
        for case, expected in pairs:
            wanted = expected if isinstance(expected, Mapping) else {subject: expected}
            if any(found.get((case.id, member)) != VALUES[value] for member, value in wanted.items()):
                caught.append(case.rule)
    assert caught != []
