"""Making the million, and asking them."""

import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from django.db import connection, transaction
from django.http import QueryDict

from bench.office import DAY
from config import server
from onestop.areas import clock
from onestop.registry.loading import load as load_households
from onestop.registry.models import Person
from onestop.registry.search import find
from onestop.staff.scope import officer_named, scope, system_officer, system_scope
from onestop.ui.pagination import keyset_page
from pilot import generate, read_pack

PERSONS_A_VILLAGE = 700
SAMPLE = 40
ROUNDS = 3
WRONG = ("Nguyen Van Thanh", "Marie Dubois", "ឃ្លាំង សំបូរ", "Sok Zorvanna", "Abdul Rahman", "ល្អិត ល្អន់")
VILLAGES = """
SELECT code FROM areas_administrativeunit WHERE level = 4 AND valid_to IS NULL
ORDER BY code < '1701', code LIMIT %s
"""


def load(persons: int, owner: str) -> int:
    """In a process of its own: generate and load."""
    with psycopg.connect(owner) as asking:
        codes = [code for (code,) in asking.execute(VILLAGES, [max(1, persons // PERSONS_A_VILLAGE)])]
    figures, names = read_pack(server.country_pack())
    people = generate(figures, names, codes=codes, on=DAY, persons=persons).households()
    with clock.fixed(DAY), system_scope("system.loader"):
        loaded = load_households(people, by=system_officer("system.loader"), name="bench")
    print(f"{loaded.persons:,} persons in {loaded.households:,} households of {len(codes):,} villages")
    return 0


def measure() -> int:
    """Ask as both officers; print median and slowest of each kind of question, and its CPU, here and in the server."""
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
