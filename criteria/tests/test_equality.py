"""SQL and the interpreter say the same of random families, rule by rule."""

from __future__ import annotations

from collections import Counter
from random import Random

import duckdb
import pytest

from criteria.compile import compile_households, compile_rows
from criteria.engines import Engine
from criteria.interpret import assess_all, verdict
from criteria.programme import Programme
from criteria.relations import Everywhere
from criteria.tests.lending import LIBRARY
from criteria.tests.random_rules import AS_OF, Families, Rules
from criteria.wide import WideTables

FAMILIES = 120
RULES = 60


@pytest.mark.parametrize("seed", range(4))
def test_duckdb_and_the_interpreter_agree(seed: int) -> None:
    random = Random(seed)
    families = Families(random)
    openings = families.openings()
    drawn = [families.family(f"f{number}", openings) for number in range(FAMILIES)]
    tables = WideTables(LIBRARY, Engine("duckdb"))
    connection = duckdb.connect()
    for loading in (*tables.create(), *tables.insert(drawn, AS_OF)):
        connection.execute(loading)
    seen: Counter[object] = Counter()
    for unit in ("person", "household"):
        rules = Rules(random, unit=unit)
        programmes, texts = [], {}
        for number in range(RULES):
            text, tree = rules.rule()
            texts[f"R{number}"] = text
            programmes.append(Programme(f"R{number}", unit, (("rule", tree),), own_openings=False))
        for start in range(0, RULES, 20):
            some = programmes[start : start + 20]
            statement = compile_rows(some, LIBRARY, tables.relations(openings), AS_OF, Everywhere(), "duckdb")
            found = {row[0]: row[3:] for row in connection.execute(statement.sql).fetchall()}
            for family in drawn:
                expected = assess_all(some, family, AS_OF, LIBRARY)
                for member in family.present(AS_OF):
                    for place, programme in enumerate(some):
                        answer = expected[programme.code, member.id].truth
                        seen[answer] += 1
                        got = found[f"{family.id}/{member.id}"][place]
                        assert got is answer, (texts[programme.code], family, member.id, got, answer)
            assert len(found) == sum(len(family.present(AS_OF)) for family in drawn)
            if unit == "household":
                rows = compile_households(
                    some, LIBRARY, tables.relations(openings, keep_empty=True), AS_OF, Everywhere(), "duckdb"
                )
                by_family = {row[0]: row[2:] for row in connection.execute(rows.sql).fetchall()}
                for family in drawn:
                    for place, programme in enumerate(some):
                        expected_one = verdict(programme, family, AS_OF, LIBRARY)
                        assert by_family[family.id][place] is expected_one, (texts[programme.code], family)
    assert min(seen.values()) > 0.1 * sum(seen.values())
