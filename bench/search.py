"""Finding people by name, and lists in the order of names, at a million persons under the walls.

    ./run bench search            (python -m bench.search [--keep FOLDER] [PERSONS])

People of the pilot's kind are loaded over all villages of the pilot's province and of others, so that a village has
some seven hundred. Everything is asked as the district officer, who sees a fifteenth of them, and with a scope of the
whole nation. A search is the whole of `find`: keys, likeness, households, the journal's line. Names are those of people
who are there, with one letter lost; what the clerk knows beside it is the village, the year of birth, or nothing.
Making the database takes some ten minutes; it is made once for a state of the project and kept in FOLDER.
"""

import argparse
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from ruamel.yaml import YAML

from config import prepare
from config.embedded_postgres import Cluster
from pilot import Figures, Names, generate

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2014, 6, 11)
FOLDER = Path(tempfile.gettempdir()) / f"onestop-bench-{os.getuid()}" / "search"
PERSONS_A_VILLAGE = 700
SAMPLE = 40
ROUNDS = 3
WRONG = ("Nguyen Van Thanh", "Marie Dubois", "ឃ្លាំង សំបូរ", "Sok Zorvanna", "Abdul Rahman", "ល្អិត ល្អន់")
VILLAGES = """
SELECT code FROM areas_administrativeunit WHERE level = 4 AND valid_to IS NULL
ORDER BY code < '1701', code LIMIT %s
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run bench search")
    parser.add_argument("persons", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, default=FOLDER, help="where the cluster lies")
    parser.add_argument("--load", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.load:
        return load(options.persons, options.load)
    with made(options.keep, options.persons) as url:
        os.environ.update(environment(url))
        import django  # noqa: PLC0415  (the environment is set above)

        django.setup()
        return measure()


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


def state() -> str:
    """What decides which keys are stored: the rules of names, the tables, the people."""
    digest = hashlib.sha256()
    for pattern in ("onestop/registry/names/*.py", "onestop/registry/migrations/*.py", "pilot/*.py"):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def load(persons: int, owner: str) -> int:
    """In a process of its own: generate and load."""
    import django  # noqa: PLC0415

    django.setup()
    from onestop.areas import clock  # noqa: PLC0415
    from onestop.registry.loading import load as load_households  # noqa: PLC0415
    from onestop.staff.scope import system_officer, system_scope  # noqa: PLC0415

    pack = ROOT / "countries" / "khm"

    def read(name: str) -> Any:
        return YAML(typ="safe", pure=True).load((pack / name).read_text("utf-8"))

    with psycopg.connect(owner) as connection:
        codes = [code for (code,) in connection.execute(VILLAGES, [max(1, persons // PERSONS_A_VILLAGE)])]
    figures, names = Figures.read(read("pilot.yaml")), Names.read(read("names.yaml"))
    people = generate(figures, names, codes=codes, on=DAY, persons=persons).households()
    with clock.fixed(DAY), system_scope("system.loader"):
        loaded = load_households(people, by=system_officer("system.loader"), name="bench")
    print(f"{loaded.persons:,} persons in {loaded.households:,} households of {len(codes):,} villages")
    return 0


def measure() -> int:
    """Ask as both officers; print median and slowest of each kind of question, and its CPU, here and in the server."""
    from django.db import connection, transaction  # noqa: PLC0415

    from onestop.areas import clock  # noqa: PLC0415
    from onestop.registry.models import Person  # noqa: PLC0415
    from onestop.staff.scope import officer_named, scope, system_officer  # noqa: PLC0415

    officers = {"district": officer_named("district"), "nation": system_officer("system.loader")}
    with clock.fixed(DAY):
        for name, officer in officers.items():
            with scope(officer):
                print(f"\n{name}: {Person.objects.count():,} persons in scope")
                for what, works in questions(officer).items():
                    calls = works * ROUNDS
                    cpu = processor(connection.connection.info.backend_pid)
                    times = sorted(map(seconds, calls))
                    here, there = (
                        (after - before) / len(calls) * 1000
                        for after, before in zip(processor(connection.connection.info.backend_pid), cpu, strict=True)
                    )
                    print(
                        f"  {what:<32} median {statistics.median(times) * 1000:6.1f} ms,"
                        f" 19 of 20 within {times[int(len(times) * 0.95)] * 1000:6.1f} ms, slowest"
                        f" {times[-1] * 1000:6.1f} ms; CPU {here:.1f} + {there:.1f} ms"
                    )
                transaction.set_rollback(True)
    return 0


def processor(pid: int) -> tuple[float, float]:
    """CPU seconds used by this process and by its backend in the server."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return time.process_time(), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def questions(officer: Any) -> dict[str, list[Callable[[], object]]]:
    """Kinds of questions, each with its calls."""
    from functools import partial  # noqa: PLC0415

    from django.http import QueryDict  # noqa: PLC0415

    from onestop.registry.models import Person  # noqa: PLC0415
    from onestop.registry.search import find  # noqa: PLC0415
    from onestop.ui.pagination import keyset_page  # noqa: PLC0415

    rng = Random(7)
    villages = sorted(Person.objects.order_by("unit_code").values_list("unit_code", flat=True).distinct())
    people = [
        rng.choice(Person.objects.filter(unit_code=village).exclude(birth_from=None)[:100])
        for village in rng.choices(villages, k=SAMPLE)
    ]
    ask = partial(find, officer=officer)
    in_order = Person.objects.visible_to(officer).kept()

    def page(rows: Any, after: str = "") -> Any:
        return partial(keyset_page, rows, QueryDict(f"after={after}"), order=["name_sort"])

    return {
        "name + village": [partial(ask, lost(one.name_latin, rng), village=one.unit_code) for one in people],
        "name in Khmer + village": [partial(ask, lost(one.name_km, rng), village=one.unit_code) for one in people],
        "name + birth year": [
            partial(ask, lost(one.name_latin, rng), birth_year=one.birth_from.year) for one in people
        ],
        "name alone": [partial(ask, lost(one.name_latin, rng)) for one in people],
        "given name alone": [partial(ask, one.given_name_latin) for one in people],
        "family name alone": [partial(ask, one.family_name_latin) for one in people],
        "a name nobody has": [partial(ask, name) for name in WRONG],
        "membership number": [partial(ask, one.number) for one in people],
        "list page of a village": [page(in_order.under(one.unit_code)) for one in people],
        "list page of a commune": [page(in_order.under(one.unit_code[:6])) for one in people],
        "list page of the whole, first": [page(in_order)] * 10,
        "list page of the whole, further": [page(in_order, str(one.pk)) for one in people],
    }


def lost(name: str, rng: Random) -> str:
    """The name with one of its inner letters lost."""
    place = rng.randrange(1, len(name) - 1) if len(name) > 3 else 0
    return name[:place] + name[place + 1 :] if place else name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
