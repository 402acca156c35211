"""The chain of seals: one link for each committed line, so that a changed, removed or swapped line shows.

Sealing runs behind the writers (each minute, `journal_seal_lines()` of the database, which sees every area and hands
out nothing), so that no action waits for another's lock. A link's digest is SHA-256 over the digest before it and the
line: everything but what may change in life: the note's text and salt (of the note it is the digest), the present unit,
and the sector and compartment, which follow those of the line's subject (history.py).
What holds and what does not is found by audit.py; the days are signed by heads.py.
"""

from typing import Final

from django.db import connection

__all__ = ["FIRST", "SAID", "SEAL_BODY", "seal_lines"]

FIRST: Final = "0" * 64  # what the first link holds on to

# What a link says of the line `e`. \x1f parts the fields: no field but the note can hold it.
SAID: Final = r"""concat_ws(E'\x1f', e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.verb,
                               e.officer_id, e.roles, e.office, e.subject_kind, e.subject_id, e.unit_code_then,
                               e.note_digest)"""

# A line older than two days is sealed already, or was written by a transaction two days long.
SEAL_BODY: Final = r"""
DECLARE
    last_seq bigint;
    last_digest text;
    line record;
    many bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('journal_seal'));
    SELECT seq, digest INTO last_seq, last_digest FROM journal_seal ORDER BY seq DESC LIMIT 1;
    last_seq := coalesce(last_seq, 0);
    last_digest := coalesce(last_digest, repeat('0', 64));
    FOR line IN
        SELECT e.id, SAID AS said
        FROM journal_journalentry e
        WHERE (last_seq = 0 OR e.at > now() - interval '2 days')
          AND NOT EXISTS (SELECT FROM journal_seal s WHERE s.entry_id = e.id)
        ORDER BY e.at, e.id
    LOOP
        last_seq := last_seq + 1;
        INSERT INTO journal_seal (seq, entry_id, digest, previous_digest, at)
        VALUES (last_seq, line.id, encode(sha256(convert_to(last_digest || E'\x1f' || line.said, 'UTF8')), 'hex'),
                last_digest, clock_timestamp())
        RETURNING digest INTO last_digest;
        many := many + 1;
    END LOOP;
    RETURN many;
END
""".replace("SAID", SAID)


def seal_lines() -> int:
    """Seal every committed line that has no seal yet; returns how many. Safe to run twice at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_seal_lines()")
        (many,) = cursor.fetchone()
    return int(many)
