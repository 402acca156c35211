"""Making the million, and asking them."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any, NamedTuple

import psycopg
from django.db import connection, transaction
from django.http import QueryDict

from bench.office import DAY
from bench.timing import backend_cpu
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
    """Ask as both officers; print times of each kind of question, its CPU here and in the server, who was found."""
    officers = {"district": officer_named("district"), "nation": system_officer("system.loader")}
    with clock.fixed(DAY):
        for name, officer in officers.items():
            with scope(officer):
                print(f"\n{name}: {Person.objects.count():,} persons in scope")
                for what, asked in questions(officer).items():
                    print(f"  {what:<32} {told(asked * ROUNDS)}")
                transaction.set_rollback(True)
    return 0


class Question(NamedTuple):
    """A call, and whom it should find."""

    call: Callable[[], Any]
    wanted: Any = None


def told(questions: list[Question]) -> str:
    """How long they took, and of those who were sought how many stand among the first five."""
    pid = connection.connection.info.backend_pid
    times, found = [], 0
    cpu = time.process_time(), backend_cpu(pid)
    for question in questions:
        began = time.perf_counter()
        answer = question.call()
        times.append(time.perf_counter() - began)
        if question.wanted:
            found += question.wanted in [one.person.pk for one in answer[:5]]
    here, there = (
        (after - before) / len(questions) * 1000
        for after, before in zip((time.process_time(), backend_cpu(pid)), cpu, strict=True)
    )
    times.sort()
    sought = sum(question.wanted is not None for question in questions)
    return (
        f"median {statistics.median(times) * 1000:6.1f} ms,"
        f" 19 of 20 within {times[int(len(times) * 0.95)] * 1000:6.1f} ms, slowest {times[-1] * 1000:6.1f} ms;"
        f" CPU {here:.1f} + {there:.1f} ms" + (f"; among the first five {found / sought:.0%}" if sought else "")
    )


def questions(officer: Any) -> dict[str, list[Question]]:
    """Kinds of questions, each with its calls."""
    rng = Random(7)
    villages = sorted(Person.objects.order_by("unit_code").values_list("unit_code", flat=True).distinct())
    people = [
        rng.choice(Person.objects.filter(unit_code=village).exclude(birth_from=None)[:100])
        for village in rng.choices(villages, k=SAMPLE)
    ]
    in_order = Person.objects.visible_to(officer).kept()

    def ask(one: Person, text: str, **known: Any) -> Question:
        return Question(partial(find, text, officer=officer, **known), one.pk)

    def page(rows: Any, after: str = "") -> Question:
        return Question(partial(keyset_page, rows, QueryDict(f"after={after}"), order=["name_sort"]))

    return {
        "name + village": [ask(one, lost(one.name_latin, rng), village=one.unit_code) for one in people],
        "name in Khmer + village": [ask(one, lost(one.name_km, rng), village=one.unit_code) for one in people],
        "name + birth year": [ask(one, lost(one.name_latin, rng), birth_year=one.birth_from.year) for one in people],
        "name alone": [ask(one, lost(one.name_latin, rng)) for one in people],
        "given name alone": [Question(partial(find, one.given_name_latin, officer=officer)) for one in people],
        "family name alone": [Question(partial(find, one.family_name_latin, officer=officer)) for one in people],
        "a name nobody has": [Question(partial(find, name, officer=officer)) for name in WRONG],
        "membership number": [ask(one, one.number) for one in people],
        "list page of a village": [page(in_order.under(one.unit_code)) for one in people],
        "list page of a commune": [page(in_order.under(one.unit_code[:6])) for one in people],
        "list page of the whole, first": [page(in_order)] * 10,
        "list page of the whole, further": [page(in_order, str(one.pk)) for one in people],
    }


def lost(name: str, rng: Random) -> str:
    """The name with one of its inner letters lost."""
    place = rng.randrange(1, len(name) - 1) if len(name) > 3 else 0
    return name[:place] + name[place + 1 :] if place else name
