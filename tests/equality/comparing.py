"""Two readers asked the same: worlds of families and rules, what the interpreter says, and what an engine says.

A `World` is drawn from one seed for one day: households, people in none, programmes of one criterion and of several.
`Expected` holds the interpreter's answers, worked out once, so that many engines (and many spoilt compilers) can be
held to them. `differences` compares every verdict and every criterion's state of one engine and gives the first ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

import sqlglot

from criteria.compile import Statement, compile_alone, compile_counts, compile_households, compile_rows
from criteria.engines import Dialect, Engine
from criteria.family import Family, Member, Openings
from criteria.interpret import FamilyWorld
from criteria.programme import Programme
from criteria.read import Unit
from criteria.relations import Residents
from criteria.values import Truth, both
from criteria.wide import WideTables
from tests.equality.branch import BRANCH
from tests.equality.coverage import Placed, placed
from tests.equality.people import DAYS, People
from tests.equality.rules import Memory, Rules

Execute = Callable[[str], Sequence[Sequence[Any]]]
# Rules of one statement.
BATCH = 16
# How many persons in no household a world has for each ten households.
ALONE = 1
# Counts by place are asked of districts.
DIGITS = 4


@dataclass(frozen=True)
class Asked:
    """A programme with the texts of its criteria."""

    programme: Programme
    texts: tuple[str, ...]

    @classmethod
    def draw(cls, rules: Rules, number: int, several: bool) -> Asked:
        """One criterion, or several and the programme's own openings before them."""
        random = rules.random
        drawn = [rules.rule(random.choice((1, 2, 2, 3))) for _ in range(random.choice((2, 3)) if several else 1)]
        code = random.choice(list(BRANCH.programmes)) if several else f"R{number}"
        criteria = tuple((f"k{place}", tree) for place, (_, tree) in enumerate(drawn))
        return cls(Programme(code, rules.unit, criteria, own_openings=several), tuple(text for text, _ in drawn))


States = tuple[Truth, ...]


