"""Every engine says what the interpreter says: the long run of the equality test.

    ./run bench equality [DECISIONS] [FIRST SEED]      (1,000,000 decisions from seed 1000 unless told otherwise)

A decision is the verdict of one programme on one person or household. Each is asked of the interpreter, DuckDB and
PostgreSQL, as rows of members; the first rules of each world also as households, of people in none and as counts, and
emitted for Spark and parsed. The run goes on past the asked number until every kind of node has stood in every place of
decisions LEAST times; the drawer of rules looks for the kinds in places that few rules have had so far. It ends with 1
when a single answer differs. Each world has connections of its own: what an engine keeps of one would pile up.
"""

import gc
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import duckdb
import psycopg

from config.embedded_postgres import temporary_cluster
from tests.equality.comparing import Execute, Expected, Loaded, World, spark_reads
from tests.equality.coverage import Placed, lacking, required
from tests.equality.planted import PLANTED, given_away
from tests.equality.rules import Memory

FAMILIES, BATCHES = 400, 16
LEAST = 1_000
# Batches of each world that are asked in every way: of one criterion, and of several.
EVERY_WAY = 2
NAMES = {True: "eligible", False: "not eligible", None: "unknown"}


class Run:
    """The counters of a run."""

    def __init__(self) -> None:
        self.verdicts: Counter[bool | None] = Counter()
        self.placed: Counter[Placed] = Counter()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.memory = Memory()
        self.rules = self.differences = self.worlds = 0

    def world(self, seed: int, engines: dict[str, Execute]) -> None:
        """Draw, load, ask and compare one world; prints the first differences."""
        world = World.draw(seed, FAMILIES, BATCHES, self.memory)
        expected = []
        started = time.perf_counter()
        for batch in world.batches:
            expected.append(Expected.of(world, batch))
            self.rules += sum(len(asked.texts) for asked in batch)
        self.seconds["interpreter"] += time.perf_counter() - started
        for name, execute in engines.items():
            started = time.perf_counter()
            loaded = Loaded(world, execute, name)  # type: ignore[arg-type]
            for number, (batch, answers) in enumerate(zip(world.batches, expected, strict=True)):
                every_way = number < EVERY_WAY
                found = loaded.differences(batch, answers) if every_way else loaded.of_members(batch, answers)
                for difference in found:
                    self.differences += 1
                    if self.differences <= 20:
                        print(f"DIFFERENT in {name}: {difference}", flush=True)
            loaded.drop()
            self.seconds[name] += time.perf_counter() - started
        started = time.perf_counter()
        for batch in world.batches[:EVERY_WAY]:
            spark_reads(world, batch)
        self.seconds["spark, emitted and parsed"] += time.perf_counter() - started
        for answers in expected:
            self.verdicts += answers.verdicts
            self.placed += answers.placed
        self.worlds += 1

    @property
    def decisions(self) -> int:
        return sum(self.verdicts.values())

    def report(self, first: int) -> None:
        """What was compared, how it was spread, and how long each reader took."""
        shares = ", ".join(f"{NAMES[truth]} {count / self.decisions:.1%}" for truth, count in self.verdicts.items())
        print(f"decisions      {self.decisions:,} by {self.rules:,} criteria, seeds {first}–{first + self.worlds - 1}")
        print(f"differences    {self.differences}")
        print(f"verdicts       {shares}")
        pairs = required()
        least = min(pairs, key=lambda pair: self.placed[pair])
        print(
            f"kind × place   {len(pairs)} pairs, the rarest {least[1]} at {least[0]}: {self.placed[least]:,} decisions"
        )
        print(f"under {LEAST:,}    {len(lacking(self.placed, LEAST))}")
        print(f"memory         {peak():,} MB at the most")
        print("seconds        " + " · ".join(f"{name} {spent:.0f}" for name, spent in self.seconds.items()))


def peak() -> int:
    """The most memory this process has held, in MB; the server's own is not in it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def in_duckdb(connection: duckdb.DuckDBPyConnection) -> Execute:
    def execute(text: str) -> Sequence[Sequence[Any]]:
        return connection.execute(text).fetchall()

    return execute


def in_postgresql(connection: psycopg.Connection) -> Execute:
    def execute(text: str) -> Sequence[Sequence[Any]]:
        with connection.cursor() as cursor:
            cursor.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

    return execute


def planted() -> list[str]:
    """Plant every fault there is into the compiler, one after the other; those that no answer gave away."""
    memory = Memory()
    worlds = [World.draw(seed, 60, 4, memory) for seed in range(6)]
    answered = [(world, [Expected.of(world, batch) for batch in world.batches]) for world in worlds]
    with duckdb.connect() as connection:
        loaded = [Loaded(world, in_duckdb(connection), "duckdb") for world in worlds]
        missed = [fault for fault in PLANTED if given_away(fault, answered, loaded) is None]
    print(f"faults         {len(PLANTED) - len(missed)} of {len(PLANTED)} planted faults caught; not: {missed}")
    return missed


def main(arguments: Sequence[str]) -> int:
    """Run until the number is reached and every pair is covered; 1 when an answer differs or a share is too small."""
    wanted = int(arguments[0]) if arguments else 1_000_000
    first = int(arguments[1]) if len(arguments) > 1 else 1_000
    run = Run()
    with temporary_cluster() as cluster:
        cluster.create_database("equality")
        while run.decisions < wanted or (wanted >= 1_000_000 and lacking(run.placed, LEAST)):
            with (
                duckdb.connect() as duck,
                psycopg.connect(cluster.url("equality", "onestop_owner"), autocommit=True) as postgres,
            ):
                duck.execute("SET threads = 1")
                postgres.execute("SET jit = off")
                run.world(first + run.worlds, {"duckdb": in_duckdb(duck), "postgres": in_postgresql(postgres)})
            gc.collect()  # the trees of SQL point at their parents, so that nothing else frees them soon
            under = len(lacking(run.placed, LEAST))
            print(
                f"{run.decisions:>12,} decisions, {run.differences} differences, {under} pairs under {LEAST:,}, "
                f"{peak():,} MB",
                flush=True,
            )
            if run.decisions > 3 * wanted:
                break
    run.report(first)
    missed = planted()
    even = all(run.verdicts[truth] >= 0.15 * run.decisions for truth in NAMES)
    covered = wanted < 1_000_000 or not lacking(run.placed, LEAST)
    return 0 if run.differences == 0 and even and covered and not missed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
