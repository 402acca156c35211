"""Tables of an area, of one household and of past days, and the page of a folder."""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db import connection
from django.test import Client
from django.urls import reverse

from bench.office import DAY
from bench.timing import Spent, Work, interleaved, median, ratio
from onestop.areas import clock
from onestop.areas.scope import current, range_of
from onestop.eligibility import live
from onestop.eligibility.rulebook import rulebook
from onestop.registry.declared import declared
from onestop.registry.models import Household, Person
from onestop.staff.scope import officer_named, scope

ROUNDS = 11
COMMUNE, DISTRICT = "170103", "1701"
PAST = (30, 180, 700)
HOUSEHOLDS, PAGES = 200, 30
# What one household's rows cost by themselves: the same rows by the same keys, nothing computed, table by table
BARE = (
    "SELECT * FROM registry_personrow WHERE household_id = %(household)s",
    "SELECT * FROM registry_householdrow WHERE household_id = %(household)s",
    "SELECT * FROM registry_povertystatus WHERE household_id = %(household)s AND voided_at IS NULL",
    "SELECT * FROM enrolments_enrolment WHERE voided_at IS NULL AND household_id = %(household)s",
    "SELECT e.* FROM registry_personrow p JOIN enrolments_enrolment e ON e.person_id = p.person_id"
    " WHERE p.household_id = %(household)s AND e.voided_at IS NULL",
)
# The same as one who knows which columns are wanted asks for them: at once, in one statement
AT_ONCE = """
SELECT {columns}, s.level, s.valid_from, s.valid_to, e.programme_id, e.valid_from, e.valid_to
FROM registry_personrow p
JOIN registry_householdrow h ON h.household_id = p.household_id
LEFT JOIN registry_povertystatus s ON s.household_id = p.household_id AND s.voided_at IS NULL
LEFT JOIN LATERAL (
    SELECT programme_id, valid_from, valid_to FROM enrolments_enrolment
    WHERE person_id = p.person_id AND voided_at IS NULL
    UNION ALL
    SELECT programme_id, valid_from, valid_to FROM enrolments_enrolment
    WHERE household_id = p.household_id AND voided_at IS NULL
) e ON true
WHERE p.household_id = %(household)s
"""


def measure() -> None:
    with clock.fixed(DAY):
        pages(tables()[:PAGES])
        own_people()


def tables() -> list[Any]:
    """Measure inside the district officer's scope; returns the keys of some households."""
    with scope(officer_named("district")):
        book = rulebook(DAY, current())
        pid: int = connection.connection.info.backend_pid
        keys = list(Household.objects.filter(unit_code__startswith=COMMUNE).order_by("pk").values_list("pk", flat=True))
        families = random.Random(1).sample(keys, HOUSEHOLDS)
        print(
            f"{Person.objects.count():,} persons in scope, {len(book.versions)} programmes, {ROUNDS} interleaved rounds"
        )
        for unit, times in ((COMMUNE, 3), (DISTRICT, 1)):
            works: dict[str, Work] = {
                "live": lambda unit=unit: live.counts(book, unit),
                "scan": lambda unit=unit: live.execute(scan_of(book, unit)),
            }
            area(unit, interleaved(works, pid, rounds=ROUNDS, times=times), present(live.counts(book, unit)))
        found = interleaved(
            {
                "live": each(families, lambda key: live.household(book, key)),
                "table by table": each(families, prepared(connection, BARE)),
                "at once": each(families, prepared(connection, (at_once(book),))),
            },
            pid,
            rounds=ROUNDS,
        )
        household(found)
        for days in PAST:
            past(DAY - timedelta(days=days), pid)
        began = time.perf_counter()
        live._counts.cache_clear()
        live.counts(book, COMMUNE)
        print(f"the first table of a rulebook, its statement compiled: {(time.perf_counter() - began) * 1000:.0f} ms")
    return families


def present(found: list[Any]) -> int:
    """Persons of the area that the table counts, from a programme open to persons."""
    return max(row.eligible + row.not_eligible + row.unknown for row in found)


def scan_of(book: Any, unit: str) -> Any:
    """Every column that the rules read, of every row of the unit, counted: what reading costs without any rule."""
    low, high = range_of(unit)
    counted = [
        f"(SELECT ARRAY[{', '.join(f'count({code})' for code in ['unit_code', *codes])}]"
        f" FROM registry_{of}row WHERE unit_code >= '{low}' AND unit_code < '{high}')"
        for of, codes in columns_of(book).items()
    ]
    return SimpleNamespace(sql=f"SELECT {', '.join(counted)}")


