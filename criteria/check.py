"""Checking a rule, and a programme's rules together, before they are saved.

`check_rule` reads one criterion and adds what its sense tells: it is always true, a part of it can never be met.
`check_programme` reads an ordered list of criteria, of which all are needed: limits, keys, compartments, and whether
together they leave any value of a fact. Errors refuse; warnings do not.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from criteria.catalogue import Catalogue
from criteria.domains import DATES, NO_DATE, Atom, Values, atom, conjunction
from criteria.problems import Problem, RuleRefused
from criteria.read import Unit, read
from criteria.tree import Aggregate, Derived, Enrolled, FactNode, Node

CRITERIA_LIMIT = 40
# The programme's own openings are a criterion before all others, under this key.
OPEN_KEY = "_open"
_KEY = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class CheckedRule:
    """`tree` is None when a problem is an error."""

    text: str
    tree: Node | None
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return self.tree is not None


@dataclass(frozen=True)
class CheckedProgramme:
    """The criteria in their order as (key, tree or None), and all problems; each names its criterion."""

    criteria: tuple[tuple[str, Node | None], ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return not any(problem.is_error for problem in self.problems)

    @property
    def trees(self) -> tuple[tuple[str, Node], ...]:
        """Key and tree of each criterion; RuleRefused when something is wrong."""
        errors = [problem for problem in self.problems if problem.is_error]
        if errors:
            raise RuleRefused(errors)
        return tuple((key, tree) for key, tree in self.criteria if tree is not None)


def check_rule(text: str, catalogue: Catalogue, *, unit: Unit = "person", compartment: str | None = "*") -> CheckedRule:
    """One criterion by itself. `compartment` of the programme is checked only when given (None: it has none)."""
    checked = check_programme([("rule", text)], catalogue, unit=unit, compartment=compartment)
    problems = tuple(replace(problem, criterion=None) for problem in checked.problems)
    refused = any(problem.is_error for problem in problems)
    return CheckedRule(text, None if refused else checked.criteria[0][1], problems)


def check_programme(
    criteria: Sequence[tuple[str, str]],
    catalogue: Catalogue,
    *,
    unit: Unit = "person",
    compartment: str | None = "*",
) -> CheckedProgramme:
    """The criteria of one programme, as (key, text) in order. `compartment="*"` leaves compartments unchecked."""
    problems: list[Problem] = []
    trees: list[tuple[str, Node | None]] = []
    for key, text in criteria:
        try:
            tree: Node | None = read(text, catalogue, unit=unit)
        except RuleRefused as refused:
            problems += [replace(problem, criterion=key) for problem in refused.problems]
            tree = None
        trees.append((key, tree))
        if tree is not None:
            found = [*_sense(tree), *(_compartments(tree, catalogue, compartment) if compartment != "*" else ())]
            problems += [replace(problem, criterion=key) for problem in found]
    problems += _keys([key for key, _ in criteria])
    problems += _contradictions([(key, tree) for key, tree in trees if tree is not None])
    if len(criteria) > CRITERIA_LIMIT:
        problems.append(Problem(1, 1, "too_many_criteria", {"count": str(len(criteria)), "limit": str(CRITERIA_LIMIT)}))
    order = {key: number for number, (key, _) in enumerate(criteria)}
    problems.sort(key=lambda problem: (order.get(problem.criterion or "", -1), problem.position))
    return CheckedProgramme(tuple(trees), tuple(problems))


def _at(node: Node, key: str, *, warning: bool = False, proposal: str | None = None, **params: str) -> Problem:
    severity = "warning" if warning else "error"
    return Problem(node.span.line, node.span.column, key, params, proposal, severity, None, node.span.start)  # type: ignore[arg-type]


def _keys(keys: Sequence[str]) -> Iterator[Problem]:
    for number, key in enumerate(keys):
        if key == OPEN_KEY:
            yield Problem(1, 1, "criterion_reserved", {"key": key}, criterion=key)
        elif not _KEY.fullmatch(key):
            yield Problem(1, 1, "criterion_key", {"key": key}, criterion=key)
        elif key in keys[:number]:
            yield Problem(1, 1, "criterion_twice", {"key": key}, criterion=key)


# --- sense ---------------------------------------------------------------------------------------------------------


def written_nodes(tree: Node) -> Iterator[Node]:
    """The nodes that stand in the text: derived facts are not opened."""
    yield tree
    if not isinstance(tree, Derived):
        for child in tree.children:
            yield from written_nodes(child)


def _sense(tree: Node) -> Iterator[Problem]:
    """Warnings: atoms true of every value, and conditions on members that none can meet."""
    for node in written_nodes(tree):
        found = atom(node)
        if found is not None and not isinstance(node, FactNode) and found.universe.without(found.meant).empty:
            yield _at(node, "always_true", warning=True, what=found.name)
        if isinstance(node, Aggregate):
            clash = _clash([("", node.body)])
            if clash is not None:
                yield replace(clash, key="never_true", severity="warning", criterion=None)


def _contradictions(trees: Iterable[tuple[str, Node]]) -> Iterator[Problem]:
    clash = _clash(trees)
    if clash is not None:
        yield clash


def _clash(trees: Iterable[tuple[str, Node]]) -> Problem | None:
    """The first atom that, joined to those before it, leaves its fact no value."""
    left: dict[Hashable, Values] = {}
    asked: dict[Node, bool] = {}
    for criterion, tree in trees:
        for node, positive, where in conjunction(tree):
            if asked.setdefault(node, positive) is not positive:
                return replace(_at(where, "contradiction_atom"), criterion=criterion)
            found = atom(node, positive)
            if found is None:
                continue
            for key, universe, meant in _scales(found):
                left[key] = left.get(key, universe) & meant
                if left[key].empty:
                    return replace(_at(where, "contradiction", what=found.name), criterion=criterion)
    return None


def _scales(found: Atom) -> Iterator[tuple[Hashable, Values, Values]]:
    """A date has two scales, fixed and moving with as_of; whether it applies at all is common to both."""
    yield found.key, found.universe, found.meant
    if isinstance(found.key, tuple) and isinstance(found.key[0], Node):
        node, moving = found.key
        nowhere = Values(((NO_DATE, NO_DATE),))
        applies = Values(DATES.intervals if (found.meant & nowhere).empty else (*nowhere.intervals, *DATES.intervals))
        only_nowhere = (found.meant & DATES).empty
        anything = Values((*nowhere.intervals, *DATES.intervals))
        yield (node, not moving), anything, nowhere if only_nowhere else applies


# --- compartments --------------------------------------------------------------------------------------------------


def compartments(tree: Node, catalogue: Catalogue) -> list[tuple[Node, str, str]]:
    """What of a tree belongs to a compartment: node, name, compartment. Derived facts tell of their sources."""
    found: list[tuple[Node, str, str]] = []
    for node in written_nodes(tree):
        for part in node.walk() if isinstance(node, Derived) else [node]:
            if isinstance(part, Enrolled):
                inside = catalogue.programmes.get(part.programme)
                if inside is not None:
                    found.append((node, f"enrolled('{part.programme}')", inside))
            if isinstance(part, FactNode | Derived) and part.fact.compartment is not None:
                found.append((node, part.fact.key, part.fact.compartment))
    return found


def _compartments(tree: Node, catalogue: Catalogue, carried: str | None) -> Iterator[Problem]:
    for node, name, compartment in compartments(tree, catalogue):
        if compartment != carried:
            yield _at(node, "compartment", what=name, compartment=compartment, proposal=f"compartment: {compartment}")
