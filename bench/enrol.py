"""Enrolling 8,500 matches of one programme: one journal line and one history row each.

    ./run bench enrol [PERSONS]          (an office of 100,000 persons unless told otherwise)

Measured is the whole action under the walls: the officer's right in every village, constraints, exclusion of doubles,
history, journal. Beside it, interleaved, stands the same number of rows put into a bare temporary table with the same
columns and indexes; the ratio is what walls, keys, history and journal cost. Each round is rolled back; the median of
so many is printed. CPU is that of the server's backend and of this process.
"""

import sys

from bench.office import inside, office


def main(persons: int = 100_000) -> int:
    with office(persons):
        return int(inside("enrol").measure())


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
