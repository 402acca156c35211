"""One load of a file, and the same people copied bare."""

import pickle
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from bench.office import DAY
from bench.timing import spent
from onestop.areas import clock
from onestop.registry.loading import Loaded, load
from onestop.staff.scope import system_officer, system_scope

BARE = (
    "family_name_km text, given_name_km text, family_name_latin text, given_name_latin text, sex text, birth_date date,"
    " unit_code text, relation text, household int"
)


def read_file(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        while True:
            try:
                yield pickle.load(file)  # written by this bench a moment ago
            except EOFError:
                return


def load_file(path: Path, way: str) -> None:
    """In a process of its own: load, or copy bare, and print one line of figures."""
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