def at_once(book: Any) -> str:
    """What the rules read of one household, in one statement."""
    read = [f"{of[0]}.{code}" for of, codes in columns_of(book).items() for code in codes]
    return AT_ONCE.format(columns=", ".join(["p.person_id", "p.birth_from", "p.birth_to", *read]))


def columns_of(book: Any) -> dict[str, list[str]]:
    """The stored facts of persons and households that the rules read."""
    return {
        of: sorted(codes & {fact.code for fact in declared().stored(of)}) for of, codes in book.facts_read().items()
    }


def area(unit: str, found: dict[str, list[Spent]], persons: int) -> None:
    live = found["live"]
    wall, cpu, server = (median(live, what) for what in ("wall", "cpu", "server"))
    hold = "180 ms at 12,000" if unit == COMMUNE else "0.9 s at 60,000, 15 µs a person"
    print(
        f"{unit:<8} {persons:>7,} persons: {wall * 1000:6.1f} ms wall, {cpu * 1000:6.1f} ms CPU"
        f" ({server * 1000:.1f} in the server), {cpu / persons * 1e6:.1f} µs CPU a person (hold: {hold});"
        f" {ratio(live, found['scan']):.1f} × wall, {ratio(live, found['scan'], 'cpu'):.1f} × CPU of the bare scan"
    )


def household(found: dict[str, list[Spent]]) -> None:
    for way in ("table by table", "at once"):
        wall, cpu, server = (ratio(found["live"], found[way], what) for what in ("wall", "cpu", "server"))
        print(
            f"one household, all programmes / bare look-up of its rows, {way} (hold: 2.0):"
            f" {wall:.2f} × wall, {cpu:.2f} × CPU, {server:.2f} × CPU in the server alone"
        )
    for name, rounds in found.items():
        wall, server, here = (median(rounds, what) / HOUSEHOLDS * 1000 for what in ("wall", "server", "here"))
        print(f"  {name}: {wall:.3f} ms wall, CPU {server:.3f} ms in the server + {here:.3f} here")


def past(on: date, pid: int) -> None:
    """The district's table of a past day beside today's, the same programmes."""
    then, now = rulebook(on, current()), rulebook(DAY, current())
    both = frozenset(one.code for one in then.versions) & frozenset(one.code for one in now.versions)
    then, now = then.only(both), now.only(both)
    found = interleaved(
        {"then": lambda: live.counts(then, DISTRICT), "now": lambda: live.counts(now, DISTRICT)}, pid, rounds=7
    )
    print(
        f"{DISTRICT} on {on}, {len(both)} programmes, / today: {ratio(found['then'], found['now']):.1f} × wall,"
        f" {ratio(found['then'], found['now'], 'cpu'):.1f} × CPU (design: three);"
        f" {median(found['then']) * 1000:.0f} and {median(found['now']) * 1000:.0f} ms"
    )


def pages(keys: list[Any]) -> None:
    """The family folder as the server answers it to a signed-in officer, middleware and templates and all."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(officer_named("district"))

    def open_all() -> None:
        for key in keys:
            answer = client.get(reverse("desk:folder", args=[key]))
            assert answer.status_code == 200, answer

    open_all()
    found = interleaved({"page": open_all}, connection.connection.info.backend_pid, rounds=ROUNDS)["page"]
    wall, server, here = (median(found, what) / len(keys) * 1000 for what in ("wall", "server", "here"))
    print(
        f"the folder's page: {wall:.1f} ms wall (hold: 60 ms), CPU {here:.1f} ms in Python + {server:.1f} in PostgreSQL"
    )


def own_people() -> None:
    """The same for an officer who sees only the people that an enrolment of the own sector leads to."""
    with scope(officer_named("health")):
        book = rulebook(DAY, current())
        households = Household.objects.order_by("unit_code", "folder_number")
        works: dict[str, Work] = {
            "the district's table": lambda: live.counts(book, DISTRICT),
            "a list's first page": lambda: list(households[:50]),
        }
        found = interleaved(works, connection.connection.info.backend_pid, rounds=ROUNDS)
        print(f"who sees the own people only, {households.count():,} households:")
        for name, rounds in found.items():
            wall, server = median(rounds) * 1000, median(rounds, "server") * 1000
            print(f"  {name}: {wall:.0f} ms wall, CPU {server:.0f} in the server")


def prepared(connection: Any, statements: tuple[str, ...]) -> Callable[[Any], None]:
    """Run each statement prepared, as the household's own is."""

    def look_up(key: Any) -> None:
        with psycopg.Cursor(connection.connection) as cursor:
            for statement in statements:
                cursor.execute(statement.encode(), {"household": key}, prepare=True)
                cursor.fetchall()

    return look_up


def each(keys: list[Any], work: Callable[[Any], object]) -> Work:
    def run() -> None:
        for key in keys:
            work(key)

    return run
