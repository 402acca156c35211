"""One family on one date, step by step: the slow reader that explains.

`assess` answers a programme for one person, or for the household, and keeps for each criterion its state and the facts
it read, with their dates. `criteria.explain` builds on it what is missing, what was nearest and when it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from criteria.catalogue import Catalogue, Fact, FactType
from criteria.dates import cut
from criteria.family import Answer, Family, Member, held, in_force, is_open
from criteria.programme import Programme
from criteria.tree import Node, Root
from criteria.values import Range, Truth, Value, both

HOUSEHOLD = "household"


class Verdict(StrEnum):
    """What a programme says of a person or household."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, truth: Truth) -> Verdict:
        return cls.UNKNOWN if truth is None else cls.ELIGIBLE if truth else cls.NOT_ELIGIBLE


class ReadKind(StrEnum):
    """What kind of thing a criterion asks for."""

    FACT = "fact"
    BIRTH = "birth"
    ENROLLED = "enrolled"
    IN_AREA = "in_area"


@dataclass(frozen=True)
class FactRead:
    """One thing that a criterion asked. `of` is the id of a member, or `household`; `value` None means missing.

    `code` is that of a fact; for `enrolled` and `in_area`, which have no `fact`, that of the programme. A stale answer
    keeps its value.
    """

    kind: ReadKind
    code: str
    of: str
    value: Value
    observed_on: date | None = None
    stale: bool = False
    fact: Fact | None = None

    @property
    def name(self) -> str:
        """As a rule has it: the code of a fact, `birth_date`, `enrolled('P')`, `in_area('P')`."""
        return f"{self.kind}('{self.code}')" if self.kind in (ReadKind.ENROLLED, ReadKind.IN_AREA) else self.code

    @property
    def known(self) -> bool:
        return self.value is not None and not self.stale

    @property
    def exact(self) -> bool:
        """Known, and not only between two dates."""
        return self.known and not (isinstance(self.value, Range) and not self.value.is_exact)


@dataclass(frozen=True)
class CriterionState:
    """One criterion of an assessment."""

    key: str
    state: Truth
    facts: tuple[FactRead, ...]
    tree: Node


@dataclass(frozen=True)
class Assessment:
    """The verdict of one programme on one subject (a member's id, or `household`) on one date."""

    programme: Programme
    subject: str
    as_of: date
    truth: Truth
    criteria: tuple[CriterionState, ...]

    @property
    def verdict(self) -> Verdict:
        return Verdict.of(self.truth)


