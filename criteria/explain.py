"""Why, what is missing, what was nearest, and when it changes: for one programme and one person or household.

Everything here asks the interpreter again with something changed, so it can never disagree with the verdict itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from math import prod
from random import Random

from criteria.candidates import birth_candidates, candidates
from criteria.catalogue import Catalogue, Fact
from criteria.dates import completes_on
from criteria.family import Answer, Family
from criteria.interpret import HOUSEHOLD, Assessment, FactRead, FamilyWorld, ReadKind, Verdict
from criteria.programme import Programme
from criteria.tree import And, If, Node, Not, Or
from criteria.turning import turning_days
from criteria.unsettled import may_turn, unsettled
from criteria.values import Range, Truth, both

# Combinations of several missing answers tried before sampling.
COMBINATIONS = 32
SAMPLES = 32
BIRTH = "birth_date"
PLACE = "place"


@dataclass(frozen=True)
class Missing:
    """A fact worth asking: its answer can change the result. `alone`: one answer by itself decides.

    `name` is the code of a stored fact, `birth_date` or `place`; `of` a member's id or `household`.
    """

    name: str
    of: str
    alone: bool
    fact: Fact | None = None


@dataclass(frozen=True)
class NearestMiss:
    """The only false criterion, and the conditions in it that turn it: each alone, or all together."""

    criterion: str
    atoms: tuple[Node, ...]
    together: bool


@dataclass(frozen=True)
class Change:
    """From this day the verdict is another (None: no longer a present member). `because`: criteria that changed."""

    on: date
    verdict: Verdict | None
    because: tuple[tuple[str, Truth], ...]


# --- what is missing -----------------------------------------------------------------------------------------------


def missing(assessment: Assessment, family: Family, catalogue: Catalogue) -> tuple[Missing, ...]:
    """The facts that matter to an unknown verdict, over all its criteria; nothing for a yes or a no."""
    if assessment.truth is not None:
        return ()
    trees = [state.tree for state in assessment.criteria]
    return _matter(trees, assessment, family, catalogue)


def missing_in(assessment: Assessment, key: str, family: Family, catalogue: Catalogue) -> tuple[Missing, ...]:
    """The facts that matter to one unknown criterion."""
    state = next(state for state in assessment.criteria if state.key == key)
    if state.state is not None:
        return ()
    return _matter([state.tree], assessment, family, catalogue)


@dataclass(frozen=True)
class _Gap:
    """One missing answer with the values worth trying, each as a changed family."""

    read: FactRead
    values: tuple[object, ...]

    def filled(self, family: Family, value: object, as_of: date) -> Family:
        if self.read.kind is ReadKind.IN_AREA:
            assert isinstance(value, str)
            return replace(family, place=value)
        if self.read.kind is ReadKind.BIRTH:
            assert isinstance(value, Range)
            return family.with_member(replace(family.member(self.read.of), birth=(value.low, value.high)))
        assert self.read.fact is not None
        subject = None if self.read.of == HOUSEHOLD else self.read.of
        return family.answered(subject, self.read.fact, Answer(value, as_of))  # type: ignore[arg-type]


def _gaps(reads: Iterable[FactRead], trees: Sequence[Node], family: Family, as_of: date) -> Iterator[_Gap]:
    seen: set[tuple[str, str]] = set()
    for read in reads:
        if read.exact or (read.name, read.of) in seen:
            continue
        seen.add((read.name, read.of))
        if read.kind is ReadKind.IN_AREA:
            if family.is_household:
                yield _Gap(read, tuple(_places(read.code, family, as_of)))
        elif read.kind is ReadKind.BIRTH:
            yield _Gap(read, tuple(birth_candidates(trees, as_of, family.member(read.of).birth)))
        elif read.fact is not None and (family.is_household or read.of != HOUSEHOLD):
            values = candidates(read.fact, trees, family, as_of)
            if read.known and isinstance(read.value, Range):
                values = [v for v in values if isinstance(v, Range) and read.value.low <= v.low <= read.value.high]
            yield _Gap(read, tuple(values))


def _places(programme: str, family: Family, as_of: date) -> list[str]:
    """An opened unit inside the place known, and a place that is none."""
    opened = [
        unit
        for opening in family.openings.get(programme, ())
        if opening.period.includes(as_of)
        for unit in opening.units
        if unit.startswith(family.place or "")
    ]
    return [*opened[:1], (family.place or "") + "\U0010ffff"]


def _matter(trees: Sequence[Node], assessment: Assessment, family: Family, catalogue: Catalogue) -> tuple[Missing, ...]:
    as_of = assessment.as_of
    person = None if assessment.subject == HOUSEHOLD else assessment.subject
    now = FamilyWorld(family, catalogue, as_of, None if person is None else family.member(person))
    # a settled criterion says the same whatever is filled in: it is not asked again and again
    trees = [tree for tree in trees if may_turn(tree, now)]
    reads = unsettled(trees, now)

    def ask(changed: Family) -> Truth:
        subject = None if person is None else changed.member(person)
        world = FamilyWorld(changed, catalogue, as_of, subject)
        return both(world.truth(tree) for tree in trees)

    gaps = [gap for gap in _gaps(reads, trees, family, as_of) if gap.values]
    found = []
    for gap in gaps:
        alone = any(ask(gap.filled(family, value, as_of)) is not None for value in gap.values)
        if alone or _matters_with(gap, [other for other in gaps if other is not gap], ask, family, as_of):
            name = PLACE if gap.read.kind is ReadKind.IN_AREA else gap.read.name
            found.append(Missing(name, gap.read.of, alone, gap.read.fact))
    return tuple(dict.fromkeys(found))


def _matters_with(
    gap: _Gap, others: Sequence[_Gap], ask: Callable[[Family], Truth], family: Family, as_of: date
) -> bool:
    """With some answers to the other gaps, this answer makes a difference."""
    if not others:
        return False
    for answers in _combinations([other.values for other in others]):
        changed = family
        for other, value in zip(others, answers, strict=True):
            changed = other.filled(changed, value, as_of)
        results = {ask(gap.filled(changed, value, as_of)) for value in gap.values}
        if len(results) > 1:
            return True
    return False


def _combinations(values: Sequence[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """All, or where they are too many a fixed sample."""
    if prod(len(options) for options in values) <= COMBINATIONS:
        yield from product(*values)
        return
    random = Random(7)
    for _ in range(SAMPLES):
        yield tuple(random.choice(options) for options in values)


# --- nearest miss --------------------------------------------------------------------------------------------------


def nearest_miss(assessment: Assessment, family: Family, catalogue: Catalogue) -> NearestMiss | None:
    """For a no with a single false criterion: the conditions in it that would turn it."""
    false = [state for state in assessment.criteria if state.state is False]
    if len(false) != 1:
        return None
    tree = false[0].tree
    person = None if assessment.subject == HOUSEHOLD else family.member(assessment.subject)

    def turned(what_if: dict[Node, Truth]) -> bool:
        world = FamilyWorld(family, catalogue, assessment.as_of, person, what_if=what_if)
        return world.truth(tree) is True

    world = FamilyWorld(family, catalogue, assessment.as_of, person)
    flips = {atom: world.truth(atom) is not True for atom in atoms(tree)}
    single = tuple(atom for atom, value in flips.items() if turned({atom: value}))
    if single:
        return NearestMiss(false[0].key, single, together=False)
    # no atom alone turns it: the smallest set found by taking back one after the other
    needed = dict(flips)
    if not turned(dict(needed)):
        needed = {atom: value for atom, value in flips.items() if value}
    if not turned(dict(needed)):
        return NearestMiss(false[0].key, (), together=True)
    for atom in list(needed):
        without = {other: value for other, value in needed.items() if other is not atom}
        if turned(dict(without)):
            needed = without
    return NearestMiss(false[0].key, tuple(needed), together=True)


def atoms(tree: Node) -> list[Node]:
    """The conditions a tree joins, each once; a derived fact and a question over the members count as one."""
    if isinstance(tree, And | Or | Not | If):
        return list(dict.fromkeys(atom for child in tree.children for atom in atoms(child)))
    return [tree]


# --- when it changes -----------------------------------------------------------------------------------------------


def changes(assessment: Assessment, family: Family, catalogue: Catalogue, *, months: int = 24) -> tuple[Change, ...]:
    """Each day within the coming months on which the verdict becomes another, if nothing new is learned."""
    programme, as_of = assessment.programme, assessment.as_of
    person = None if assessment.subject == HOUSEHOLD else assessment.subject
    days = turning_days(family, programme.reading, as_of, completes_on(as_of, months), catalogue, person=person)
    found: list[Change] = []
    states = {criterion.key: criterion.state for criterion in assessment.criteria}
    last: Verdict | None = assessment.verdict
    for day in days:
        gone = not (family.present(day) if person is None else _here(family, person, day))
        if gone:
            if last is not None:
                found.append(Change(day, None, ()))
            last = None
            continue
        now = _states(programme, family, day, catalogue, person)
        verdict = Verdict.of(both(now.values()))
        if verdict != last:
            because = tuple((key, state) for key, state in now.items() if states.get(key) is not state)
            found.append(Change(day, verdict, because))
        last, states = verdict, now
    return tuple(found)


def _states(
    programme: Programme, family: Family, day: date, catalogue: Catalogue, person: str | None
) -> dict[str, Truth]:
    """Every criterion on a day, without its log."""
    world = FamilyWorld(family, catalogue, day, None if person is None else family.member(person))
    return {key: world.truth(tree) for key, tree in programme.all_criteria}


def yes_from(assessment: Assessment, family: Family, catalogue: Catalogue, *, months: int = 24) -> date | None:
    """The first day within the coming months on which it will be yes; None when it is now, or no date brings it."""
    for change in changes(assessment, family, catalogue, months=months):
        if change.verdict is Verdict.ELIGIBLE:
            return change.on
    return None


def _here(family: Family, person: str, day: date) -> bool:
    """Present, or, for a person in no household, alive."""
    member = family.member(person)
    return member.present(day) if family.is_household else not (member.died_on and member.died_on < day)
