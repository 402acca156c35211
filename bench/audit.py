"""Checking the whole journal: every link of the chain against its line, a million of them (hold: 60 s).

    ./run bench audit [LINES]           (1,000,000 unless told otherwise)

The lines are put in by the schema's owner and sealed as the job seals them, once, in a database of their own; checking
them is what `./run onestop verify-audit` does, as the application's role that sees the nation. A line that is changed
afterwards must be found, or the figure is worth nothing. Beside it: a tenth of the lines, for the growth.
"""

import os
import sys
import time

import psycopg

from bench.office import FOLDER, environment
from bench.timing import backend_cpu
from config import prepare
from config.embedded_postgres import Cluster

HOLD = 60
LINES = """
INSERT INTO journal_journalentry (id, at, verb, officer_id, roles, office, subject_kind, subject_id, unit_code,
                                  unit_code_then, note, note_salt, note_digest)
SELECT gen_random_uuid(), TIMESTAMPTZ '2026-01-01' + n * INTERVAL '1 second', 'registry.answered',
       (SELECT id FROM staff_officer ORDER BY username LIMIT 1), 'commune_assistant', '17010301', 'registry.person',
       gen_random_uuid()::text, '17010301', '17010301', CASE WHEN n %% 3 = 0 THEN 'note ' || n ELSE '' END,
       CASE WHEN n %% 3 = 0 THEN md5(n::text) ELSE '' END,
       CASE WHEN n %% 3 = 0
            THEN encode(sha256(convert_to(md5(n::text) || E'\\x1f' || 'note ' || n, 'UTF8')), 'hex') ELSE '' END
FROM generate_series(1, %s) AS n
"""


def main(lines: int = 1_000_000) -> int:
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    with Cluster(FOLDER / "audit" / "postgres", durable=False, log=FOLDER / "audit.log").use() as cluster:
        for many in (lines // 10, lines):
            name = f"audit_{many}"
            if cluster.database_exists(name):
                cluster.drop_database(name)
            cluster.create_database(name)
            owner, app = cluster.url(name, "onestop_owner"), cluster.url(name, "onestop_app")
            prepare.run_steps(owner, app, mode="test")
            with psycopg.connect(owner) as connection:
                connection.execute(LINES.encode(), [many])
            pid = os.fork()  # settings are read once in a process, and each database needs its own
            if not pid:
                os._exit(check(app, owner, many))
            if os.waitpid(pid, 0)[1]:
                return 1
            cluster.drop_database(name)
    return 0


def check(app: str, owner: str, many: int) -> int:
    """In a process of its own: seal, check, spoil one line, check that it is found."""
    os.environ.update(environment(app) | {"ONESTOP_MODE": "test", "ONESTOP_COUNTRY": "khm"})
    import django  # noqa: PLC0415

    django.setup()
    from django.db import connection  # noqa: PLC0415

    from onestop.journal.audit import verify  # noqa: PLC0415
    from onestop.journal.seal import seal_lines  # noqa: PLC0415
    from onestop.staff.scope import system_scope  # noqa: PLC0415

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


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
