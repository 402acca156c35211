"""Sealing and checking, on one database after the other."""

import time

import psycopg
from django.db import connection

from bench.timing import backend_cpu
from onestop.journal.audit import verify
from onestop.journal.seal import seal_lines
from onestop.staff.scope import system_scope

HOLD = 60


def check(owner: str, many: int) -> int:
    """Seal, check, spoil one line, check that it is found."""
    began = time.perf_counter()
    with system_scope("system.seal"):
        sealed = seal_lines()
    sealing = time.perf_counter() - began
    with system_scope("system.console"):
        server = connection.connection.info.backend_pid
        began = time.perf_counter(), time.process_time(), backend_cpu(server)
        faults = list(verify())
        ended = time.perf_counter(), time.process_time(), backend_cpu(server)
    wall, here, there = (after - before for before, after in zip(began, ended, strict=True))
    assert sealed >= many, sealed
    assert not faults, faults[:3]
    hold = f" (hold: {HOLD} s)" if many >= 1_000_000 else ""
    print(
        f"verify {sealed:,} lines: {wall:.1f} s wall{hold}, CPU {here:.1f} s here + {there:.1f} in the server,"
        f" {wall / sealed * 1e6:.1f} µs a line; sealed before in {sealing:.1f} s"
    )
    with psycopg.connect(owner) as spoiling:
        spoiling.execute("ALTER TABLE journal_journalentry DISABLE TRIGGER USER")
        spoiling.execute(
            "UPDATE journal_journalentry SET verb = 'registry.read' WHERE id ="
            " (SELECT entry_id FROM journal_seal WHERE seq = %s)", [many // 2],
        )  # fmt: skip
    with system_scope("system.console"):
        assert [fault.seq for fault in verify()] == [many // 2]
    return 0
