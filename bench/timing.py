"""What a piece of work takes: wall, processor of this process, processor of its backend in the server.

Works that are compared run in turn, A B A B, so that a machine whose speed drifts slows both; the ratio is taken pair
by pair and the median of so many is printed.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

Work = Callable[[], object]


class Spent(NamedTuple):
    """Seconds of one call."""

    wall: float
    server: float
    here: float

    @property
    def cpu(self) -> float:
        """Both processes."""
        return self.server + self.here


def backend_cpu(pid: int) -> float:
    """Processor seconds of a server process, to the nanosecond as the scheduler counts them."""
    return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0]) / 1e9


def spent(work: Work, pid: int, times: int = 1) -> Spent:
    """One call's share of so many."""
    began = time.perf_counter(), backend_cpu(pid), time.process_time()
    for _ in range(times):
        work()
    ended = time.perf_counter(), backend_cpu(pid), time.process_time()
    return Spent(*((after - before) / times for before, after in zip(began, ended, strict=True)))


def interleaved(works: Mapping[str, Work], pid: int, *, rounds: int, times: int = 1) -> dict[str, list[Spent]]:
    """Every work once to warm up, then all in turn, so many rounds."""
    for work in works.values():
        work()
    found: dict[str, list[Spent]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            gc.collect()
            found[name].append(spent(work, pid, times))
    return found


def median(rounds: list[Spent], what: str = "wall") -> float:
    return statistics.median(getattr(one, what) for one in rounds)


def ratio(rounds: list[Spent], baseline: list[Spent], what: str = "wall") -> float:
    """Median of the ratios, pair by pair."""
    return statistics.median(getattr(a, what) / getattr(b, what) for a, b in zip(rounds, baseline, strict=True))
