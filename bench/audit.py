"""Checking the whole journal: every link of the chain against its line, a million of them (hold: 60 s).

    ./run bench audit [LINES]           (1,000,000 unless told otherwise)

The lines are put in by the schema's owner and sealed as the job seals them, once, in a database of their own; checking
them is what `./run onestop verify-audit` does, as the application's role that sees the nation. A line that is changed
afterwards must be found, or the figure is worth nothing. Beside it: a tenth of the lines, for the growth.
"""

import os
import sys

import psycopg

from bench.office import FOLDER, environment, inside
from config import prepare
from config.embedded_postgres import Cluster

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
                os.environ.update(environment(app) | {"ONESTOP_MODE": "test", "ONESTOP_COUNTRY": "khm"})
                os._exit(inside("audit").check(owner, many))
            if os.waitpid(pid, 0)[1]:
                return 1
            cluster.drop_database(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
