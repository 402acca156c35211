"""Whatever is typed, the library answers or refuses with a place; and what it refuses by sense is indeed never met."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from criteria.case_readers import by_interpreter
from criteria.cases import CaseRefused, read_cases
from criteria.check import check_rule
from criteria.interpret import evaluate
from criteria.problems import Problem, RuleRefused
from criteria.read import read
from criteria.tests.lending import LIBRARY
from criteria.tests.random_rules import AS_OF, Families, Rules
from criteria.tests.test_cases import FAMILY, KEYS
from criteria.tests.test_read import REFUSED
from criteria.words import Voice

WORDS = """
person household m as_of none true false null in has enrolled in_area date exists all filter size members age card
garden standing loan_until genres && || ! == != < <= > >= + - * / % ? : ( ) [ ] . , ' " 'novel' 1 0 2.5 -3
9223372036854775808 1e5 0x1f // {} \\ ស្រី ១ household.members.filter(m,m.card).size() person.age>=18
"""
PIECES = st.sampled_from([*WORDS.split(), "\n", "\t", " "])


def check_place(problem: Problem, text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert 1 <= problem.line <= len(lines)
    assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    assert problem.message


@given(
    st.one_of(
        st.text(max_size=60), st.lists(PIECES, max_size=25).map(" ".join), st.lists(PIECES, max_size=12).map("".join)
    )
)
@settings(max_examples=600, deadline=None)
def test_any_text_is_read_or_refused_with_a_place_inside_it(text: str) -> None:
    try:
        tree = read(text, LIBRARY)
    except RuleRefused as refused:
        for problem in refused.problems:
            check_place(problem, text)
        return
    assert Voice("en", LIBRARY).sentence(tree)


def test_a_rule_with_one_sign_changed_is_read_or_refused() -> None:
    random = Random(2)
    rules = [Rules(random).rule()[0] for _ in range(150)] + [rule for rule, *_ in REFUSED]
    for rule in rules:
        for _ in range(4):
            place = random.randrange(len(rule) + 1)
            sign = random.choice("()[]{}.,'\"&|!=<>+-*/%?: 0aម\\")
            changed = rule[:place] + random.choice((sign, "")) + rule[place + random.randint(0, 1) :]
            try:
                read(changed, LIBRARY)
            except RuleRefused as refused:
                check_place(refused.problems[0], changed)


def test_what_contradicts_itself_is_met_by_nobody_and_what_is_always_true_fails_nobody() -> None:
    random = Random(8)
    drawer, rules = Families(random), Rules(random)
    families = [family for family in (drawer.family(f"f{number}") for number in range(60)) if family.present(AS_OF)]
    refused = warned = 0
    for _ in range(1500):
        parts = [rules.atom(True, False, 0) for _ in range(random.choice((1, 2, 2, 3)))]
        text = " && ".join(random.choice((part, part, f"!({part})")) for part in parts)
        try:
            tree = read(text, LIBRARY)
        except RuleRefused:
            continue
        checked = check_rule(text, LIBRARY)
        keys = {problem.key for problem in checked.problems}
        always = "always_true" in keys and len(parts) == 1 and not text.startswith("!")
        if checked.ok and not always:
            continue
        answers = {evaluate(tree, family, AS_OF, LIBRARY, person=family.present(AS_OF)[0].id) for family in families}
        if not checked.ok:
            refused += 1
            assert True not in answers, text
        else:
            warned += 1
            assert False not in answers, text
    assert refused > 30 and warned > 3


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=6), st.sampled_from(["2026-11-22", "2014-07", "none"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*FAMILY, "id", "level", "from"]), inner)
    ),
    max_leaves=6,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [at]
    if isinstance(value, dict):
        found += [place for key in value for place in places(value[key], (*at, key))]
    if isinstance(value, list):
        found += [place for number, inner in enumerate(value) for place in places(inner, (*at, number))]
    return found


@given(st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_case_with_one_thing_changed_is_answered_or_refused(data: st.DataObject) -> None:
    case = json.loads(json.dumps({"id": "1", "rule": "person.age > 3 && in_area('NIGHT')", **FAMILY}))
    place = data.draw(st.sampled_from([place for place in places(case) if place]))
    inner = case
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = data.draw(JSON)
    try:
        cases = read_cases(json.dumps([case]), LIBRARY, KEYS)
    except CaseRefused as refused:
        assert "case" in str(refused)
        return
    assert list(by_interpreter(cases, LIBRARY)) is not None
