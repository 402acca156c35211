"""The cross-tables live: a commune, a district, one household.

    ./run bench live [PERSONS]          (an office of 100,000 persons unless told otherwise)

Row-level security, stale answers, five facts of the country's own in five criteria, a criterion on enrolments, of which
a fifth ended on the eve, no cache of verdicts. Beside each stands a baseline in the same interleaved run: for an area
the bare scan of the columns its rules read, for a household the bare look-up of its rows by the same keys, and today's
table for that of a past day. CPU is that of this process and of the server's backend.
"""

import sys

from bench.office import inside, office, styled


def main(persons: int = 100_000) -> int:
    styled()
    with office(persons):
        inside("live").measure()
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