@dataclass
class World:
    """Families and people in none, as of one day, with the batches of programmes asked of them."""

    seed: int
    as_of: date
    openings: Openings
    families: list[Family]
    alone: list[Family]
    batches: list[list[Asked]]

    @classmethod
    def draw(cls, seed: int, families: int, batches: int, memory: Memory | None = None) -> World:
        random = Random(seed)
        as_of = DAYS[seed % len(DAYS)]
        people = People(random, BRANCH, as_of)
        openings = people.openings()
        found = [people.family(f"f{number}", openings) for number in range(families)]
        alone = [people.alone(f"a{number}") for number in range(max(1, families * ALONE // 10))]
        memory = memory or Memory()
        drawn = []
        for number in range(batches):
            units: tuple[Unit, ...] = ("person", "person", "household") if number % 2 else ("person", "household")
            drawers = [Rules(random, BRANCH, unit, as_of, memory) for unit in units]
            several = number % 4 == 1
            count = BATCH // 2 if several else BATCH
            drawn.append([Asked.draw(drawers[place % len(drawers)], place, several) for place in range(count)])
        return cls(seed, as_of, openings, found, alone, drawn)

    def present(self, family: Family) -> list[Member]:
        return family.present(self.as_of)

    def living(self) -> Iterator[tuple[Family, Member]]:
        """The people in no household who can be asked: born and alive."""
        for family in self.alone:
            member = family.members[0]
            born = member.birth is None or member.birth[0] <= self.as_of
            if born and (member.died_on is None or member.died_on >= self.as_of):
                yield family, member


def states(asked: Asked, family: Family, member: Member | None, as_of: date) -> States:
    """What the interpreter says: the verdict and, of a programme of several criteria, the state of each."""
    world = FamilyWorld(family, BRANCH, as_of, member)
    found = [world.truth(tree) for _, tree in asked.programme.all_criteria]
    return (both(found), *found) if len(found) > 1 else (found[0],)


@dataclass
class Expected:
    """The interpreter's answers to one batch: per member, per household, per person in none."""

    members: dict[str, list[States]] = field(default_factory=dict)
    households: dict[str, list[States]] = field(default_factory=dict)
    alone: dict[str, list[Truth]] = field(default_factory=dict)
    # by programme and place, the first DIGITS of the village's code; None is nowhere known
    counts: dict[tuple[int, str | None], Counter[Truth]] = field(default_factory=dict)
    verdicts: Counter[Truth] = field(default_factory=Counter)
    placed: Counter[Placed] = field(default_factory=Counter)

    @classmethod
    def of(cls, world: World, batch: Sequence[Asked]) -> Expected:
        found = cls()
        decisions: Counter[int] = Counter()
        for family in world.families:
            found._family(world, batch, family, decisions)
        for family, member in world.living():
            answers = [states(asked, family, member, world.as_of)[0] for asked in batch]
            found.alone[f"{family.id}/{member.id}"] = answers
            found.verdicts.update(answers)
            decisions.update(range(len(batch)))
        for number, asked in enumerate(batch):
            for _, tree in asked.programme.criteria:
                for pair in set(placed(tree)):
                    found.placed[pair] += decisions[number]
        return found

    def counted(self, number: int, place: str | None, *, everywhere: bool) -> Counter[Truth]:
        """The counts of one of the batch, in one place or over all."""
        places = [truths for (of, where), truths in self.counts.items() if of == number]
        return sum(places, Counter()) if everywhere else self.counts.get((number, place), Counter())

    def part(self, start: int, stop: int) -> Expected:
        """The answers about members to some of the batch."""
        return Expected({subject: answers[start:stop] for subject, answers in self.members.items()})

    def _family(self, world: World, batch: Sequence[Asked], family: Family, decisions: Counter[int]) -> None:
        present = world.present(family)
        rows: dict[str, list[States]] = {f"{family.id}/{member.id}": [] for member in present}
        of_household = []
        for number, asked in enumerate(batch):
            if asked.programme.unit == "household":
                answer = states(asked, family, None, world.as_of)
                of_household.append(answer)
                for row in rows.values():
                    row.append(answer)
                decided = [answer[0]]
            else:
                answers = [states(asked, family, member, world.as_of) for member in present]
                for row, answer in zip(rows.values(), answers, strict=True):
                    row.append(answer)
                decided = [answer[0] for answer in answers]
            if present:
                at = (number, family.place and family.place[:DIGITS])
                self.counts.setdefault(at, Counter()).update(decided)
            decisions[number] += len(decided)
            self.verdicts.update(decided)
        self.members |= rows
        self.households[family.id] = of_household


Answered = Sequence[tuple[World, Sequence[Expected]]]


@dataclass(frozen=True)
class Difference:
    """A case in which an engine and the interpreter part."""

    seed: int
    as_of: date
    subject: str
    rule: str
    engine: object
    interpreter: object
    family: Family | None = None

    def __str__(self) -> str:
        return (
            f"seed {self.seed}, {self.as_of}, {self.subject}: the engine says {self.engine}, "
            f"the interpreter {self.interpreter}, of {self.rule}\n    {self.family}"
        )


class Loaded:
    """A world's families in the tables of an engine."""

    def __init__(self, world: World, execute: Execute, dialect: Dialect) -> None:
        self.world = world
        self.execute = execute
        self.dialect = dialect
        self.tables = WideTables(BRANCH, Engine(dialect), prefix=f"w{world.seed}_")
        self.lonely = WideTables(BRANCH, Engine(dialect), prefix=f"a{world.seed}_")
        for tables, families in ((self.tables, world.families), (self.lonely, world.alone)):
            for statement in (*tables.create(), *tables.insert(families, world.as_of)):
                execute(statement)
            for name in tables.columns() if dialect == "postgres" else ():
                execute(f"ANALYZE {tables.prefix}{name}")

    def drop(self) -> None:
        """Take the tables away."""
        for tables in (self.tables, self.lonely):
            for name in tables.columns():
                self.execute(f"DROP TABLE {tables.prefix}{name}")

    def differences(self, batch: Sequence[Asked], expected: Expected) -> Iterator[Difference]:
        """Every answer of this engine that is not the interpreter's, asked in every way there is."""
        yield from self.of_members(batch, expected)
        yield from self.of_others(batch, expected)

    def of_others(self, batch: Sequence[Asked], expected: Expected) -> Iterator[Difference]:
        """Households as such, people in none, and counts."""
        yield from self._households(batch, expected)
        yield from self._alone(batch, expected)
        yield from self._counts(batch, expected)

    def rows_of(self, statement: Statement, keys: int) -> dict[str, Sequence[Any]]:
        return {str(row[0]): row[keys:] for row in self.execute(statement.sql)}

    def of_members(self, batch: Sequence[Asked], expected: Expected) -> Iterator[Difference]:
        """Every present member: both units, a household's verdict carried by each."""
        world = self.world
        programmes = [asked.programme for asked in batch]
        relations = self.tables.relations(world.openings)
        criteria = programmes[0].own_openings
        statement = compile_rows(
            programmes, Residents(BRANCH, relations, world.as_of, dialect=self.dialect), criteria=criteria
        )
        yield from self._states(batch, self.rows_of(statement, 3), expected.members)

    def _households(self, batch: Sequence[Asked], expected: Expected) -> Iterator[Difference]:
        """Households as such, those without anyone present too."""
        chosen = [asked for asked in batch if asked.programme.unit == "household"]
        programmes = [asked.programme for asked in chosen]
        relations = self.tables.relations(self.world.openings, keep_empty=True)
        criteria = programmes[0].own_openings
        statement = compile_households(
            programmes, Residents(BRANCH, relations, self.world.as_of, dialect=self.dialect), criteria=criteria
        )
        yield from self._states(chosen, self.rows_of(statement, 2), expected.households)

    def _states(
        self, batch: Sequence[Asked], found: dict[str, Sequence[Any]], expected: dict[str, list[States]]
    ) -> Iterator[Difference]:
        if found.keys() != expected.keys():
            subjects = sorted(found.keys() ^ expected.keys())
            yield Difference(self.world.seed, self.world.as_of, str(subjects[:5]), "who is present", "", "")
            return
        families = {family.id: family for family in self.world.families}
        for subject, answers in expected.items():
            flat = [state for answer in answers for state in answer]
            if list(found[subject]) == flat:
                continue
            place = 0
            for asked, answer in zip(batch, answers, strict=True):
                engine = tuple(found[subject][place : place + len(answer)])
                place += len(answer)
                if engine != answer:
                    yield self._difference(subject, asked, engine, answer, families[subject.split("/")[0]])

    def _difference(
        self, subject: str, asked: Asked, engine: object, interpreter: object, family: Family | None = None
    ) -> Difference:
        rule = " AND ".join(asked.texts)
        return Difference(self.world.seed, self.world.as_of, subject, rule, engine, interpreter, family)

    def _alone(self, batch: Sequence[Asked], expected: Expected) -> Iterator[Difference]:
        world = self.world
        programmes = [asked.programme for asked in batch]
        relations = self.lonely.relations(world.openings)
        statement = compile_alone(programmes, Residents(BRANCH, relations, world.as_of, dialect=self.dialect))
        found = self.rows_of(statement, 1)
        if found.keys() != expected.alone.keys():
            yield Difference(world.seed, world.as_of, "people in no household", "who is alive", "", "")
            return
        for subject, answers in expected.alone.items():
            for asked, engine, answer in zip(batch, found[subject], answers, strict=True):
                if engine is not answer:
                    family = next(one for one in world.alone if one.id == subject.split("/")[0])
                    yield self._difference(subject, asked, engine, answer, family)

    def _counts(self, batch: Sequence[Asked], expected: Expected) -> Iterator[Difference]:
        """How many, over everybody and place by place: eligible, not eligible, unknown; a household counts once."""
        programmes = [asked.programme for asked in batch]
        relations = self.tables.relations(self.world.openings)
        for length in (None, DIGITS):
            statement = compile_counts(
                programmes, Residents(BRANCH, relations, self.world.as_of, dialect=self.dialect), place_length=length
            )
            found = statement.counts(self.execute(statement.sql))
            of_whom = list(range(len(batch))) * (len(found) // len(batch))
            for number, count in zip(of_whom, found, strict=True):
                truths = expected.counted(number, count.place, everywhere=length is None)
                engine = (count.eligible, count.not_eligible, count.unknown)
                interpreter = (truths[True], truths[False], truths[None])
                if engine != interpreter:
                    yield self._difference(f"counted at {count.place}", batch[number], engine, interpreter)
            if length and {count.place for count in found} != {place for _, place in expected.counts}:
                yield self._difference("counted by place", batch[0], "other places", "")


def spark_reads(world: World, batch: Sequence[Asked]) -> int:
    """Emit the batch for Spark and parse what was emitted; the number of characters read."""
    relations = WideTables(BRANCH, Engine("spark")).relations(world.openings)
    programmes = [asked.programme for asked in batch]
    texts = [
        compile_rows(programmes, Residents(BRANCH, relations, world.as_of, dialect="spark"), criteria=True).sql,
        compile_counts(programmes, Residents(BRANCH, relations, world.as_of, dialect="spark"), place_length=4).sql,
    ]
    for text in texts:
        assert sqlglot.parse_one(text, read="spark").sql(dialect="spark")
    return sum(len(text) for text in texts)
