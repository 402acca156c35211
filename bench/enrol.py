"""Enrolling 8,500 matches of one programme: one journal line and one history row each.

    ./run bench enrol [PERSONS]          (an office of 100,000 persons unless told otherwise)

Measured is the whole action under the walls: the officer's right in every village, constraints, exclusion of doubles,
history, journal. Beside it, interleaved, stands the same number of rows put into a bare temporary table with the same
columns and indexes; the ratio is what walls, keys, history and journal cost. Each round is rolled back; the median of
so many is printed. CPU is that of the server's backend and of this process.
"""

import sys
from collections.abc import Callable

from bench.office import DAY, office
from bench.timing import Spent, median, ratio, spent

ROUNDS = 9
MATCHES = 8_500
PROGRAMME = "BENCH"  # of the bench's own country pack: nobody is in it yet
BARE = (
    "INSERT INTO bare (programme_id, person_id, valid_from, unit_code, enrolled_by_id)"
    " SELECT %s, p.id, %s, p.unit_code, %s FROM registry_person p WHERE p.id = ANY(%s)"
)


def main(persons: int = 100_000) -> int:
    with office(persons):
        import django  # noqa: PLC0415  (the environment is set by the office)

        django.setup()
        return measure()


def measure() -> int:
    """Open the loader's scope and measure inside it."""
    from django.db import connection, transaction  # noqa: PLC0415

    from onestop.areas import clock  # noqa: PLC0415
    from onestop.enrolments.actions import EnrolledMany, enrol_many  # noqa: PLC0415
    from onestop.programmes.models import Programme  # noqa: PLC0415
    from onestop.registry.models import Person  # noqa: PLC0415
    from onestop.staff.scope import system_officer, system_scope  # noqa: PLC0415

    with clock.fixed(DAY), system_scope("system.loader"), connection.cursor() as cursor:
        officer, programme = system_officer("system.loader"), Programme.objects.get(pk=PROGRAMME)
        living = Person.objects.filter(died_on=None, memberships__valid_to=None)
        keys = list(living.values_list("pk", flat=True)[:MATCHES])
        cursor.execute("CREATE TEMPORARY TABLE bare (LIKE enrolments_enrolment INCLUDING ALL)")
        pid: int = connection.connection.info.backend_pid

        def whole() -> None:
            done = enrol_many(programme, keys, valid_from=DAY, by=officer)
            assert done == EnrolledMany(MATCHES, 0, 0), done

        def bare() -> None:
            cursor.execute(BARE, [PROGRAMME, DAY, officer.pk, keys])
            assert cursor.rowcount == MATCHES

        def rolled_back(work: Callable[[], None]) -> Spent:
            with transaction.atomic():
                found = spent(work, pid)
                transaction.set_rollback(True)
            return found

        times: dict[str, list[Spent]] = {"whole": [], "bare": []}
        for _round in range(ROUNDS):
            times["whole"].append(rolled_back(whole))
            times["bare"].append(rolled_back(bare))
    report(times)
    return 0


def report(times: dict[str, list[Spent]]) -> None:
    whole, bare = times["whole"], times["bare"]
    print(
        f"enrol {MATCHES:,}: {median(whole):.2f} s wall (hold: 1 s), CPU {median(whole, 'server'):.2f} s in the server"
        f" + {median(whole, 'here'):.2f} here; {ratio(whole, bare):.1f} × wall, {ratio(whole, bare, 'cpu'):.1f} × CPU"
        " of the rows alone put into a bare temporary table"
    )


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
