"""The history of rows: who had what where, before and after, whatever way a change came in.

    operations = [CreateModel("Person", …), Wall("registry_person"), Track("registry_person")]

Triggers at statement level (row level cost sixty times more for 100,000 rows: stack.md §1) write a full image of every
row that an INSERT, UPDATE or DELETE touched into `journal_rowhistory`, through one SECURITY DEFINER function of the
door; the application may read that table behind its wall and never write it. When a row's unit changes, its earlier
images and its lines in the journal follow it in the same statement, so that they are seen by the office that now
answers for it. A table with the columns `sector` or `compartment` hands them on to its images, and to its lines.
"""

from typing import Final

from onestop.areas.walls import Sql, policy, quoted

__all__ = ["BLANK_CLOSED_NOTE_BODY", "BLANK_NOTE_BODY", "FOLLOW_BODY", "TRACK_BODY", "TRACK_NEEDS", "Track"]

# Arguments of the trigger: the key column, the unit column ('' when there is none), the kind of subject in the
# journal, and the columns left out ('{a,b}'). The statement is made for the table's columns of the moment: taking
# key and unit out of a finished image, and leaving columns out of it, cost several times as much (decisions/004).
TRACK_BODY: Final = """
DECLARE
    columns_kept text := (
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attname <> ALL (TG_ARGV[3]::text[])
    );
    closed text := (
        SELECT string_agg(CASE WHEN a.attname IS NULL THEN quote_literal('') ELSE 'r.' || quote_ident(c.name) END, ', '
                          ORDER BY c.place)
        FROM unnest(ARRAY['sector', 'compartment']) WITH ORDINALITY AS c (name, place)
        LEFT JOIN pg_attribute a ON a.attrelid = TG_RELID AND a.attname = c.name AND NOT a.attisdropped
    );
BEGIN
    EXECUTE format(
        'INSERT INTO journal_rowhistory (table_name, row_id, op, at, officer_id, transaction, unit_code, sector,
                                         compartment, "row")
         SELECT %L, r.%I, %L, now(), nullif(current_setting(''onestop.officer'', true), '''')::uuid, %s, %s, %s,
                to_json(r)
         FROM (SELECT %s FROM %I) AS r',
        TG_TABLE_NAME, TG_ARGV[0], left(TG_OP, 1), pg_current_xact_id()::text,
        CASE TG_ARGV[1] WHEN '' THEN quote_literal('') ELSE 'r.' || quote_ident(TG_ARGV[1]) END, closed,
        columns_kept, CASE TG_OP WHEN 'DELETE' THEN 'old_rows' ELSE 'new_rows' END
    );
    RETURN NULL;
END
"""

# A function of its own, since a trigger for INSERT has no old_rows to name.
FOLLOW_BODY: Final = """
DECLARE
    ids uuid[];
    units text[];
    sectors text[];
    compartments text[];
BEGIN
    -- what has come to belong to a sector or a compartment is closed with all that was written of it
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = TG_RELID AND attname = 'compartment' AND NOT attisdropped) THEN
        EXECUTE format(
            'SELECT array_agg(n.%1$I), array_agg(n.%2$s::text), array_agg(n.compartment::text)
             FROM new_rows n JOIN old_rows o ON o.%1$I = n.%1$I
             WHERE o.compartment <> n.compartment OR o.%2$s <> n.%2$s',
            TG_ARGV[0], CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = TG_RELID AND attname = 'sector'
                                          AND NOT attisdropped) THEN 'sector' ELSE 'compartment' END
        ) INTO ids, sectors, compartments;
        IF ids IS NOT NULL THEN
            UPDATE journal_rowhistory h SET compartment = moved.compartment,
                sector = CASE WHEN h.sector = '' THEN '' ELSE moved.sector END
            FROM unnest(ids, sectors, compartments) AS moved (id, sector, compartment)
            WHERE h.row_id = moved.id AND h.table_name = TG_TABLE_NAME;
            UPDATE journal_journalentry e SET compartment = moved.compartment,
                sector = CASE WHEN e.sector = '' THEN '' ELSE moved.sector END
            FROM unnest(ids, sectors, compartments) AS moved (id, sector, compartment)
            WHERE e.subject_kind = TG_ARGV[2] AND e.subject_id = moved.id::text;
        END IF;
    END IF;
    EXECUTE format(
        'SELECT array_agg(n.%1$I), array_agg(n.%2$I::text) FROM new_rows n JOIN old_rows o ON o.%1$I = n.%1$I
         WHERE o.%2$I <> n.%2$I', TG_ARGV[0], TG_ARGV[1]
    ) INTO ids, units;
    IF ids IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE journal_rowhistory h SET unit_code = moved.unit
    FROM unnest(ids, units) AS moved (id, unit)
    WHERE h.row_id = moved.id AND h.table_name = TG_TABLE_NAME AND h.unit_code <> moved.unit;
    UPDATE journal_journalentry e SET unit_code = moved.unit
    FROM unnest(ids, units) AS moved (id, unit)
    WHERE e.subject_kind = TG_ARGV[2] AND e.subject_id = moved.id::text AND e.unit_code <> moved.unit;
    RETURN NULL;
END
"""

# Empties the note of one line inside the caller's scope, for the end of its time; the digest stays in the chain.
BLANK_NOTE_BODY: Final = """
BEGIN
    UPDATE journal_journalentry SET note = '', note_salt = '' WHERE id = entry AND note <> '' AND INSIDE;
    RETURN FOUND;
END
""".replace("INSIDE", policy())
BLANK_CLOSED_NOTE_BODY: Final = BLANK_NOTE_BODY.replace(policy(), policy(sector="sector", compartment="compartment"))

TRACK_NEEDS: Final = {"journal_rowhistory": "SELECT, INSERT, UPDATE", "journal_journalentry": "SELECT, UPDATE"}


class Track(Sql):
    """Keep the history of a table.

    `subject`: the kind under which the journal writes of these rows ('registry.person'); by default made from the
    table's name. `without`: columns that are made from others and would only fill the history (sort keys).
    """

    def __init__(
        self,
        table: str,
        key: str = "id",
        unit_column: str = "unit_code",
        subject: str | None = None,
        without: tuple[str, ...] = (),
    ) -> None:
        self.table, self.key, self.unit_column = table, key, unit_column
        self.subject, self.without = subject or table.replace("_", ".", 1), tuple(without)

    def forwards(self) -> list[str]:
        table = quoted(self.table)
        names = [self.key, *([self.unit_column] if self.unit_column else []), *self.without]
        for name in names:
            quoted(name)
        arguments = f"'{self.key}', '{self.unit_column}', '{self.subject}', '{{{','.join(self.without)}}}'"
        tables = {
            "insert": "NEW TABLE AS new_rows",
            "update": "NEW TABLE AS new_rows",
            "delete": "OLD TABLE AS old_rows",
        }
        triggers = [
            f"CREATE TRIGGER history_{event} AFTER {event.upper()} ON {table} REFERENCING {seen}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION journal_track({arguments})"
            for event, seen in tables.items()
        ]
        if self.unit_column:
            triggers.append(
                f"CREATE TRIGGER history_follow AFTER UPDATE ON {table}"
                " REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows"
                f" FOR EACH STATEMENT EXECUTE FUNCTION journal_follow({arguments})"
            )
        return triggers

    def backwards(self) -> list[str]:
        return [
            f"DROP TRIGGER IF EXISTS history_{event} ON {quoted(self.table)}"
            for event in ("insert", "update", "delete", "follow")
        ]

    def describe(self) -> str:
        return f"Keep the history of {self.table}"
