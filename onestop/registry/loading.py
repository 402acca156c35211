"""Loading many households at once: the pilot, a village list, a file of another office.

    with system_scope("system.loader"):
        loaded = load(households, by=officer, name="pilot")

Every household is checked as it streams by; a wrong one is left out whole and listed with its line and reason, the good
ones go in. All in one transaction: a server killed on the way leaves nothing behind, and the next start is as before.

While the server writes one batch (staging.py), the next is read and checked here: the two take about the same time.
"""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from itertools import islice
from types import SimpleNamespace
from typing import Any, Final, Self

from django.db import connection, transaction

from onestop.journal.actions import record
from onestop.registry.checking import Checked, Checker, RowWrong
from onestop.registry.choices import LOADED, NumberKind
from onestop.registry.issue import take_numbers
from onestop.registry.staging import Lines, Staging
from onestop.staff.models import Officer

_BATCH: Final = 1_000
_SWITCH: Final = 0.0005  # seconds; Python's own is ten times as long
Progress = Callable[[int], object]
# (the household as it was given, its key, the keys of its members in the order given)
Written = Callable[[Any, str, list[str]], object]


@dataclass(frozen=True)
class RowProblem:
    """A household that was left out: its place in the file (1-based), its key, and why."""

    line: int
    key: str
    reason: str


@dataclass
class Loaded:
    """What a load did."""

    households: int = 0
    persons: int = 0
    sheets: int = 0
    problems: list[RowProblem] = field(default_factory=list)


def load(
    households: Iterable[Any],
    *,
    by: Officer,
    name: str = "",
    source: str = "list",
    progress: Progress | None = None,
    written: Written | None = None,
) -> Loaded:
    """Check and write households with everything that belongs to them, all or nothing; the wrong ones are listed.

    `households`: objects, or mappings, of the shape of `pilot.people.Household`; reading them may not use the database.
    `progress` is told the households read so far. `written` is told the keys of each good household, so that a higher
    room can add to it in the same transaction; its rows may still be on their way until `load` returns. Needs an open
    scope of `by` that covers the villages.
    """
    loaded = Loaded()
    with transaction.atomic(), connection.cursor() as cursor, _Background() as background:
        staging = Staging(cursor, by)
        checker = Checker(source)
        read = 0
        lines = enumerate(households, start=1)
        while batch := list(islice(lines, _BATCH)):
            good = list(_checked(checker, batch, loaded.problems))
            checked = Lines(household for _given, household in good).joined()
            background.wait()  # from here to `start` the connection is this thread's
            if written:
                for (given, _household), (key, members) in zip(good, checked.keys, strict=True):
                    written(given, key, members)
            read += len(batch)
            if progress:
                progress(read)
            if good:
                background.start(staging.write, _numbered(checked))
            loaded.households += len(good)
            loaded.persons += checked.persons
            loaded.sheets += sum(household.sheet_count for _given, household in good)
            del batch, good, checked  # not held in memory beside the next
        background.wait()
        staging.close()
        note = f"{name}: {loaded.households} / {loaded.persons} ({len(loaded.problems)})"
        record(LOADED, by=by, subject_kind="registry.household", note=note.lstrip(": "))
    return loaded


def _numbered(lines: Lines) -> list[tuple[str, bytes]]:
    numbers = take_numbers(NumberKind.PERSON, lines.persons, office=None)
    return list(lines.tables(numbers, take_numbers(NumberKind.HOUSEHOLD, len(lines.keys), office=None)))


class _Background:
    """One piece of work at a time in another thread, in the scope of this one. The connection is never used by two."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="load")
        self._running: Future[None] | None = None
        self._switching, self._collecting = sys.getswitchinterval(), gc.isenabled()

    def __enter__(self) -> Self:
        # the server's answers come in by the hundred a batch, and each waits this long for a busy interpreter
        sys.setswitchinterval(_SWITCH)
        # a batch's hundred thousand objects die with it, there is no ring among them to look for: a quarter of the time
        gc.disable()
        return self

    def start(self, work: Callable[..., None], *arguments: Any) -> None:
        self._running = self._pool.submit(copy_context().run, work, *arguments)

    def wait(self) -> None:
        """Until the work is done; raises what it raised."""
        if self._running is not None:
            running, self._running = self._running, None
            running.result()

    def __exit__(self, *error: object) -> None:
        if self._running is not None:  # another error is on its way: let the connection come to rest before rollback
            wait([self._running])
        self._pool.shutdown()
        if self._collecting:
            gc.enable()
        sys.setswitchinterval(self._switching)


def _checked(
    checker: Checker, batch: list[tuple[int, Any]], problems: list[RowProblem]
) -> Iterator[tuple[Any, Checked]]:
    """The good households of a batch, with what was given; the others go to the problems."""
    for line, given in batch:
        try:
            yield given, checker.household(_as_object(given) if isinstance(given, Mapping) else given)
        except RowWrong as wrong:
            problems.append(RowProblem(line, wrong.key, wrong.reason))


def _as_object(given: Any) -> Any:
    """A mapping, and the mappings inside it, as objects with attributes; answers stay a mapping."""
    if isinstance(given, Mapping):
        return SimpleNamespace(
            **{key: value if key == "answers" else _as_object(value) for key, value in given.items()}
        )
    return [_as_object(one) for one in given] if isinstance(given, list | tuple) else given