@dataclass
class FamilyWorld:
    """A family on a date, seen from one person (or from the household when `person` is None).

    `member` is the one a macro asks just now. `what_if` gives conditions a value other than theirs. `log` collects
    what is read.
    """

    family: Family
    catalogue: Catalogue
    as_of: date
    person: Member | None = None
    member: Member | None = None
    what_if: Mapping[Node, Truth] = field(default_factory=dict)
    log: dict[tuple[str, str], FactRead] | None = None

    def truth(self, node: Node) -> Truth:
        if self.what_if and node in self.what_if:
            return self.what_if[node]
        value = node.value(self)
        assert value is None or isinstance(value, bool)
        return value

    def each(self, truths: Iterator[Truth]) -> Iterable[Truth]:
        return truths if self.log is None else list(truths)

    def fact(self, root: Root, fact: Fact) -> Value:
        if root == "household":
            return self._household_fact(fact)
        subject = self._subject(root)
        answer = subject.answers.get(fact.code)
        return self._held(subject.id, fact, answer)

    def birth(self, root: Root) -> Range | None:
        subject = self._subject(root)
        born = cut(subject.birth, self.as_of)
        value = None if born is None else Range(*born)
        if self.log is not None:
            age = next((fact for fact in self.catalogue.of("person") if fact.type.is_age), None)
            self._note(FactRead(ReadKind.BIRTH, "birth_date", subject.id, value, fact=age))
        return value

    def enrolled(self, root: Root, programme: str) -> bool:
        subject = self._subject(root)
        value = any(
            enrolment.programme == programme
            and enrolment.period.includes(self.as_of)
            and (enrolment.member == subject.id or (enrolment.member is None and self.family.is_household))
            for enrolment in self.family.enrolments
        )
        self._note(FactRead(ReadKind.ENROLLED, programme, subject.id, value))
        return value

    def open(self, programme: str) -> Truth:
        family = self.family
        value = is_open(family.openings.get(programme, ()), family.place, self.as_of) if family.is_household else None
        self._note(FactRead(ReadKind.IN_AREA, programme, HOUSEHOLD, value))
        return value

    def members(self) -> Sequence[FamilyWorld] | None:
        if not self.family.is_household:
            return None
        return [
            FamilyWorld(self.family, self.catalogue, self.as_of, self.person, member, {}, self.log)
            for member in self.family.present(self.as_of)
        ]

    def _subject(self, root: Root) -> Member:
        subject = self.member if root == "member" else self.person
        assert subject is not None, "a rule about persons was asked of a household"
        return subject

    def _household_fact(self, fact: Fact) -> Value:
        family = self.family
        if not family.is_household:
            self._note_fact(fact, HOUSEHOLD, None)
            return None
        if fact.counts_members:
            size = len(family.present(self.as_of))
            self._note_fact(fact, HOUSEHOLD, size)
            return size
        if fact.status:
            status = in_force(family.statuses.get(fact.code, ()), self.as_of)
            level = None if status is None else status.level
            value = str(level) if level is not None and fact.type is FactType.CODE else level
            since = None if status is None else status.period.start
            self._note_fact(fact, HOUSEHOLD, value, since)
            return value
        return self._held(HOUSEHOLD, fact, family.answers.get(fact.code))

    def _held(self, of: str, fact: Fact, answer: Answer | None) -> Value:
        value = held(fact, answer, self.as_of, self.catalogue)
        if self.log is not None:
            if answer is None or answer.value is None:
                self._note_fact(fact, of, None)
            else:
                known_then = answer.observed_on is None or answer.observed_on <= self.as_of
                shown = answer.value if known_then else value
                observed_on = answer.observed_on if shown is not None else None
                self._note_fact(fact, of, shown, observed_on, stale=shown is not None and value is None)
        return value

    def _note_fact(
        self, fact: Fact, of: str, value: Value, observed_on: date | None = None, *, stale: bool = False
    ) -> None:
        self._note(FactRead(ReadKind.FACT, fact.code, of, value, observed_on, stale, fact))

    def _note(self, read: FactRead) -> None:
        if self.log is not None:
            self.log.setdefault((read.name, read.of), read)


def evaluate(tree: Node, family: Family, as_of: date, catalogue: Catalogue, *, person: str | None = None) -> Truth:
    """One condition for one person (by id), or for the household."""
    subject = None if person is None else family.member(person)
    return FamilyWorld(family, catalogue, as_of, subject).truth(tree)


def assess(
    programme: Programme, family: Family, as_of: date, catalogue: Catalogue, *, person: str | None = None
) -> Assessment:
    """A programme for one person (by id), or for the household when its unit is the household."""
    household = programme.unit == "household"
    if not household and person is None:
        raise ValueError(f"{programme.code} is a programme for persons: name the person")
    subject = None if household or person is None else family.member(person)
    states = []
    for key, tree in programme.all_criteria:
        log: dict[tuple[str, str], FactRead] = {}
        state = FamilyWorld(family, catalogue, as_of, subject, log=log).truth(tree)
        states.append(CriterionState(key, state, tuple(log.values()), tree))
    truth = both(state.state for state in states)
    return Assessment(programme, HOUSEHOLD if subject is None else subject.id, as_of, truth, tuple(states))


def verdict(
    programme: Programme, family: Family, as_of: date, catalogue: Catalogue, *, person: str | None = None
) -> Truth:
    """As `assess`, the bare answer: True eligible, False not, None unknown."""
    subject = None if person is None or programme.unit == "household" else family.member(person)
    world = FamilyWorld(family, catalogue, as_of, subject)
    return both(world.truth(tree) for _, tree in programme.all_criteria)
