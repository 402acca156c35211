"""SQL compiled from rules beside SQL written by hand: 25 programmes over a snapshot in DuckDB.

    ./run bench compiled            (python -m bench.compiled [PERSONS …]; 60,000, 1 and 17 million)

The opponent is fixed and lies in ../shared/bench (bench/opponent.py): the same conditions on both sides, the counts of
all programmes compared before anything is timed. Both read the same Parquet files (bench/snapshot.py) with two threads,
in turn; CPU is user and system of this process. Beside it: the bare scan of the columns asked, ten programmes in one
pass, and what compiling and checking the 25 takes. Without ../shared it says so and measures nothing.
"""

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from os import getuid
from pathlib import Path
from typing import Any

import duckdb

from bench.opponent import NUMBERS, SHARED, WAYS, by_hand, catalogue, found, programmes
from bench.snapshot import AS_OF, TABLES, snapshot
from criteria.catalogue import Catalogue
from criteria.compile import Statement, compile_counts
from criteria.family import Opening
from criteria.programme import Programme
from criteria.relations import Enrolments, Households, Persons, Relations, Residents

FOLDER = Path(tempfile.gettempdir()) / f"onestop-bench-{getuid()}" / "snapshots"
SIZES = (60_000, 1_000_000, 17_000_000)
HOLD = {60_000: 1.15}
ROUNDS = {60_000: 15, 1_000_000: 9}
LEAST = 7
PERSON = (
    "unit_code, birth_from, birth_to, sex, relation, pregnant, lactating, disability, in_school, grade, occupation,"
    " employment, marital, literate, migrant_returnee, orphan, chronic_illness, household_id"
)
Times = dict[str, list[tuple[float, float]]]


def main(arguments: list[str]) -> int:
    if not found():
        print(
            f"NOT MEASURED: the opponent is not here. It belongs into {SHARED} (hand.sql, rules25.md).", file=sys.stderr
        )
        return 1
    known = catalogue()
    checking(known)
    for persons in map(int, arguments) if arguments else SIZES:
        folder = FOLDER / str(persons)
        snapshot(folder, persons)
        with duckdb.connect(config={"threads": 2}) as connection:
            for table in TABLES:
                connection.execute(f"CREATE VIEW {table[0]} AS SELECT * FROM '{folder}/{table}.parquet'")
            size(connection, known, persons)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory of this process at its highest: {peak:,.0f} MB")
    return 0


def checking(known: Catalogue) -> None:
    """Read, check and compile the 25, from their texts to the statement."""
    relations = Relations(Persons("p"), Households("h"), {}, Enrolments("e"), {}, fresh=True)

    def work() -> None:
        _ = compile_counts(
            programmes(known), Residents(known, relations, date.fromisoformat(AS_OF), dialect="duckdb")
        ).sql

    work()
    times = [spent(work) for _ in range(11)]
    cpu, wall = (statistics.median(column) * 1000 for column in zip(*times, strict=True))
    print(f"check and compile {len(NUMBERS)} programmes: {wall:.0f} ms wall (hold: 100 ms), {cpu:.0f} ms CPU")


def size(connection: duckdb.DuckDBPyConnection, known: Catalogue, persons: int) -> None:
    """Compare the counts, then time, at one size."""
    rules = programmes(known)
    ours = compiled(connection, known, rules)
    works: dict[str, str] = {"compiled": ours.sql} | {f"by hand, {way}": by_hand(way) for way in WAYS}
    works["scan"] = f"SELECT {', '.join(f'count({column})' for column in PERSON.split(', '))} FROM p"
    works["ten"] = compiled(connection, known, rules[:10]).sql
    equal(connection, ours, works)
    times: Times = {name: [] for name in works}
    for _ in range(ROUNDS.get(persons, LEAST)):
        for name, text in works.items():
            times[name].append(spent(lambda text=text: connection.execute(text).fetchall(), 5 if persons < 1e6 else 1))
    report(connection, persons, times)


def compiled(connection: duckdb.DuckDBPyConnection, known: Catalogue, rules: list[Programme]) -> Statement:
    """Our statement over the snapshot: answers fresh, absent people left out, openings by district."""
    open_in: dict[str, list[str]] = {f"P{number}": [] for number in NUMBERS}
    for programme, district in connection.execute("SELECT programme, district FROM a ORDER BY ALL").fetchall():
        open_in[f"P{programme}"].append(f"{district:04d}")
    relations = Relations(
        Persons("p", joined=None, left=None, died=None),
        Households("h"),
        {},
        Enrolments("e", unit=None, household=None, start=None, end=None),
        {code: (Opening(tuple(units) or ("nowhere",)),) for code, units in open_in.items()},
        fresh=True,
    )
    return compile_counts(rules, Residents(known, relations, date.fromisoformat(AS_OF), dialect="duckdb"))


def equal(connection: duckdb.DuckDBPyConnection, ours: Statement, works: dict[str, str]) -> None:
    """Stop when a single count of a single programme differs."""
    counted = [(one.eligible, one.unknown) for one in ours.counts(connection.execute(works["compiled"]).fetchall())]
    for name, text in works.items():
        if name.startswith("by hand"):
            row: Any = connection.execute(text).fetchone()
            theirs = [tuple(row[place : place + 2]) for place in range(0, 2 * len(NUMBERS), 2)]
            different = [number for number, a, b in zip(NUMBERS, counted, theirs, strict=True) if a != b]
            if different:
                raise SystemExit(f"{name}: the counts of the programmes {different} are not ours; nothing was timed.")


def report(connection: duckdb.DuckDBPyConnection, persons: int, times: Times) -> None:
    """The ratio to the faster way of the opponent, pair by pair."""
    (many,) = connection.execute("SELECT count(*) FROM p").fetchone() or (0,)
    print(f"\n{many:,} persons, counts of 25 programmes equal, {len(times['scan'])} interleaved rounds")
    middle = {
        name: [statistics.median(column) for column in zip(*rounds, strict=True)] for name, rounds in times.items()
    }
    hand = min((f"by hand, {way}" for way in WAYS), key=lambda name: middle[name][0])
    hold = HOLD.get(persons, 1.10)
    for against in (hand, "scan"):
        cpu, wall = (
            statistics.median(a[which] / b[which] for a, b in zip(times["compiled"], times[against], strict=True))
            for which in (0, 1)
        )
        kept = f" (hold: {hold:.2f} of CPU)" if against == hand else ""
        print(f"  compiled / {against}: {cpu:.2f} × CPU, {wall:.2f} × wall{kept}")
    for name, (cpu, wall) in middle.items():
        kept = " (hold: 1.2 s wall at 1 million)" if name == "ten" and persons == 1_000_000 else ""
        print(f"  {name:<14} {cpu:8.3f} s CPU {wall:8.3f} s wall{kept}")


def spent(work: Callable[[], object], times: int = 1) -> tuple[float, float]:
    """CPU and wall seconds of one call, over so many; all threads of this process."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    for _ in range(times):
        work()
    after, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu / times, wall / times


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
