"""The readers of cases: the interpreter, and SQL engines that a caller connects.

SQL readers put the families into wide rows of their own and run the compiled statement, so a case is answered exactly
as a population is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from criteria.cases import Case, CaseResult, refusal, trees_of
from criteria.catalogue import Catalogue
from criteria.compile import compile_alone, compile_households, compile_rows
from criteria.engines import Dialect, Engine
from criteria.family import Family, Member
from criteria.interpret import evaluate
from criteria.problems import RuleRefused
from criteria.programme import Programme
from criteria.relations import Residents
from criteria.tree import Node
from criteria.wide import WideTables

Execute = Callable[[str], Sequence[Sequence[Any]]]
# Cases of one date and the same openings are answered together, so many in one statement.
BATCH = 25


def by_interpreter(cases: Iterable[Case], catalogue: Catalogue) -> Iterator[CaseResult]:
    """Each case by the interpreter."""
    for case, tree in trees_of(cases, catalogue):
        if isinstance(tree, RuleRefused):
            yield refusal(case, "interpreter", tree)
        elif case.unit == "household":
            truth = evaluate(tree, case.family, case.as_of, catalogue)
            yield from _household(case, "interpreter", truth)
        else:
            for member in case.members:
                truth = evaluate(tree, case.family, case.as_of, catalogue, person=member)
                yield CaseResult(case.id, member, "interpreter", truth)


def by_sql(
    cases: Sequence[Case], catalogue: Catalogue, execute: Execute, dialect: Dialect, reader: str
) -> Iterator[CaseResult]:
    """Each case by SQL. `execute` runs a statement and gives its rows; temporary tables are made through it."""
    tables = WideTables(catalogue, Engine(dialect), prefix="case_")
    for statement in tables.create():
        execute(statement)
    read = list(trees_of(cases, catalogue))
    results: dict[int, list[CaseResult]] = {}
    numbered = [(number, case, tree) for number, (case, tree) in enumerate(read) if not isinstance(tree, RuleRefused)]
    for number, (case, tree) in enumerate(read):
        if isinstance(tree, RuleRefused):
            results[number] = [refusal(case, reader, tree)]
    batcher = _Batch(tables, catalogue, execute, dialect, reader)
    for _, same in groupby(sorted(numbered, key=_together), key=_together):
        together = list(same)
        for start in range(0, len(together), BATCH):
            results |= batcher.answer(together[start : start + BATCH])
    for number in range(len(read)):
        yield from results[number]


_Numbered = tuple[int, Case, Node]


def _together(numbered: _Numbered) -> tuple[date, str, bool, str]:
    _, case, _ = numbered
    return case.as_of, case.unit, case.family.is_household, repr(case.family.openings)


def _household(case: Case, reader: str, truth: bool | None) -> Iterator[CaseResult]:
    """The household's verdict, and that every present member carries it."""
    yield CaseResult(case.id, None, reader, truth)
    for member in case.members:
        yield CaseResult(case.id, member, reader, truth)


def _asked(case: Case) -> Family:
    """The family as it is put into the tables. A household's rule asked where there is none asks nobody: one made-up
    person carries the answer, whoever lives or not."""
    nobody = case.unit == "household" and not case.family.is_household
    return replace(case.family, members=(Member("nobody"),), enrolments=()) if nobody else case.family


class _Batch:
    """Cases of one date, unit and openings, answered by one statement."""

    def __init__(
        self, tables: WideTables, catalogue: Catalogue, execute: Execute, dialect: Dialect, reader: str
    ) -> None:
        self.tables = tables
        self.catalogue = catalogue
        self.execute = execute
        self.dialect = dialect
        self.reader = reader

    def answer(self, batch: Sequence[_Numbered]) -> dict[int, list[CaseResult]]:
        first = batch[0][1]
        families = [replace(_asked(case), id=f"f{number}") for number, case, _ in batch]
        for loading in (*self.tables.clear(), *self.tables.insert(families, first.as_of)):
            self.execute(loading)
        rows = self._rows(batch)
        found = {}
        for place, (number, case, _) in enumerate(batch):
            if case.unit == "household" and case.family.is_household:
                found[number] = list(_household(case, self.reader, rows[f"f{number}"][place]))
            elif case.unit == "household":
                found[number] = list(_household(case, self.reader, self._alone_household(batch[place])))
            else:
                found[number] = [
                    CaseResult(case.id, member, self.reader, rows[f"f{number}/{member}"][place])
                    for member in case.members
                ]
        return found

    def _programmes(self, batch: Sequence[_Numbered]) -> list[Programme]:
        return [
            Programme(f"C{number}", case.unit, (("rule", tree),), own_openings=False) for number, case, tree in batch
        ]

    def _rows(self, batch: Sequence[_Numbered]) -> dict[str, Sequence[Any]]:
        """Answers by id of person or household."""
        case = batch[0][1]
        programmes, as_of = self._programmes(batch), case.as_of
        relations = self.tables.relations(case.family.openings, keep_empty=True)
        if not case.family.is_household:
            if case.unit == "household":
                return {}
            alone = compile_alone(programmes, Residents(self.catalogue, relations, as_of, dialect=self.dialect))
            return {row[0]: row[1:] for row in self.execute(alone.sql)}
        if case.unit == "household":
            statement = compile_households(
                programmes, Residents(self.catalogue, relations, as_of, dialect=self.dialect)
            )
            return {row[0]: row[2:] for row in self.execute(statement.sql)}
        statement = compile_rows(programmes, Residents(self.catalogue, relations, as_of, dialect=self.dialect))
        return {row[0]: row[3:] for row in self.execute(statement.sql)}

    def _alone_household(self, numbered: _Numbered) -> bool | None:
        """A rule for households asked of a person in none: the same unknowns, over the made-up person."""
        _, case, _ = numbered
        relations = self.tables.relations(case.family.openings)
        programmes = self._programmes([numbered])
        alone = compile_alone(programmes, Residents(self.catalogue, relations, case.as_of, dialect=self.dialect))
        answer: bool | None = self.execute(alone.sql)[0][1]
        return answer
