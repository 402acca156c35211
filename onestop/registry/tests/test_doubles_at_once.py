"""Two offices at the same moment: on a database in which they may commit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

from django.db import connection

from onestop.registry import actions
from onestop.registry.models import DoubleNotice, Person
from onestop.registry.tests.conftest import officer
from onestop.registry.tests.doubles import HERE, THERE, made_neighbour, written_down
from onestop.staff.scope import scope, system_scope
from onestop.staff.workflow import WrongState

BEFORE_THE_COMMIT = 0.5  # long enough that neither sees what the other has written


def at_once(*deeds: Callable[[], str]) -> list[str]:
    """Each in a thread with a connection of its own, begun together."""
    begun = Barrier(len(deeds))

    def one(deed: Callable[[], str]) -> str:
        try:
            begun.wait(20)
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [told.result(60) for told in [pool.submit(one, deed) for deed in deeds]]


def test_two_clerks_who_record_one_paper_at_once_open_one_double(committed_database: dict[str, str]) -> None:
    clerk, neighbour = officer("commune"), made_neighbour()
    people = {
        by.username: written_down(by, unit, given_name_km="", given_name_latin=by.username)
        for by, unit in ((clerk, HERE), (neighbour, THERE))
    }

    def recorded(username: str) -> str:
        by = officer(username)
        with scope(by):
            person = Person.objects.get(pk=people[username].pk)
            actions.record_document(person, kind="citizen_id", number="123456780", by=by)
            sleep(BEFORE_THE_COMMIT)
        return username

    at_once(lambda: recorded("commune"), lambda: recorded("neighbour"))
    with system_scope("system.loader"):
        sides = list(DoubleNotice.objects.all())
        assert {side.person_id for side in sides} == {person.pk for person in people.values()}
        assert len(sides) == 2 and len({side.pair for side in sides}) == 1


def test_two_offices_that_settle_at_once_settle_once(committed_database: dict[str, str]) -> None:
    clerk, neighbour = officer("commune"), made_neighbour()
    for by, unit in ((clerk, HERE), (neighbour, THERE)):
        written_down(by, unit)

    def settled(username: str, outcome: str) -> str:
        by = officer(username)
        with scope(by):
            try:
                actions.settle_double(DoubleNotice.objects.get(), outcome=outcome, by=by)
            except WrongState:
                return "too late"
            sleep(BEFORE_THE_COMMIT)
        return outcome

    told = at_once(lambda: settled("commune", "moved"), lambda: settled("neighbour", "same_person"))
    assert told.count("too late") == 1
    with system_scope("system.loader"):
        assert {side.outcome for side in DoubleNotice.objects.all()} == set(told) - {"too late"}
