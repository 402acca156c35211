"""What somebody who owns the server can do to the journal, for the tests that must find it."""

import psycopg

from onestop.journal.actions import record
from onestop.journal.seal import SAID
from onestop.journal.verbs import EXPORTED, READ
from onestop.staff.models import Office, Officer
from onestop.staff.scope import scope

# The trigger refuses the owner as well; who wants to forge takes it off first
UNGUARDED = "SET session_replication_role = replica"

# Every link from seq N on made anew over the lines as they now are: a chain consistent in itself
REWRITE_TAIL = """
DO $$
DECLARE
    link record;
    before text := coalesce((SELECT digest FROM journal_seal WHERE seq < FROM_SEQ ORDER BY seq DESC LIMIT 1),
                            repeat('0', 64));
    made text;
BEGIN
    FOR link IN SELECT s.seq, SAID AS said FROM journal_seal s JOIN journal_journalentry e ON e.id = s.entry_id
                WHERE s.seq >= FROM_SEQ ORDER BY s.seq
    LOOP
        made := encode(sha256(convert_to(before || E'\\x1f' || link.said, 'UTF8')), 'hex');
        UPDATE journal_seal SET digest = made, previous_digest = before WHERE seq = link.seq;
        before := made;
    END LOOP;
END
$$
""".replace("SAID", SAID)


def as_superuser(urls: dict[str, str]) -> psycopg.Connection:
    """A connection that may do anything."""
    return psycopg.connect(urls["owner"].replace("onestop_owner", "postgres", 1))


def write_lines(many: int = 6) -> None:
    """Lines of the district assistant, the first with a note."""
    district = Officer.objects.get(username="district")
    with scope(district):
        record(EXPORTED, by=district, unit_code="170101", note="twelve households")
        for office in Office.objects.all()[: many - 1]:
            record(READ, by=district, subject=office)
