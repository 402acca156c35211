"""Enrolling many, and putting the rows alone into a bare table."""

from collections.abc import Callable

from django.db import connection, transaction

from bench.office import DAY
from bench.timing import Spent, median, ratio, spent
from onestop.areas import clock
from onestop.enrolments.actions import EnrolledMany, enrol_many
from onestop.programmes.models import Programme
from onestop.registry.models import Person
from onestop.staff.scope import system_officer, system_scope

ROUNDS = 9
MATCHES = 8_500
PROGRAMME = "BENCH"  # of the bench's own country pack: nobody is in it yet
BARE = (
    "INSERT INTO bare (programme_id, person_id, valid_from, unit_code, enrolled_by_id)"
    " SELECT %s, p.id, %s, p.unit_code, %s FROM registry_person p WHERE p.id = ANY(%s)"
)


def measure() -> int:
    """Open the loader's scope and measure inside it."""
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
