"""Loading people from a file: seconds, memory, and how both grow.

    ./run bench loading            (python -m bench.loading [PERSONS [ROUNDS]]; 100,000 and twice as many, seven rounds)

The pilot's generator writes a file first, so that what is measured is reading, checking, COPY, INSERT with constraints
and history, search keys, the wide rows and the statistics, under the loader's scope, to the commit, on a server that
waits for the disk. Each load runs in a process of its own on a fresh copy of the database; the sizes take turns. Beside
them stands the same file read and its people copied into one bare table. CPU is that of the process and of its backend.
"""

import pickle
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from bench.office import DAY, inside
from config import prepare, server
from config.embedded_postgres import Cluster
from pilot import generate, read_pack

ROUNDS = 7


def write_file(path: Path, persons: int) -> None:
    """The pilot's people, one pickled household after another."""
    figures, names = read_pack(server.country_pack())
    with path.open("wb") as file:
        for household in generate(figures, names, on=DAY, persons=persons).households():
            pickle.dump(household, file)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--file"]:
        inside("loading").load_file(Path(arguments[1]), arguments[2])
        return 0
    persons, rounds = (*map(int, arguments), *(100_000, ROUNDS)[len(arguments) :])
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "postgres")
        with cluster.use():
            cluster.create_database("prepared")
            urls = [cluster.url("prepared", role) for role in ("onestop_owner", "onestop_app")]
            prepare.run_steps(*urls, mode="test")
            for size in (persons, 2 * persons):
                write_file(Path(folder) / str(size), size)
            works = {"once": (persons, "load"), "twice": (2 * persons, "load"), "bare": (persons, "bare")}
            found: dict[str, list[Load]] = {name: [] for name in works}
            for _round in range(rounds):
                for name, (size, way) in works.items():
                    found[name].append(measure(cluster, Path(folder) / str(size), way))
    report(found)
    return 0


def measure(cluster: Cluster, file: Path, way: str) -> "Load":
    """Load the file into a fresh copy of the prepared database."""
    cluster.create_database("loading", template="prepared")
    done = prepare.module(
        ["bench.loading", "--file", str(file), way], cluster.url("loading", "onestop_app"), mode="test"
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    cluster.drop_database("loading")
    return Load(*map(float, done.stdout.split()))


class Load(NamedTuple):
    """The line of one process."""

    persons: float
    households: float
    problems: float
    wall: float
    here: float
    server: float
    memory: float

    @property
    def cpu(self) -> float:
        return self.here + self.server


def report(found: dict[str, list[Load]]) -> None:
    """Medians of each size, and the ratios pair by pair."""

    def middle(name: str, what: str) -> float:
        return statistics.median(getattr(one, what) for one in found[name])

    def ratio(one: str, other: str, what: str) -> float:
        pairs = zip(found[one], found[other], strict=True)
        return statistics.median(getattr(a, what) / getattr(b, what) for a, b in pairs)

    for name in ("once", "twice"):
        first = found[name][0]
        hold = " (hold: 20 s, 300 MB)" if name == "once" else ""
        print(
            f"{first.persons:,.0f} persons in {first.households:,.0f} households, {first.problems:.0f} refused:"
            f" {middle(name, 'wall'):.1f} s (from {min(one.wall for one in found[name]):.1f} to"
            f" {max(one.wall for one in found[name]):.1f} in {len(found[name])} rounds),"
            f" CPU {middle(name, 'here'):.1f} here + {middle(name, 'server'):.1f} in the server,"
            f" {middle(name, 'memory'):.0f} MB{hold}"
        )
    print(
        f"twice the persons: {ratio('twice', 'once', 'wall'):.2f} × wall, {ratio('twice', 'once', 'cpu'):.2f} × CPU"
        f" (hold: 2.2); {ratio('once', 'bare', 'wall'):.1f} × wall, {ratio('once', 'bare', 'cpu'):.1f} × CPU"
        " of the file copied into one bare table"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
