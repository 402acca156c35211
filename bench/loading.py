"""Loading people from a file: seconds, memory, and how both grow (design §9).

    ./run bench loading [PERSONS]        (100,000 and twice as many unless told otherwise)

The pilot's generator writes a file first, so that what is measured is reading, checking, COPY, INSERT with constraints
and history, the wide rows and the statistics, under the loader's scope, to the commit. Each size runs in a process of
its own on a database of its own. CPU is that of this process and of its backend in the server.
"""

import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from config import prepare
from config.embedded_postgres import Cluster
from pilot import Figures, Names, generate

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2014, 6, 11)


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


def backend_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load_file(path: Path) -> None:
    """In a process of its own: load, and print one line of figures."""
    import django  # noqa: PLC0415  (settings come from this process's environment)

    django.setup()
    from django.db import connection  # noqa: PLC0415

    from onestop.areas import clock  # noqa: PLC0415
    from onestop.registry.loading import load  # noqa: PLC0415
    from onestop.staff.scope import system_officer, system_scope  # noqa: PLC0415

    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    cpu, server, began = time.process_time(), backend_cpu(pid), time.perf_counter()
    with clock.fixed(DAY), system_scope("system.loader"):
        loaded = load(read_file(path), by=system_officer("system.loader"), name="bench")
    wall = time.perf_counter() - began
    cpu, server = time.process_time() - cpu, backend_cpu(pid) - server
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(loaded.persons, loaded.households, len(loaded.problems), wall, cpu, server, memory)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--file"]:
        load_file(Path(arguments[1]))
        return 0
    persons = int(arguments[0]) if arguments else 100_000
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "postgres")
        with cluster.use():
            cluster.create_database("prepared")
            urls = [cluster.url("prepared", role) for role in ("onestop_owner", "onestop_app")]
            prepare.run_steps(*urls, mode="test")
            first = measure(cluster, Path(folder), persons)
            second = measure(cluster, Path(folder), 2 * persons)
    ratios = [two / one for one, two in zip(first, second, strict=True)]
    print(f"twice the persons: {ratios[0]:.2f} times the seconds, {ratios[1]:.2f} times the CPU (hold: 2.2)")
    return 0


def measure(cluster: Cluster, folder: Path, persons: int) -> tuple[float, float]:
    """Load a file of so many persons into a fresh copy; prints what it took, returns seconds and CPU of both sides."""
    file, database = folder / f"{persons}.pickle", f"loading_{persons}"
    write_file(file, persons)
    cluster.create_database(database, template="prepared")
    environment = {
        **os.environ,
        "ONESTOP_MODE": "test",
        "DATABASE_URL": cluster.url(database, "onestop_app"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.loading", "--file", str(file)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    figures = [float(figure) for figure in done.stdout.split()]
    people, households, problems, wall, cpu, server, memory = figures
    print(
        f"{people:,.0f} persons in {households:,.0f} households, {problems:.0f} refused: {wall:.1f} s"
        f" (CPU {cpu:.1f} here, {server:.1f} in the server), {memory:.0f} MB; {wall / people * 1e6:.0f} µs a person"
    )
    return wall, cpu + server


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
