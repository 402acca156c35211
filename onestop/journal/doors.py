"""Bodies of the doors through which the journal is read past the walls: each hands out only what its lines say."""

from typing import Final

__all__ = ["CLOSED_HISTORY_BODY", "CLOSED_LINES_BODY", "OPEN_HISTORY_BODY", "OPEN_LINES_BODY", "UNSEALED_BODY"]

# How many lines of the last two days wait for their seal, and since when: figures, no line.
UNSEALED_BODY: Final = """
    SELECT count(*), min(e.at) FROM journal_journalentry e
    WHERE e.at > now() - interval '2 days' AND NOT EXISTS (SELECT FROM journal_seal s WHERE s.entry_id = e.id)
"""

# A table that stands behind no wall is open to the whole office; so is what was done to one of its rows. Without these
# two, only who sees the whole nation would see the history of an office or an account: its images carry no unit.
_OPEN: Final = """EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                AND c.relname = {table} AND NOT c.relrowsecurity)"""

OPEN_LINES_BODY: Final = """
    SELECT e.* FROM journal_journalentry e
    WHERE e.subject_kind = p_kind AND e.subject_id = p_subject AND OPEN
    ORDER BY e.id DESC LIMIT p_most
""".replace("OPEN", _OPEN.format(table="replace(p_kind, '.', '_')"))

OPEN_HISTORY_BODY: Final = """
    SELECT h.* FROM journal_rowhistory h
    WHERE h.row_id = p_row AND h.table_name = p_table AND OPEN
    ORDER BY h.id DESC LIMIT p_most
""".replace("OPEN", _OPEN.format(table="p_table"))

# The same since lines and images know their sector and compartment (a programme's row has both): outside of the
# compartment they are not handed out here either.
_INSIDE: Final = """({alias}.compartment = ''
        OR {alias}.compartment = ANY (string_to_array(current_setting('onestop.compartments', true), ',')))"""
CLOSED_LINES_BODY: Final = OPEN_LINES_BODY.replace("ORDER BY", f"AND {_INSIDE.format(alias='e')} ORDER BY")
CLOSED_HISTORY_BODY: Final = OPEN_HISTORY_BODY.replace("ORDER BY", f"AND {_INSIDE.format(alias='h')} ORDER BY")
