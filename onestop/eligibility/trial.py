"""Trying a rule on real people before anybody publishes it: who would be in, out, unknown; who gains and who loses.

Nothing is stored and nothing is published. A rule is checked as a published one is; facts and programmes of a
compartment the officer is outside of are to it as though they did not exist, since its answer would tell them. The
count and the names come from the same statement of verdicts as every cross-table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from criteria.catalogue import Catalogue, Fact
from criteria.check import check_programme, compartments
from criteria.problems import Problem, RuleRefused
from criteria.programme import Programme as Rules
from criteria.read import Unit, read
from criteria.tree import Node
from onestop.areas.scope import Scope
from onestop.eligibility import live
from onestop.eligibility.catalogue import catalogue
from onestop.eligibility.checking import said
from onestop.eligibility.forms import lines
from onestop.eligibility.guarantees import book_for
from onestop.eligibility.rulebook import Rulebook, Version, opened_in, openings
from onestop.eligibility.sentences import sentence
from onestop.eligibility.states import inner, run, verdicts
from onestop.programmes.models import CriteriaVersion, Programme

TRIAL: Final = "TRIAL"
NAMES: Final = 50
SHOWN: Final = {
    "in": "w.p0",
    "unknown": "w.p0 IS NULL",
    "gains": "w.p0 AND w.p1 IS NOT TRUE",
    "loses": "w.p1 AND w.p0 IS NOT TRUE",
}


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one criterion: the line of the box, the column in it, why, and what was perhaps meant."""

    line: int
    column: int
    text: str
    proposal: str
    is_error: bool
    source: str


@dataclass(frozen=True)
class Tree:
    """A criterion that checks, with its sentence in each language."""

    line: int
    rule: str
    tree: Node
    sentence: dict[str, str]


@dataclass(frozen=True)
class Checked:
    """The criteria of a trial as they were read."""

    wrong: list[Wrong]
    trees: list[Tree]

    @property
    def ok(self) -> bool:
        return not any(one.is_error for one in self.wrong)


@dataclass(frozen=True)
class Tally:
    """One place (or all): how many would be in, out, unknown; who gains and who loses against another programme."""

    place: str
    eligible: int
    not_eligible: int
    unknown: int
    gains: int = 0
    loses: int = 0

    @property
    def total(self) -> int:
        return self.eligible + self.not_eligible + self.unknown

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            "",
            self.eligible + other.eligible,
            self.not_eligible + other.not_eligible,
            self.unknown + other.unknown,
            self.gains + other.gains,
            self.loses + other.loses,
        )


@dataclass(frozen=True)
class Name:
    """One of those whom the rule would change something for; of a household its head."""

    household_id: UUID
    person_id: UUID | None
    name_km: str
    name_latin: str
    unit_code: str
    folder_number: str


def known_to(scope: Scope) -> Catalogue:
    """The facts and programmes the officer may see: nothing else can be named, and nothing else is proposed."""
    whole = catalogue()
    whole = replace(whole, facts=tuple(facts_seen(whole, scope)))
    seen = frozenset(Programme.objects.visible_to(scope).values_list("code", flat=True))
    return whole.with_programmes(
        {code: compartment for code, compartment in whole.programmes.items() if code in seen},
        {code: names for code, names in whole.programme_names.items() if code in seen},
    )


def facts_seen(whole: Catalogue, scope: Scope) -> Iterator[Fact]:
    """The facts of no compartment the officer is outside of, nor derived from such a fact."""
    for fact in whole.facts:
        closed = {fact.compartment}
        if fact.derived:
            tree = read(f"has({fact.key})", whole, unit=fact.of)
            closed |= {compartment for _node, _name, compartment in compartments(tree, whole)}
        if all(scope.sees_compartment(one) for one in closed):
            yield fact


def check(text: str, kind: str, known: Catalogue, scope: Scope) -> Checked:
    """Read and check every line; what is wrong is said in the reader's language, with line and column of the box."""
    numbered = [(f"line_{number}", number, rule) for number, rule in lines(text)]
    at = {key: number for key, number, _rule in numbered}
    rules = {key: rule for key, _number, rule in numbered}
    unit = as_unit(kind)
    found = check_programme([(key, rule) for key, _number, rule in numbered], known, unit=unit)
    wrong = [_wrong(problem, at, rules) for problem in found.problems]
    trees = list(_trees(numbered, known, unit))
    return Checked(sorted(wrong, key=lambda one: (one.line, one.column)), trees)


def as_unit(kind: str) -> Unit:
    return "household" if kind == "household" else "person"


