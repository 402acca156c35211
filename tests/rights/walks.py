"""All walks that a run needs, by two processes beside each other: each in a database of its own, so that no lock of one
stops the other, and each taking the next subject when it has done with one.

The second is a fork: in a process where other tests have started threads it can stand still on a lock that one of them
held, so `./run test` gives this folder a process of its own.

A walk is worth some ten seconds of one core, most of them in our own pages; there is nothing to wait for but the work.
"""

import multiprocessing
import os
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from typing import Any, Final

from django.db import connections, transaction

from tests.connection import point_django_at
from tests.rights.subjects import Subject
from tests.rights.walk import Walk, Walker
from tests.rights.world import World

# With fewer a second process costs more than it brings
WORTH_IT: Final = 4
# The second process has one walk to end when the first has no more to take: seconds on a machine with other work
PATIENCE: Final = 300


def walk(subject: Subject, world: World) -> Walk:
    """The walk of one subject, all of it rolled back."""
    with transaction.atomic():
        walker = Walker(subject, world, is_thorough=os.environ.get("ONESTOP_RIGHTS") == "all")
        found = walker.asks_everything() if walker.signs_in() else walker.cannot_sign_in()
        transaction.set_rollback(True)
    return found


def walks(subjects: Sequence[Subject], world: World, copy: str) -> dict[str, Walk]:
    """The walks of the subjects by name; `copy` is the URL of a second database with the same world."""
    if len(subjects) < WORTH_IT:
        return {subject.name: walk(subject, world) for subject in subjects}
    fork = multiprocessing.get_context("fork")
    place, (here, there) = fork.Value("i", 0), fork.Pipe(duplex=False)
    beside = fork.Process(target=_beside, args=(subjects, world, copy, place, there))
    beside.start()
    there.close()
    try:
        found = _taking(subjects, world, place)
        if not here.poll(PATIENCE):
            raise RuntimeError(f"The second process of the walk did not end within {PATIENCE} seconds.")
        others = here.recv()
    except EOFError:
        raise RuntimeError("The second process of the walk ended without a word.") from None
    finally:
        beside.kill()
        beside.join()
        here.close()
    if isinstance(others, str):
        raise RuntimeError(f"The second process of the walk broke:\n{others}")
    return found | others


def _taking(subjects: Sequence[Subject], world: World, place: "Synchronized[int]") -> dict[str, Walk]:
    """Walk the next subject that nobody has taken, until none is left."""
    found = {}
    while True:
        with place.get_lock():
            number, place.value = place.value, place.value + 1
        if number >= len(subjects):
            return found
        found[subjects[number].name] = walk(subjects[number], world)


def _beside(
    subjects: Sequence[Subject], world: World, copy: str, place: "Synchronized[int]", there: Connection
) -> None:
    """The second process: it inherits everything but the connection, which belongs to the first."""
    answer: Any
    try:
        inherited = connections["default"]  # held until the end: to close it here would close it there
        del connections["default"]
        point_django_at(copy)
        answer = _taking(subjects, world, place)
        connections["default"].close()
        del inherited
    except Exception:  # noqa: BLE001  (whatever it was, the first process is told, and raises it)
        answer = traceback.format_exc()
    there.send(answer)
    there.close()
    os._exit(0)  # nothing of pytest's is to be closed twice
