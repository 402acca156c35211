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
from pathlib import Path

from bench.office import environment, inside, office

ROOT = Path(__file__).resolve().parent.parent
PERSONS = 20_000  # an office of its own: what is answered here would be in the figures of the others
WRITERS, ROUNDS, SECONDS = 8, 9, 2.0
HOLD = 0.9


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--writer"]:
        return int(inside("journal").writer(int(arguments[1]), of=WRITERS, seconds=SECONDS))
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
