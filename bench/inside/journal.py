"""One writer, told through standard input what to do for some seconds."""

import sys
import time
from itertools import cycle
from typing import Any

from bench.office import DAY
from onestop.areas import clock
from onestop.journal.seal import seal_lines
from onestop.registry.actions import answering
from onestop.registry.models import Person
from onestop.staff.scope import officer_named, scope, system_scope

COMMUNE, FACT = "170103", "seeking_work"


def writer(number: int, *, of: int, seconds: float) -> int:
    """One of so many, in a process of its own: answer as told until standard input ends."""
    recording: Any = answering.record  # type: ignore[attr-defined]
    with clock.fixed(DAY):
        officer = officer_named("district")
        with scope(officer):
            adults = Person.objects.filter(
                unit_code__startswith=COMMUNE, died_on=None, memberships__valid_to=None,
                birth_from__gt=DAY.replace(year=DAY.year - 55), birth_to__lt=DAY.replace(year=DAY.year - 20),
            )  # fmt: skip
            mine = [one for place, one in enumerate(adults.order_by("pk")) if place % of == number]
        turns = cycle([(one, value) for value in (True, False) for one in mine])
        for word in sys.stdin:
            if word.strip() == "seal":
                seal()
                continue
            answering.record = recording if word.strip() == "with" else lambda *_given, **_named: None  # type: ignore[attr-defined]
            done, until = 0, time.perf_counter() + seconds
            while time.perf_counter() < until:
                person, value = next(turns)
                with scope(officer):
                    answering.answer(person, {FACT: value}, observed_on=DAY, by=officer)
                done += 1
            print(done, flush=True)
    return 0


def seal() -> None:
    began = time.perf_counter()
    with system_scope("system.seal"):
        lines = seal_lines()
    print(lines, time.perf_counter() - began, flush=True)
