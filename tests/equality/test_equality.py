"""Random rules × random households: every engine says what the interpreter says, and a spoilt compiler is caught.

This is the short run; `./run bench equality` is the long one, of a million decisions. The seeds are fixed, so that a
failure comes again; it names the seed, the day, the rule and the family.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import duckdb
import pytest

from bench.equality import in_duckdb
from tests.equality.comparing import Answered, Difference, Execute, Expected, Loaded, World, spark_reads
from tests.equality.coverage import Placed, broad, broadly_required, lacking, required
from tests.equality.planted import NAMED, PLANTED, given_away
from tests.equality.rules import Memory

# The worlds of the short run: one for each of the days asked. The second batch of each has several criteria.
SEEDS = (0, 1, 2, 3, 4, 5)
FAMILIES, BATCHES = 60, 2


@pytest.fixture(scope="module")
def answered() -> Answered:
    """The worlds with what the interpreter says of them, worked out once."""
    memory = Memory()
    worlds = [World.draw(seed, FAMILIES, BATCHES, memory) for seed in SEEDS]
    return [(world, [Expected.of(world, batch) for batch in world.batches]) for world in worlds]


@pytest.fixture(scope="module")
def in_duck() -> Iterator[Execute]:
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        yield in_duckdb(connection)


@pytest.fixture(scope="module")
def duck(answered: Answered, in_duck: Execute) -> list[Loaded]:
    return [Loaded(world, in_duck, "duckdb") for world, _ in answered]


def told(differences: list[Difference]) -> str:
    return f"{len(differences)} differences; the first: {differences[0]}" if differences else ""


def test_duckdb_says_what_the_interpreter_says(answered: Answered, duck: list[Loaded]) -> None:
    for number, (loaded, (world, expected)) in enumerate(zip(duck, answered, strict=True)):
        for batch, answers in zip(world.batches, expected, strict=True):
            assert not told(list(loaded.of_members(batch, answers)))
        if number == 1:
            assert not told(list(loaded.of_others(world.batches[0], expected[0])))


def test_postgresql_says_what_the_interpreter_says(answered: Answered, in_postgres: Execute) -> None:
    world, expected = answered[0]
    loaded = Loaded(world, in_postgres, "postgres")
    for batch, answers in zip(world.batches, expected, strict=True):
        assert not told(list(loaded.differences(batch, answers)))


def test_the_sql_for_spark_can_be_parsed(answered: Answered) -> None:
    world, _ = answered[0]
    assert spark_reads(world, world.batches[1]) > 10_000


def test_the_run_asked_every_kind_of_node_and_gave_every_verdict(answered: Answered) -> None:
    verdicts: Counter[bool | None] = Counter()
    placed: Counter[Placed] = Counter()
    for _, expected in answered:
        for answers in expected:
            verdicts += answers.verdicts
            placed += answers.placed
    decisions = sum(verdicts.values())
    counts = broad(placed)
    print(f"\n{decisions:,} decisions, seeds {SEEDS}, verdicts {dict(verdicts)}, {len(placed)} kinds in places")
    assert {truth: count for truth, count in verdicts.items() if count < 0.15 * decisions} == {}
    assert {name: counts[name] for name in broadly_required() if counts[name] < 1_000} == {}
    assert len(lacking(placed, 1)) < 0.2 * len(required())


@pytest.mark.parametrize("fault", NAMED)
def test_a_planted_fault_is_caught(fault: str, answered: Answered, duck: list[Loaded]) -> None:
    found = given_away(fault, answered, duck)
    print(f"\n{fault}: {found and found.splitlines()[0][:300]}")
    assert found is not None


def test_ten_faults_or_more_are_planted() -> None:
    assert len(NAMED) >= 10
    assert set(NAMED) < set(PLANTED)
