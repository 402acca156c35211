"""The cross-tables live: a commune, a district, one household; with everything that design §9 asks for switched on.

    ./run bench live [PERSONS]

Row-level security, stale answers, five facts of the country's own in five criteria, enrolments that ended on the eve,
no cache of verdicts. CPU is that of the server's backend; the median of so many interleaved rounds is printed.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.office import DAY, office

ROUNDS = 9
COMMUNE, DISTRICT = "170103", "1701"
# What one household's rows cost by themselves: the same rows by the same keys, nothing computed
BARE = (
    "SELECT * FROM registry_personrow WHERE household_id = %(household)s",
    "SELECT * FROM registry_householdrow WHERE household_id = %(household)s",
    "SELECT * FROM registry_povertystatus WHERE household_id = %(household)s AND voided_at IS NULL",
    "SELECT * FROM enrolments_enrolment WHERE voided_at IS NULL AND household_id = %(household)s",
    "SELECT e.* FROM registry_personrow p JOIN enrolments_enrolment e ON e.person_id = p.person_id"
    " WHERE p.household_id = %(household)s AND e.voided_at IS NULL",
)


def backend_cpu(pid: int) -> float:
    """CPU seconds a server process has used; the kernel counts in hundredths, so short work is repeated."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(pid: int, work: Callable[[], object], times: int) -> tuple[float, float]:
    """Wall and backend CPU seconds of one call, over so many."""
    cpu, wall = backend_cpu(pid), time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - wall) / times, (backend_cpu(pid) - cpu) / times


def main(persons: int = 100_000) -> int:
    with office(persons) as made:
        import django  # noqa: PLC0415  (the environment is set by the office)

        django.setup()
        return measure(made.persons)


def measure(persons: int) -> int:
    """Open the district officer's scope and measure inside it."""
    from django.db import connection  # noqa: PLC0415

    from onestop.areas import clock  # noqa: PLC0415
    from onestop.areas.scope import current  # noqa: PLC0415
    from onestop.eligibility import live  # noqa: PLC0415
    from onestop.eligibility.rulebook import rulebook  # noqa: PLC0415
    from onestop.registry.models import Household, Person  # noqa: PLC0415
    from onestop.staff.scope import officer_named, scope  # noqa: PLC0415

    with clock.fixed(DAY), scope(officer_named("district")):
        book = rulebook(DAY, current())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        families = list(
            Household.objects.filter(unit_code__startswith=COMMUNE).order_by("?").values_list("pk", flat=True)[:200]
        )
        sizes = {unit: sum(row.eligible + row.not_eligible + row.unknown for row in live.counts(book, unit)
                           if row.programme == "HEF") for unit in (COMMUNE, DISTRICT)}  # fmt: skip
        bare = prepared(connection, BARE)
        works: dict[str, tuple[Callable[[], object], int]] = {
            "commune": (lambda: live.counts(book, COMMUNE), 3),
            "district": (lambda: live.counts(book, DISTRICT), 1),
            "household live": (each(families, lambda key: live.household(book, key)), 1),
            "household bare look-up": (each(families, bare), 1),
        }
        for work, _times in works.values():
            work()
        rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
        for _ in range(ROUNDS):
            for name, (work, times) in works.items():
                rounds[name].append(measured(pid, work, times))
        print(f"{Person.objects.count():,} persons, {len(book.versions)} programmes, {ROUNDS} interleaved rounds")
        report(rounds, sizes, len(families))
    return 0


def prepared(connection: Any, statements: tuple[str, ...]) -> Callable[[Any], None]:
    """Run each statement prepared, as the household's own is."""
    import psycopg  # noqa: PLC0415

    def look_up(key: Any) -> None:
        with psycopg.Cursor(connection.connection) as cursor:
            for statement in statements:
                cursor.execute(statement.encode(), {"household": key}, prepare=True)
                cursor.fetchall()

    return look_up


def each(keys: list[Any], work: Callable[[Any], object]) -> Callable[[], None]:
    def run() -> None:
        for key in keys:
            work(key)

    return run


def report(rounds: dict[str, list[tuple[float, float]]], sizes: dict[str, int], families: int) -> None:
    """Medians, and the ratio of the household pair by pair."""

    def median(name: str, which: int) -> float:
        return statistics.median(one[which] for one in rounds[name])

    for name, unit, hold in (("commune", COMMUNE, "180 ms"), ("district", DISTRICT, "900 ms")):
        wall, cpu = median(name, 0), median(name, 1)
        print(f"{name:<10} {unit:<8} {sizes[unit]:>7,} persons   wall {wall * 1000:7.1f} ms   CPU {cpu * 1000:7.1f} ms"
              f"   {cpu / sizes[unit] * 1e6:5.1f} µs a person   hold {hold} at 12,000 / 60,000, 15 µs")  # fmt: skip
    live_wall, bare_wall = median("household live", 0) / families, median("household bare look-up", 0) / families
    for which, what in ((0, "wall"), (1, "CPU")):
        ratios = [
            a[which] / b[which]
            for a, b in zip(rounds["household live"], rounds["household bare look-up"], strict=True)
            if b[which]
        ]
        print(f"household live / bare look-up of its rows, {what}: {statistics.median(ratios):.2f}   hold 2.0")
    print(f"household live {live_wall * 1000:.2f} ms, bare {bare_wall * 1000:.2f} ms")


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
