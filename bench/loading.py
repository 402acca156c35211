"""Loading people from a file: seconds, memory, and how both grow.

    ./run bench loading            (python -m bench.loading [PERSONS [ROUNDS]]; 100,000 and twice as many, seven rounds)

The pilot's generator writes a file first, so that what is measured is reading, checking, COPY, INSERT with constraints
and history, search keys, the wide rows and the statistics, under the loader's scope, to the commit, on a server that
waits for the disk. Each load runs in a process of its own on a fresh copy of the database; the sizes take turns. Beside
them stands the same file read and its people copied into one bare table. CPU is that of the process and of its backend.
"""

import pickle
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from bench.timing import spent
from config import prepare
from config.embedded_postgres import Cluster
from pilot import Figures, Names, generate

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2014, 6, 11)
ROUNDS = 7
BARE = (
    "family_name_km text, given_name_km text, family_name_latin text, given_name_latin text, sex text, birth_date date,"
    " unit_code text, relation text, household int"
)


def write_file(path: Path, persons: int) -> None:
    """The pilot's people, one pickled household after another."""
    pack = ROOT / "countries" / "khm"

    def read(name: str) -> Any:
        return YAML(typ="safe", pure=True).load((pack / name).read_text("utf-8"))

    figures, names = Figures.read(read("pilot.yaml")), Names.read(read("names.yaml"))
    with path.open("wb") as file:
        for household in generate(figures, names, on=DAY, persons=persons).households():
            pickle.dump(household, file)


def read_file(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        while True:
            try:
                yield pickle.load(file)  # noqa: S301  (written by this bench a moment ago)
            except EOFError:
                return


def load_file(path: Path, way: str) -> None:
    """In a process of its own: load, or copy bare, and print one line of figures."""
    import django  # noqa: PLC0415  (settings come from this process's environment)

    django.setup()
    from django.db import connection  # noqa: PLC0415

    from onestop.areas import clock  # noqa: PLC0415
    from onestop.registry.loading import load  # noqa: PLC0415
    from onestop.staff.scope import system_officer, system_scope  # noqa: PLC0415

    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    with clock.fixed(DAY), system_scope("system.loader"):
        officer = system_officer("system.loader")
        done: Any = None

        def work() -> None:
            nonlocal done
            done = copied(path) if way == "bare" else load(read_file(path), by=officer, name="bench")

        found = spent(work, pid)
        began = time.perf_counter()
    wall = found.wall + time.perf_counter() - began  # to the commit
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(done.persons, done.households, len(done.problems), wall, found.here, found.server, memory)


def copied(path: Path) -> Any:
    """The people of the file, unchecked, in one table without key, wall or history."""
    from django.db import connection  # noqa: PLC0415

    from onestop.registry.loading import Loaded  # noqa: PLC0415

    done = Loaded()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE bare ({BARE})")
        with cursor.copy("COPY bare FROM STDIN") as copy:
            for number, one in enumerate(read_file(path)):
                done.households += 1
                for member in one.members:
                    done.persons += 1
                    names = [getattr(member, column.split()[0]) for column in BARE.split(", ")[:6]]
                    copy.write_row([*names, one.unit_code, member.relation, number])
    return done


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--file"]:
        load_file(Path(arguments[1]), arguments[2])
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
