"""Holding two readers equal: draw rules and families, ask both, and compare every answer.

`hold_equal` takes whatever runs a statement and gives its rows, so that the same comparison serves DuckDB here and
PostgreSQL in the project's own tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from criteria.compile import compile_households, compile_rows
from criteria.engines import Dialect, Engine
from criteria.family import Family, Openings
from criteria.interpret import verdict
from criteria.programme import Programme
from criteria.relations import Residents
from criteria.tests.lending import LIBRARY
from criteria.tests.random_rules import AS_OF, Families, Rules
from criteria.wide import WideTables

Execute = Callable[[str], Sequence[Sequence[Any]]]
# Programmes of one statement.
BATCH = 20


class Readers:
    """One drawing of families, loaded into an engine, and the decisions compared so far."""

    def __init__(self, execute: Execute, dialect: Dialect, seed: int, families: int) -> None:
        self.execute = execute
        self.dialect = dialect
        self.random = Random(seed)
        drawer = Families(self.random)
        self.openings: Openings = drawer.openings()
        self.families: list[Family] = [drawer.family(f"f{number}", self.openings) for number in range(families)]
        self.tables = WideTables(LIBRARY, Engine(dialect), prefix=f"s{seed}_")
        self.seen: Counter[bool | None] = Counter()
        for statement in (*self.tables.create(), *self.tables.insert(self.families, AS_OF)):
            execute(statement)

    def draw(self, unit: str, rules: int, depth: int = 4) -> list[tuple[str, Programme]]:
        drawer = Rules(self.random, unit=unit)
        found = []
        for number in range(rules):
            text, tree = drawer.rule(depth)
            found.append((text, Programme(f"R{number}", unit, (("rule", tree),), own_openings=False)))  # type: ignore[arg-type]
        return found

    def compare_members(self, rules: Sequence[tuple[str, Programme]]) -> None:
        """Every rule for every present member."""
        programmes = [programme for _, programme in rules]
        relations = self.tables.relations(self.openings)
        statement = compile_rows(programmes, Residents(LIBRARY, relations, AS_OF, dialect=self.dialect))
        found = {row[0]: row[3:] for row in self.execute(statement.sql)}
        for family in self.families:
            for member in family.present(AS_OF):
                answers = found.pop(f"{family.id}/{member.id}")
                for (text, programme), answer in zip(rules, answers, strict=True):
                    truth = verdict(programme, family, AS_OF, LIBRARY, person=member.id)
                    self.seen[truth] += 1
                    assert answer is truth, (text, member.id, f"SQL {answer}", f"interpreter {truth}", family)
        assert not found, "SQL holds people who are not present"

    def compare_households(self, rules: Sequence[tuple[str, Programme]]) -> None:
        """Every rule for every household, those without members too."""
        programmes = [programme for _, programme in rules]
        relations = self.tables.relations(self.openings, keep_empty=True)
        statement = compile_households(programmes, Residents(LIBRARY, relations, AS_OF, dialect=self.dialect))
        found = {row[0]: row[2:] for row in self.execute(statement.sql)}
        for family in self.families:
            for (text, programme), answer in zip(rules, found.pop(family.id), strict=True):
                truth = verdict(programme, family, AS_OF, LIBRARY)
                self.seen[truth] += 1
                assert answer is truth, (text, f"SQL {answer}", f"interpreter {truth}", family)
        assert not found


def hold_equal(
    execute: Execute, dialect: Dialect, seed: int, *, families: int = 120, rules: int = 60
) -> Counter[bool | None]:
    """Compare one drawing; gives how often each verdict came. AssertionError names rule, family and both answers."""
    readers = Readers(execute, dialect, seed, families)
    for unit in ("person", "household"):
        drawn = readers.draw(unit, rules)
        for start in range(0, rules, BATCH):
            readers.compare_members(drawn[start : start + BATCH])
            if unit == "household":
                readers.compare_households(drawn[start : start + BATCH])
    return readers.seen
