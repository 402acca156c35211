"""Finding people by name, and lists in the order of names, at a million persons under the walls.

    ./run bench search            (python -m bench.search [--keep FOLDER] [PERSONS])

People of the pilot's kind are loaded over all villages of the pilot's province and of others, so that a village has
some seven hundred. Everything is asked as the district officer, who sees a fifteenth of them, and with a scope of the
whole nation. A search is the whole of `find`: keys, likeness, households, the journal's line. Names are those of people
who are there, with one letter lost; what the clerk knows beside it is the village, the year of birth, or nothing.
Making the database takes some ten minutes; it is made once for a state of the project and kept in FOLDER.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.office import inside, state
from config import prepare
from config.embedded_postgres import Cluster

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(tempfile.gettempdir()) / f"onestop-bench-{os.getuid()}" / "search"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run bench search")
    parser.add_argument("persons", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, default=FOLDER, help="where the cluster lies")
    parser.add_argument("--load", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.load:
        return int(inside("search").load(options.persons, options.load))
    with made(options.keep, options.persons) as url:
        os.environ.update(environment(url))
        return int(inside("search").measure())


def environment(url: str) -> dict[str, str]:
    return {"ONESTOP_MODE": "test", "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}


@contextmanager
def made(folder: Path, persons: int) -> Iterator[str]:
    """The application's URL of the loaded database."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Cluster(folder / "postgres", durable=False, log=folder / "postgres.log").use() as cluster:
        name = f"search_{persons}"
        owner, app = cluster.url(name, "onestop_owner"), cluster.url(name, "onestop_app")
        if not cluster.database_exists(name) or prepare.prepared(owner) != state():
            if cluster.database_exists(name):
                cluster.drop_database(name)
            cluster.create_database(name)
            prepare.run_steps(owner, app, mode="test")
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "bench.search", str(persons), "--load", owner],
                env={**os.environ, **environment(app)}, cwd=ROOT, check=True,
            )  # fmt: skip
            print(f"loaded in {time.perf_counter() - began:,.0f} s")
            with psycopg.connect(owner, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
            prepare.remember(owner, state())
        yield app


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