def _trees(numbered: list[tuple[str, int, str]], known: Catalogue, unit: Unit) -> Iterator[Tree]:
    """The criteria that can be read, also beside others that cannot."""
    for _key, number, rule in numbered:
        try:
            tree = read(rule, known, unit=unit)
        except RuleRefused:  # said among the problems
            continue
        yield Tree(number, rule, tree, sentence(tree, known))


def _wrong(problem: Problem, at: dict[str, int], rules: dict[str, str]) -> Wrong:
    first = next(iter(at.values()), 1)
    key = problem.criterion or ""
    return Wrong(
        at.get(key, first),
        problem.column,
        said(problem),
        problem.proposal or "",
        problem.is_error,
        rules.get(key, ""),
    )


def trial_book(checked: Checked, kind: str, on: date, scope: Scope, against: str) -> Rulebook:
    """A rulebook of the trial alone, and of the programme it is compared with; then both have that one's openings."""
    book = book_for(on, scope)
    other = book.get(against) if against else None
    trees = tuple((f"line_{one.line}", one.tree) for one in checked.trees)
    unit = as_unit(kind)
    rules = Rules(other.code if other else TRIAL, unit, trees, own_openings=other is not None)
    programme = Programme(code=rules.code, unit=unit, document={"name": {}})
    versions = [Version(rules, programme, CriteriaVersion(criteria=[]))]
    if other is not None:
        versions.append(other)
    stamp = (*book.stamp, TRIAL, kind, against, tuple(one.rule for one in checked.trees))
    return replace(book, versions=tuple(versions), openings=openings(opened_in(versions)), stamp=stamp)


_WHO: Final = {
    "person": "SELECT v.* FROM v",
    "household": "SELECT v.household_id, NULL::uuid AS person_id, min(v.unit_code) AS unit_code{columns}"
    " FROM v GROUP BY v.household_id",
}
_TALLY: Final = """
WITH v AS MATERIALIZED ({verdicts}), w AS ({who})
SELECT substr(w.unit_code, 1, %(length)s), count(*) FILTER (WHERE w.p0), count(*) FILTER (WHERE w.p0 IS FALSE),
  count(*) FILTER (WHERE w.p0 IS NULL){against}
FROM w GROUP BY 1 ORDER BY 1"""
_NAMES: Final = """
WITH v AS MATERIALIZED ({verdicts}), w AS ({who})
SELECT w.household_id, w.person_id, p.family_name_km, p.given_name_km, p.family_name_latin, p.given_name_latin,
  w.unit_code, h.folder_number
FROM w JOIN registry_household h ON h.id = w.household_id
LEFT JOIN registry_person p ON p.id = coalesce(w.person_id, h.head_id)
WHERE {shown} ORDER BY p.name_sort, p.id, h.id LIMIT %(limit)s"""


def tallies(book: Rulebook, unit: str, *, length: int) -> list[Tally]:
    """The counts of each place of a unit that has somebody."""
    against: sql.Composable = sql.SQL("")
    if len(book.versions) > 1:
        against = sql.SQL(", count(*) FILTER (WHERE {}), count(*) FILTER (WHERE {})").format(
            sql.SQL(SHOWN["gains"]), sql.SQL(SHOWN["loses"])
        )
    query = sql.SQL(_TALLY).format(**_steps(book, unit), against=against)
    return [Tally(*row) for row in run(query, {"length": length})]


def names(book: Rulebook, unit: str, shown: str) -> list[Name]:
    """The first names of a group of SHOWN, in the order of names."""
    query = sql.SQL(_NAMES).format(**_steps(book, unit), shown=sql.SQL(SHOWN[shown]))
    return [_name(row) for row in run(query, {"limit": NAMES})]


def _steps(book: Rulebook, unit: str) -> dict[str, sql.Composable]:
    version = book.versions[0]
    statement = verdicts(book, book.rules, unit, live.needs_history(book.on))
    columns = [sql.SQL(", bool_and({0}) AS {0}").format(sql.Identifier(f"p{n}")) for n in range(len(book.versions))]
    if not version.counts_households:
        return {"verdicts": inner(statement), "who": sql.SQL(_WHO["person"])}
    return {"verdicts": inner(statement), "who": sql.SQL(_WHO["household"]).format(columns=sql.Composed(columns))}


def _name(row: Sequence[Any]) -> Name:
    household, person, family_km, given_km, family, given, unit, folder = row
    km = " ".join(filter(None, (family_km, given_km)))
    latin = " ".join(filter(None, (family, given)))
    return Name(household, person, km, latin, unit, folder)
