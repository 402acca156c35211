"""Eight writers at once, with the journal's line and without it (issue: 0.9 of the throughput is kept).

    ./run bench journal

Eight processes with the application's role answer a question about one adult after the other, each answer under the
scope of its officer and committed: sheet, wide row, history and one line of the journal. In turn they do it with
`record` taken out of the action. The seconds are the same for both; the ratio of the answers is taken pair by pair.
What the sealing job costs is printed beside: it writes the chain behind them, and no writer waits for it.
"""

import statistics
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import Any

from bench.office import DAY, environment, office

ROOT = Path(__file__).resolve().parent.parent
PERSONS = 20_000  # an office of its own: what is answered here would be in the figures of the others
WRITERS, ROUNDS, SECONDS = 8, 9, 2.0
COMMUNE, FACT = "170103", "seeking_work"
HOLD = 0.9


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--writer"]:
        return writer(int(arguments[1]))
    with office(PERSONS) as made:
        writers = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.journal", "--writer", str(number)],
                env=environment(made.app), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for number in range(WRITERS)
        ]  # fmt: skip
        try:
            return measure(writers)
        finally:
            for one in writers:
                one.communicate()


def measure(writers: list["subprocess.Popen[str]"]) -> int:
    """Tell all writers at once what to do for some seconds, and count what they did."""

    def together(word: str) -> int:
        for one in writers:
            assert one.stdin
            one.stdin.write(f"{word}\n")
            one.stdin.flush()
        return sum(int(one.stdout.readline()) for one in writers if one.stdout)

    together("with")
    done: dict[str, list[int]] = {"with": [], "without": []}
    for number in range(ROUNDS):
        for word in ("with", "without") if number % 2 else ("without", "with"):
            done[word].append(together(word))
    seal = writers[0]
    assert seal.stdin and seal.stdout
    seal.stdin.write("seal\n")
    seal.stdin.flush()
    lines, seconds = seal.stdout.readline().split()
    ratios = [one / other for one, other in zip(done["with"], done["without"], strict=True)]
    rates = {word: statistics.median(counts) / SECONDS for word, counts in done.items()}
    print(
        f"{WRITERS} writers: {rates['with']:.0f} answers a second with the journal, {rates['without']:.0f} without:"
        f" {statistics.median(ratios):.2f} (hold: {HOLD}; {min(ratios):.2f} to {max(ratios):.2f} in {ROUNDS} pairs)"
    )
    print(f"sealing behind it: {int(lines):,} lines in {float(seconds):.2f} s")
    return 0


def writer(number: int) -> int:
    """In a process of its own: answer as told until standard input ends."""
    import django  # noqa: PLC0415

    django.setup()
    from onestop.areas import clock  # noqa: PLC0415
    from onestop.registry.actions import answering  # noqa: PLC0415
    from onestop.registry.models import Person  # noqa: PLC0415
    from onestop.staff.scope import officer_named, scope  # noqa: PLC0415

    recording: Any = answering.record  # type: ignore[attr-defined]
    with clock.fixed(DAY):
        officer = officer_named("district")
        with scope(officer):
            adults = Person.objects.filter(
                unit_code__startswith=COMMUNE, died_on=None, memberships__valid_to=None,
                birth_from__gt=DAY.replace(year=DAY.year - 55), birth_to__lt=DAY.replace(year=DAY.year - 20),
            )  # fmt: skip
            mine = [one for place, one in enumerate(adults.order_by("pk")) if place % WRITERS == number]
        turns = cycle([(one, value) for value in (True, False) for one in mine])
        for word in sys.stdin:
            if word.strip() == "seal":
                seal()
                continue
            answering.record = recording if word.strip() == "with" else lambda *_given, **_named: None  # type: ignore[attr-defined]
            done, until = 0, time.perf_counter() + SECONDS
            while time.perf_counter() < until:
                person, value = next(turns)
                with scope(officer):
                    answering.answer(person, {FACT: value}, observed_on=DAY, by=officer)
                done += 1
            print(done, flush=True)
    return 0


def seal() -> None:
    from onestop.journal.seal import seal_lines  # noqa: PLC0415
    from onestop.staff.scope import system_scope  # noqa: PLC0415

    began = time.perf_counter()
    with system_scope("system.seal"):
        lines = seal_lines()
    print(lines, time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
